/**
 * Measures the Lambda bundles, built as the stacks build them (lib/constructs/functions/bundling.ts). It ends with 1 when
 * one is over its budget: `npx tsx scripts/bundle-sizes.ts`.
 */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { build, type Metafile } from "esbuild";
import { functionBundling } from "../lib/constructs/functions/bundling";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";

const root = path.join(__dirname, "..");

export interface BundleSize {
  /** The function's folder under lambdas/. */
  readonly name: string;
  readonly bytes: number;
  /**
   * The most bytes that are allowed; absent for a function that serves no request, because nobody waits for its cold
   * start.
   */
  readonly budget: number | undefined;
  readonly heaviest: readonly { readonly name: string; readonly bytes: number }[];
}

/**
 * The maximum number of bytes of an API function, minified, without and with a client of S3. A larger bundle makes a cold start
 * longer.
 */
const budgets = { withoutS3: 500_000, withS3: 650_000 };

const packageOf = (file: string): string => {
  const [, inside] = file.split(/.*node_modules\//);
  if (inside === undefined) return file.split("/").slice(0, 2).join("/");
  return inside
    .split("/")
    .slice(0, inside.startsWith("@") ? 2 : 1)
    .join("/");
};

function heaviest(metafile: Metafile): BundleSize["heaviest"] {
  const byPackage = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = packageOf(file);
      byPackage.set(name, (byPackage.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...byPackage]
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, 12);
}

/** Builds every `lambdas/**\/handler.ts` in memory and returns the sizes. */
export async function measureBundles(): Promise<BundleSize[]> {
  const folder = path.join(root, "lambdas");
  const handlers = (await readdir(folder, { recursive: true }))
    .filter((file) => path.basename(file) === "handler.ts")
    .sort();
  const sizes: BundleSize[] = [];
  for (const handler of handlers) {
    const { outputFiles, metafile } = await build({
      entryPoints: [path.join(folder, handler)],
      absWorkingDir: root,
      outfile: "handler.js",
      bundle: true,
      minify: functionBundling.minify,
      write: false,
      metafile: true,
      platform: "node",
      target: functionBundling.target,
      format: functionBundling.format,
      mainFields: functionBundling.mainFields,
      external: functionBundling.externalModules,
      logLevel: "error",
    });
    const name = path.dirname(handler);
    const usesS3 = Object.keys(metafile.inputs).some((input) => input.includes("@aws-sdk/client-s3/"));
    sizes.push({
      name,
      bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
      budget: name.startsWith("api/") ? (usesS3 ? budgets.withS3 : budgets.withoutS3) : undefined,
      heaviest: heaviest(metafile),
    });
  }
  return sizes;
}

const usage = {
  command: "npx tsx scripts/bundle-sizes.ts",
  does: "Prints a table of the functions' bundles, and ends with 1 when one is over its budget.",
  options: {
    json: { type: "boolean", default: false, does: "prints the same as JSON, for the bench" },
    inputs: { type: "boolean", default: false, does: "also prints the packages that weigh most" },
  },
  examples: [],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const { json, inputs: showInputs } = readOptions(usage);
  const sizes = await measureBundles();
  if (json) {
    console.log(JSON.stringify(sizes.map(({ name, bytes, budget }) => ({ name, bytes, budget }))));
  } else {
    for (const { name, bytes, budget, heaviest: inputs } of sizes) {
      const limit = budget === undefined ? "" : `  of ${budget}${bytes > budget ? "  OVER" : ""}`;
      console.log(`${name.padEnd(36)} ${String(bytes).padStart(8)} bytes${limit}`);
      if (showInputs) {
        for (const input of inputs) console.log(`    ${String(input.bytes).padStart(8)} ${input.name}`);
      }
    }
  }
  if (sizes.some(({ bytes, budget }) => budget !== undefined && bytes > budget)) process.exitCode = 1;
}

if (require.main === module) runCommand(main);
