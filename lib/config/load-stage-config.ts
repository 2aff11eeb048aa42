import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Stage, stages } from "../../naming/resource-names";
import { devDefaults } from "./dev";
import { localDefaults } from "./local";
import { ownValuesFile, readOwnValues, withOwnValues } from "./own-values";
import { prodDefaults } from "./prod";
import { type StageConfig, type StageConfigInput, stageConfigSchema } from "./stage-config";
import { describeAllowed, describeBrokenFields, StageConfigError } from "./stage-config-error";

/** The settings of each stage where its deployer gives no others. */
export const stageDefaults = { local: localDefaults, dev: devDefaults, prod: prodDefaults } as const satisfies Record<
  Stage,
  StageConfigInput
>;

/**
 * Checks a whole configuration at once.
 * @throws StageConfigError that names every broken field
 */
export function parseStageConfig(config: unknown): StageConfig {
  const parsed = stageConfigSchema.safeParse(config, { error: describeAllowed });
  if (parsed.success) return parsed.data;
  const lines = describeBrokenFields(parsed.error, config).map((line) => `  ${line}`);
  throw new StageConfigError(`The stage's configuration is not valid:\n${lines.join("\n")}`);
}

/**
 * Returns the configuration of a stage: its defaults, with the values of its deployer's own file over them.
 * @param stage the value of the `stage` context key, which may be no stage
 * @param file the value of the `config` context key: the own file, in place of `opencomposer.<stage>.json`
 * @param folder the folder that holds the own files: the root of the repository
 * @throws StageConfigError that names every broken field
 */
export function loadStageConfig(params: {
  readonly stage: unknown;
  readonly folder: string;
  readonly file?: unknown;
}): StageConfig {
  const stage = stages.find((name) => name === params.stage);
  if (stage === undefined) {
    throw new StageConfigError(`There is no stage ${JSON.stringify(params.stage)}: use -c stage=${stages.join("|")}.`);
  }
  const { folder, file } = params;
  if (file !== undefined && (typeof file !== "string" || file === "")) {
    throw new StageConfigError(`-c config=${JSON.stringify(file)} must be the path of a JSON file.`);
  }
  const own = readOwnValues({ stage, folder, file });
  try {
    return parseStageConfig(withOwnValues(stageDefaults[stage], own));
  } catch (error) {
    if (!(error instanceof StageConfigError)) throw error;
    const path = resolve(folder, file ?? ownValuesFile(stage));
    const where = existsSync(path) ? path : `${path}, which does not exist yet`;
    throw new StageConfigError(
      `${error.message}\nYour own values for the stage ${stage} belong in ${where}. docs/deploy.md, "Your own values", has an example to copy.`,
      {
        cause: error,
      },
    );
  }
}
