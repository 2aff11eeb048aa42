/**
 * What TypeScript reads with Zod against the JSON Schemas of contracts/, which Python reads: every field of every valid
 * fixture is removed and replaced by values that are wrong, at the ends of what is allowed, and just beyond.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import * as z from "zod";
import { catalogueFileSchema } from "../../domain/datasets/catalogue-file";
import { trainedTimeSignature } from "../../domain/music/time-signatures";
import {
  endsInside,
  invocationErrorSchema,
  invocationResponseSchema,
  maxMelodyNotes,
} from "../../domain/schemas/invocation";
import { referenceSchema } from "../../domain/schemas/metrics";
import { modelCardSchema } from "../../domain/schemas/model-card";
import { parseProgress } from "../../domain/training/progress";
import { manifestSchema } from "../../tools/seeding/stock-dataset";

const contracts = join(__dirname, "../../contracts");
const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(contracts, ...path), "utf8"));
const schemaOf = (contract: string) => z.record(z.string(), z.unknown()).parse(read(`${contract}.schema.json`));
const validatorOf = (contract: string) => new Ajv2020({ strict: false }).compile(schemaOf(contract));
const fixturesOf = (contract: string, kind: "valid" | "invalid"): unknown[] =>
  readdirSync(join(contracts, "fixtures", contract))
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => read("fixtures", contract, name));

type Path = readonly (string | number)[];
interface Change {
  readonly path: Path;
  readonly what: string;
  readonly document: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The document with another value at a path; without the member where the value is undefined. */
function replaced(document: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(document)) {
    return document.map((entry: unknown, index) => (index === first ? replaced(entry, rest, value) : entry));
  }
  if (!isObject(document)) throw new Error(`there is no ${path.join("/")}`);
  return Object.fromEntries(
    Object.entries({ ...document, [first]: replaced(document[first], rest, value) }).filter(
      ([, member]) => member !== undefined,
    ),
  );
}

/** Every place in a document; of a list only its first entry, for the others have the same schema. */
function placesIn(value: unknown, path: Path = []): { readonly path: Path; readonly value: unknown }[] {
  const inner: [string | number, unknown][] = Array.isArray(value)
    ? value.slice(0, 1).map((entry: unknown, index) => [index, entry])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return [{ path, value }, ...inner.flatMap(([key, each]) => placesIn(each, [...path, key]))];
}

const member = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/** The JSON Schema of a place. */
function schemaAt(schema: unknown, path: Path): unknown {
  return path.reduce<unknown>((place, step) => {
    if (typeof step === "number") return member(place, "items");
    return member(member(place, "properties"), step) ?? member(place, "additionalProperties");
  }, schema);
}

const wrongValues: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e9,
  1e300,
  "",
  "A",
  "x".repeat(9_000),
  "é\u0000",
  [],
  [null],
  {},
  { "not a name": 1 },
];

/** The ends of what a schema allows, and what lies just beyond them. */
function boundaryValues(schema: unknown, value: unknown): unknown[] {
  const bound = (name: string): number[] => {
    const found = member(schema, name);
    return typeof found === "number" ? [found] : [];
  };
  const around = (name: string, step: number) => bound(name).flatMap((end) => [end, end + step]);
  const lengths = [...around("maxLength", 1), ...around("minLength", -1).filter((length) => length >= 0)];
  const counts = [...around("maxItems", 1), ...around("minItems", -1).filter((count) => count >= 0)];
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  const max = around("maxProperties", 1);
  const names = isObject(value) ? Object.values(value) : [];
  return [
    ...around("minimum", -1),
    ...around("maximum", 1),
    ...lengths.map((length) => "x".repeat(length)),
    ...(first === undefined ? [] : counts.map((count) => Array.from({ length: count }, () => first))),
    ...max.map((count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`name${n}`, names[0] ?? 1]))),
  ];
}

function changesOf(contract: string): Change[] {
  const schema = schemaOf(contract);
  return fixturesOf(contract, "valid").flatMap((document) =>
    placesIn(document).flatMap(({ path, value }) => {
      const values = [...wrongValues, ...boundaryValues(schemaAt(schema, path), value)];
      const changes = values.map((other) => ({ what: "replaced", document: replaced(document, path, other) }));
      const removed = path.length === 0 ? [] : [{ what: "removed", document: replaced(document, path, undefined) }];
      const added = isObject(value) ? [{ what: "added", document: replaced(document, [...path, "color"], 1) }] : [];
      return [...changes, ...removed, ...added].map((change) => ({ path, ...change }));
    }),
  );
}

/** What the contract refuses and the reader takes. */
interface Exception {
  readonly why: string;
  readonly isIt: (change: Change) => boolean;
}

