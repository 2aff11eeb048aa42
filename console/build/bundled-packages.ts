/**
 * A program of the tests: bundles the console once more, writes nothing, and prints the packages of which a chunk or a file has
 * something, as JSON. It looks at what the chunks are made of, where the build's own list looks at what was read.
 */
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const found = new Set<string>();
const note = (file: string): void => {
  const match = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
  if (match?.[1] !== undefined) found.add(match[1]);
};

const lookAtChunks: Plugin = {
  name: "look-at-chunks",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      const sources = file.type === "chunk" ? Object.keys(file.modules) : file.originalFileNames;
      sources.forEach(note);
    }
  },
};

async function main(): Promise<void> {
  process.env["NODE_ENV"] = "production";
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  await build({
    configFile,
    logLevel: "error",
    plugins: [lookAtChunks],
    worker: { plugins: () => [lookAtChunks] },
    build: { write: false, minify: false },
  });
  process.stdout.write(JSON.stringify([...found].sort()));
}

await main();
