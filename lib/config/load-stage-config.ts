import * as z from "zod";
import { type Stage, stages } from "../../naming/resource-names";
import { devConfig } from "./dev";
import { localConfig } from "./local";
import { prodConfig } from "./prod";
import { type StageConfig, type StageConfigInput, stageConfigSchema } from "./stage-config";

const configs = { local: localConfig, dev: devConfig, prod: prodConfig } as const satisfies Record<
  Stage,
  StageConfigInput
>;

/** The error for a stage's configuration that cannot be used. Its message names every broken field. */
export class StageConfigError extends Error {
  override readonly name = "StageConfigError";
}

/**
 * Checks a whole configuration at once.
 * @throws StageConfigError that names every broken field
 */
export function parseStageConfig(config: unknown): StageConfig {
  const parsed = stageConfigSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new StageConfigError(`The stage's configuration is not valid:\n${z.prettifyError(parsed.error)}`);
}

/**
 * Returns the configuration of a stage.
 * @param stage the value of the `stage` context key, which may be no stage
 * @throws StageConfigError that names every broken field
 */
export function loadStageConfig(stage: unknown): StageConfig {
  const known = stages.find((name) => name === stage);
  if (known === undefined) {
    throw new StageConfigError(`There is no stage ${JSON.stringify(stage)}: use -c stage=${stages.join("|")}.`);
  }
  return parseStageConfig(configs[known]);
}
