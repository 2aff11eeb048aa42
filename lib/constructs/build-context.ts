/** Which files of the repository an image is built from. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import * as z from "zod";
import type { ImageTarget, TrainedTechniqueId } from "../../naming/resource-names";

const containers = "sagemaker-containers";

/** sagemaker-containers/image-contents.json, which image_contents.py reads, too, when an image is built. */
const contentsSchema = z.strictObject({
  packages: z.strictObject({ inference: z.array(z.string()), training: z.array(z.string()) }),
  locks: z.strictObject({ inference: z.array(z.string()), training: z.array(z.string()) }),
  stockModelFiles: z.array(z.string()),
});

/** The part of a technique's pyproject.toml that says which of its modules serve. */
const techniqueProjectSchema = z.looseObject({
  tool: z.looseObject({ opencomposer: z.strictObject({ "serving-modules": z.array(z.string()).min(1) }) }),
});

/** Returns what images are made of, as the repository says in a folder. */
export function readImageContents(repository: string): z.infer<typeof contentsSchema> {
  return contentsSchema.parse(JSON.parse(readFileSync(join(repository, containers, "image-contents.json"), "utf8")));
}

export interface BuildContextParams {
  readonly repository: string;
  readonly technique: TrainedTechniqueId;
  readonly target: ImageTarget;
}

/**
 * Returns what .dockerignore lets through and this image does not need, as further lines of .dockerignore. Only a change
 * of the files that are left builds the image anew.
 *
 * @throws ZodError if image-contents.json or the technique's pyproject.toml lacks what is read here
 */
export function excludedFromBuild(params: BuildContextParams): string[] {
  const { repository, technique, target } = params;
  const contents = readImageContents(repository);
  const ofTarget =
    target === "training"
      ? [`${containers}/${technique}/src`]
      : [...servingModules(params), ...contents.stockModelFiles.map((file) => `models/${technique}-*/${file}`)];
  const needed = [
    ...contents.packages[target].map((name) => `${containers}/${name}/src`),
    ...contents.locks[target].map((lock) => `${containers}/${lock}`),
    `${containers}/${technique}/pyproject.toml`,
    ...ofTarget,
  ];
  return [`${containers}/*/**`, "models", ...needed.map((path) => `!${path}`), "**/__pycache__", "**/*.pyc"];
}

/** Returns the paths of the modules that an inference image gets of its technique. */
function servingModules({ repository, technique }: BuildContextParams): string[] {
  const folder = `${containers}/${technique}`;
  const project = techniqueProjectSchema.parse(parse(readFileSync(join(repository, folder, "pyproject.toml"), "utf8")));
  return readdirSync(join(repository, folder, "src")).flatMap((name) =>
    project.tool.opencomposer["serving-modules"].map((module) => `${folder}/src/${name}/${module}`),
  );
}
