/**
 * Makes Cloudscape's theme a static style sheet. Its run-time theming adds a style element, which the console's content
 * security policy forbids.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";
import * as z from "zod";
import { themeTokens } from "./theme-tokens";

const bundleSchema = z.object({ output: z.tuple([z.object({ code: z.string() })], z.unknown()) });
const themingSchema = z.object({
  generateThemeStylesheet: z.function({ input: [z.object({ theme: z.unknown() })], output: z.string() }),
});

/** Returns the style sheet. The package's modules name no file extensions, so Node can load them only as one bundle. */
export async function makeThemeStylesheet(folder: string): Promise<string> {
  const bundle = bundleSchema.parse(
    await build({
      configFile: false,
      logLevel: "error",
      ssr: { noExternal: true },
      build: { ssr: true, write: false, rolldownOptions: { input: "@cloudscape-design/components/theming" } },
    }),
  );
  const place = mkdtempSync(join(folder, "theming-"));
  try {
    const file = join(place, "theming.mjs");
    writeFileSync(file, bundle.output[0].code);
    const theming = themingSchema.parse(await import(pathToFileURL(file).href));
    return theming.generateThemeStylesheet({ theme: { tokens: themeTokens } });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
