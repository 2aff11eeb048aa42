import { createContext, type ReactNode, useContext } from "react";
import type { Config } from "../config";

const ConfigContext = createContext<Config | undefined>(undefined);

export function ConfigProvider({ config, children }: { readonly config: Config; readonly children: ReactNode }) {
  return <ConfigContext value={config}>{children}</ConfigContext>;
}

export function useConfig(): Config {
  const config = useContext(ConfigContext);
  if (config === undefined) throw new Error("useConfig is called outside of ConfigProvider.");
  return config;
}
