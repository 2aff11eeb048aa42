import { createContext, type ReactNode, useContext, useState } from "react";
import { type ApiClient, createClient } from "../../../client/client";
import { useConfig } from "../app/config-context";
import { useSession } from "../sign-in/session-context";
import { createAuthorizedFetch } from "./authorized-fetch";

const ApiContext = createContext<ApiClient | undefined>(undefined);

export function ApiProvider({ children }: { readonly children: ReactNode }) {
  const { apiUrl } = useConfig();
  const session = useSession();
  const [api] = useState(() =>
    createClient({ baseUrl: apiUrl.replace(/\/$/, ""), fetch: createAuthorizedFetch(session) }),
  );
  return <ApiContext value={api}>{children}</ApiContext>;
}

/** The typed client, with the user's token. A call gives `{ data, error, response }`; hooks by resource lie beside it. */
export function useApi(): ApiClient {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error("useApi is called outside of ApiProvider.");
  return api;
}
