/** Small changes of a definition, each of which changes what it does. */

export interface DefinitionChange {
  /** The place in the definition, and what is different there. */
  readonly what: string;
  readonly changed: unknown;
}

type Path = readonly (string | number)[];

/** Fields that say nothing about what the machine does, or whose every other value is refused. */
const leftOut = new Set(["Comment", "Type", "QueryLanguage", "Parameters"]);

/**
 * Returns the definition with each of its numbers one higher and one lower, each of its texts and booleans another, and
 * each entry of its lists left out.
 */
export function changesOf(definition: unknown): readonly DefinitionChange[] {
  return changesAt(definition, []).map(({ path, what, value }) => ({
    what: `${path.join(".")} ${what}`,
    changed: withValue(definition, path, value),
  }));
}

interface ChangeAt {
  readonly path: Path;
  readonly what: string;
  readonly value: unknown;
}

function changesAt(value: unknown, path: Path): readonly ChangeAt[] {
  if (Array.isArray(value)) {
    const shorter = value.map((_, index) => ({
      path,
      what: `without ${index}`,
      value: value.filter((_entry, at) => at !== index),
    }));
    return [...shorter, ...value.flatMap((entry: unknown, index) => changesAt(entry, [...path, index]))];
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, field]: [string, unknown]) =>
      leftOut.has(name) ? [] : changesAt(field, [...path, name]),
    );
  }
  return othersOf(value).map((other) => ({ path, what: `${String(value)} → ${String(other)}`, value: other }));
}

function othersOf(value: unknown): readonly unknown[] {
  if (typeof value === "number") return [value + 1, value - 1];
  if (typeof value === "boolean") return [!value];
  if (typeof value !== "string") return [];
  if (value === "FULL") return ["NONE"];
  if (value.startsWith("$.")) return [`${value}Other`];
  if (value === "${AcquireSlotFunctionArn}") return ["${PrepareDataFunctionArn}"];
  if (value.startsWith("${")) return ["${AcquireSlotFunctionArn}"];
  // As a state it is another one, as an outcome or an error one that nobody knows.
  return [value === "Finalized" ? "StepFailed" : "Finalized"];
}

function withValue(root: unknown, [head, ...rest]: Path, value: unknown): unknown {
  if (head === undefined) return value;
  if (Array.isArray(root)) {
    return root.map((entry: unknown, index) => (index === head ? withValue(entry, rest, value) : entry));
  }
  if (typeof root !== "object" || root === null) throw new Error(`${head} is no place in the definition`);
  return Object.fromEntries(
    Object.entries(root).map(([name, field]: [string, unknown]) => [
      name,
      name === head ? withValue(field, rest, value) : field,
    ]),
  );
}
