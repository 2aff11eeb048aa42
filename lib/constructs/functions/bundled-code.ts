import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { buildSync } from "esbuild";
import { repositoryPath } from "../repository-root";
import { functionBundling } from "./bundling";

const handlerFile = "handler.ts";

/**
 * The bundle of every function, by its folder under lambdas/. One esbuild run makes them all when the first one is
 * needed.
 */
let bundles: ReadonlyMap<string, Uint8Array> | undefined;

/**
 * Builds all bundles in one run. CDK's NodejsFunction starts npx and esbuild for each function, with which a synthesis
 * of sixteen took half a minute. The bundles are the same bytes.
 */
function buildAll(): ReadonlyMap<string, Uint8Array> {
  const lambdas = repositoryPath("lambdas");
  const outdir = join(lambdas, "bundled");
  const { outputFiles } = buildSync({
    entryPoints: readdirSync(lambdas, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(`${sep}${handlerFile}`))
      .map((file) => join(lambdas, file)),
    absWorkingDir: repositoryPath(),
    outdir,
    outbase: lambdas,
    write: false,
    bundle: true,
    platform: "node",
    target: functionBundling.target,
    format: functionBundling.format,
    mainFields: functionBundling.mainFields,
    minify: functionBundling.minify,
    external: functionBundling.externalModules,
    charset: "utf8",
    logLevel: "error",
  });
  return new Map(
    outputFiles.map(({ path, contents }) => [relative(outdir, dirname(path)).split(sep).join("/"), contents]),
  );
}

/**
 * Returns the code of one function, bundled into `index.js`.
 *
 * @param entry folder under lambdas/ that holds handler.ts
 */
export function bundledCode(entry: string): Code {
  const folder = repositoryPath("lambdas", ...entry.split("/"));
  return Code.fromAsset(folder, {
    // The hash is that of the deployed files, so that two synthesis runs over the same sources give the same template.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK requires an image, which would be used only if the local build declined. It never does.
      image: DockerImage.fromRegistry("no-image"),
      local: {
        tryBundle: (outputFolder) => {
          bundles ??= buildAll();
          const bundle = bundles.get(entry);
          if (bundle === undefined) throw new Error(`There is no ${join("lambdas", entry, handlerFile)} to bundle.`);
          mkdirSync(outputFolder, { recursive: true });
          writeFileSync(join(outputFolder, "index.js"), bundle);
          return true;
        },
      },
    },
  });
}
