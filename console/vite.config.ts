import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { licensePlugins } from "./build/licenses.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const licenses = licensePlugins();

/** How the console is built: one page, hashed assets, and a manifest from which the tests read the sizes. */
export default defineConfig({
  root: here("."),
  publicDir: here(".generated/public"),
  plugins: [react(), licenses.page],
  worker: { plugins: () => [licenses.worker] },
  resolve: {
    alias: {
      "@opencomposer/client": here("../client/client.ts"),
      "intl-messageformat": here("./build/no-message-format.ts"),
    },
  },
  build: { outDir: here("dist"), emptyOutDir: true, manifest: true, sourcemap: false },
});
