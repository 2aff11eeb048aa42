/** Bundles the command line into one file, with the licenses of what is in it. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import * as z from "zod";

const folder = __dirname;
const dist = join(folder, "dist");
const packageSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** Returns the folder of the package that a file of the bundle belongs to; undefined for our own files. */
const packageFolderOf = (file: string): string | undefined => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];

/** Returns a package's name, version and license with the license's text. */
function licenseOf(packageFolder: string): string {
  const { name, version, license } = packageSchema.parse(
    JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")),
  );
  for (const file of ["LICENSE", "license", "LICENSE.md"]) {
    try {
      return `${name} ${version} (${license})\n\n${readFileSync(join(packageFolder, file), "utf8").trim()}\n`;
    } catch {
      // The next name is tried.
    }
  }
  throw new Error(`${name} has no file with its license`);
}

async function main(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: [join(folder, "src", "main.ts")],
    outfile: join(dist, "opencomposer.cjs"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    banner: { js: "#!/usr/bin/env node" },
    metafile: true,
    absWorkingDir: folder,
    logLevel: "warning",
  });
  const packages = new Set(Object.keys(metafile.inputs).flatMap((file) => packageFolderOf(file) ?? []));
  const licenses = [...packages].sort().map((name) => licenseOf(join(folder, name)));
  writeFileSync(join(dist, "LICENSES.txt"), licenses.join("\n---\n\n"));
  for (const name of ["LICENSE", "NOTICE"]) copyFileSync(join(folder, "..", name), join(dist, name));
}

void main();