const newerWriter: Exception = {
  why: "a container of a newer version may say more; a job runs for hours, and a deployment may be taken back",
  isIt: ({ what }) => what === "added",
};
const places =
  (...patterns: readonly RegExp[]) =>
  ({ path }: Change): boolean =>
    patterns.some((pattern) => pattern.test(path.join("/")));

const readers: readonly (readonly [string, z.ZodType, readonly Exception[]])[] = [
  ["invocation-response", invocationResponseSchema, [newerWriter]],
  [
    "invocation-error",
    invocationErrorSchema,
    [newerWriter, { why: "a newer container may know more codes", isIt: places(/^code$/) }],
  ],
  [
    "model-card",
    modelCardSchema,
    [
      newerWriter,
      {
        why: "this side does not read it; it stays in the card, which is passed through",
        isIt: places(
          /^(name|description|createdAt|hyperparameters|seed|epoch|epochsCompleted|reference|versions|trainingSeconds|evaluation)(\/|$)/,
          /^model\/(opset|parameters)$/,
          /^voices\/0\/(head|lowestPitch|highestPitch)$/,
          /^dataset\/windows$/,
        ),
      },
      {
        why: "measures are shown and not computed with; which there are, and their ranges, the container knows",
        isIt: places(/^metrics(\/\w+)?$/),
      },
    ],
  ],
];

describe.each(readers)("%s", (contract, schema, exceptions) => {
  const validate = validatorOf(contract);
  const changes = changesOf(contract).map((change) => ({
    change,
    isKept: validate(change.document),
    isRead: schema.safeParse(change.document).success,
  }));
  const said = ({ path, what, document }: Change): string => {
    const value = path.reduce<unknown>(
      (place, step) => (Array.isArray(place) ? place[Number(step)] : member(place, String(step))),
      document,
    );
    return `${path.join("/")} ${what}: ${value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80)}`;
  };

  test("whatever the contract allows is read", () => {
    const refused = changes.filter(({ isKept, isRead }) => isKept && !isRead);
    expect(refused.map(({ change }) => said(change))).toEqual([]);
    expect(changes.filter(({ isKept }) => isKept).length).toBeGreaterThan(3);
  });

  test("whatever breaks the contract is refused, but for the exceptions", () => {
    const taken = changes.filter(({ isKept, isRead }) => !isKept && isRead).map(({ change }) => change);
    expect(taken.filter((change) => !exceptions.some(({ isIt }) => isIt(change))).map(said)).toEqual([]);
    for (const { why, isIt } of exceptions) expect({ why, cases: taken.some(isIt) }).toEqual({ why, cases: true });
    expect(changes.filter(({ isKept, isRead }) => !isKept && !isRead).length).toBeGreaterThan(40);
  });
});

/** These need a few members of documents that our own programs wrote, and take whatever stands beside them. */
test.each<[string, z.ZodType]>([
  ["training-reference", referenceSchema],
  ["dataset-manifest", manifestSchema],
  ["dataset-catalogue", catalogueFileSchema],
])("the reader of a part reads whatever %s allows", (contract, schema) => {
  const validate = validatorOf(contract);
  const kept = changesOf(contract).filter(({ document }) => validate(document));
  expect(kept.length).toBeGreaterThan(10);
  for (const { document } of kept) expect(schema.safeParse(document).error?.message).toBeUndefined();
  expect(schema.safeParse({}).success).toBe(false);
});

const casesSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      bars: z.int(),
      beatsPerBar: z.int().default(4),
      stepsPerBeat: z.int().default(4),
      notes: z.array(z.object({ onset: z.int(), duration: z.int(), pitch: z.int() })),
      copies: z.int().default(1),
      broken: z.array(z.string()),
    }),
  ),
});

test("the rules about notes and bars are judged as the cases say", () => {
  const { cases } = casesSchema.parse(read("cases", "invocation-melody.json"));
  for (const { name, bars, beatsPerBar, stepsPerBeat, notes, copies, broken } of cases) {
    const steps = bars * beatsPerBar * stepsPerBeat;
    const isKept =
      trainedTimeSignature({ beatsPerBar, stepsPerBeat }) !== undefined &&
      notes.length * copies <= maxMelodyNotes(steps) &&
      notes.every((note) => endsInside(note, steps));
    expect({ name, isKept }).toEqual({ name, isKept: broken.length === 0 });
  }
});

test("a progress line that keeps the contract is read with all its numbers", () => {
  const validate = validatorOf("progress-line");
  const lines = changesOf("progress-line").filter(({ document }) => validate(document));
  expect(lines.length).toBeGreaterThan(50);
  for (const { document } of lines) {
    const line = z.looseObject({ epoch: z.int(), epochs: z.int() }).parse(document);
    const { epochs, skippedLines } = parseProgress(`${JSON.stringify(document)}\n`);
    expect({ line, epochs: epochs.length, skippedLines }).toEqual({ line, epochs: 1, skippedLines: 0 });
  }
});
