import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProvider } from "../api/api";
import type { Config } from "../config";
import type { Session } from "../sign-in/session";
import { SessionProvider } from "../sign-in/session-context";
import { ConfigProvider } from "./config-context";
import { ErrorBoundary } from "./error-boundary";
import { NoticesProvider } from "./notices";
import { createQueryClient } from "./query-client";
import { Shell } from "./shell";

export function App({ config, session }: { readonly config: Config; readonly session: Session }) {
  const [queryClient] = useState(createQueryClient);
  return (
    <ErrorBoundary>
      <ConfigProvider config={config}>
        <QueryClientProvider client={queryClient}>
          <SessionProvider session={session}>
            <ApiProvider>
              <NoticesProvider>
                <Shell />
              </NoticesProvider>
            </ApiProvider>
          </SessionProvider>
        </QueryClientProvider>
      </ConfigProvider>
    </ErrorBoundary>
  );
}
