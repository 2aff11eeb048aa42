/** The values that a deployer gives for a stage in a file of their own, apart from the source of this repository. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Stage } from "../../naming/resource-names";
import type { StageConfigInput } from "./stage-config";
import { StageConfigError } from "./stage-config-error";

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns the name of a stage's own file at the root of the repository. Git ignores it. */
export const ownValuesFile = (stage: Stage): string => `opencomposer.${stage}.json`;

/**
 * Returns the values that a stage's own file holds; none if the stage has no file.
 *
 * @param file path of another file, absolute or from the folder; it has to exist
 * @param folder where the stage's own file is, if there is one
 * @throws StageConfigError if the file cannot be read or does not hold a JSON object
 */
export function readOwnValues(params: {
  readonly stage: Stage;
  readonly folder: string;
  readonly file?: string | undefined;
}): JsonObject {
  const { stage, folder, file } = params;
  const path = resolve(folder, file ?? ownValuesFile(stage));
  if (!existsSync(path)) {
    if (file === undefined) return {};
    throw new StageConfigError(`There is no file ${path}, which -c config=${file} names.`);
  }
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    // It is a folder, or belongs to somebody else.
    throw new StageConfigError(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    throw new StageConfigError(`${path} is not JSON: ${reasonOf(error)}`, { cause: error });
  }
  if (!isObject(values)) throw new StageConfigError(`${path} must hold a JSON object with settings of the stage.`);
  if ("stage" in values) {
    throw new StageConfigError(`${path}: stage is chosen by -c stage=${stage}, so the file must not name one.`);
  }
  // Editors take `$schema` for the address of the schema by which they complete the file.
  const { $schema: _address, ...settings } = values;
  return settings;
}

/**
 * Returns the defaults with the own values put over them. An object is merged member by member; any other value takes
 * the place of the default, and so does an object of another `kind`, which has other members.
 */
export function withOwnValues(defaults: StageConfigInput, own: JsonObject): JsonObject {
  return merged({ ...defaults }, own);
}

function merged(base: JsonObject, over: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = Object.hasOwn(base, name) ? base[name] : undefined;
    const isMerged = isObject(below) && isObject(value) && (value["kind"] ?? below["kind"]) === below["kind"];
    // An own member, whatever its name: `__proto__` set the usual way would vanish unseen.
    Object.defineProperty(result, name, {
      value: isMerged ? merged(below, value) : value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}
