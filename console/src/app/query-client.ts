import { QueryClient } from "@tanstack/react-query";
import { mayRetry, retryDelay } from "../api/retries";

/** Server state. A look is repeated only where the same request may succeed later, and no sooner than the API asks. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The browser holds back requests itself when it is off line; then the failure says so, and playing goes on.
      queries: { retry: mayRetry, retryDelay, staleTime: 5_000, networkMode: "always" },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
