/** The twin of contracts/tests/test_contracts.py: ajv must judge every fixture as Python's jsonschema does. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import * as z from "zod";
import { rangesOutsidePiece } from "../../domain/techniques/parameter-ranges";
import { checkParameters } from "../../domain/techniques/parameter-values";
import { checkCompositionParameters, techniques } from "../../domain/techniques/registry";
import { readTechnique } from "../../domain/techniques/technique-document";
import { metricDefinitionsOf } from "../../domain/training/metric-definitions";
import { techniqueIds, trainedTechniqueIds } from "../../naming/resource-names";

const contracts = join(__dirname, "../../contracts");
const suffix = ".schema.json";
const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(contracts, ...path), "utf8"));

const schemaFiles = readdirSync(contracts).filter((name) => name.endsWith(suffix));
const kinds = ["parameters", "hyperparameters"] as const;
/** Each contract with the schema of its fixtures; those of a technique's values are parts of its document. */
const schemas: readonly (readonly [string, object])[] = [
  ...schemaFiles.map((file) => [file.slice(0, -suffix.length), z.looseObject({}).parse(read(file))] as const),
  ...techniqueIds.flatMap((technique) =>
    kinds.map((kind) => [`${kind}-${technique}`, partOfDocument(technique, kind)] as const),
  ),
];

function partOfDocument(technique: string, kind: (typeof kinds)[number]): object {
  const part = z.looseObject({});
  const documentSchema = z.object({ properties: z.object({ parameters: part, hyperparameters: part }) });
  return documentSchema.parse(read("techniques", `${technique}.json`)).properties[kind];
}

describe.each(schemas)("contract %s", (contract, schema) => {
  const keywords = ["x-unit", "x-fixedOnResume", "x-ranges", "x-allowed", "x-group", "x-step", "x-scale"];
  const ajv = new Ajv2020({ allErrors: true, strict: true, keywords, strictTypes: false });
  const validate = ajv.compile(schema);
  const fixtures = readdirSync(join(contracts, "fixtures", contract));

  test.each(fixtures)("%s", (fixture) => {
    const valid = validate(read("fixtures", contract, fixture));
    expect({ valid, errors: validate.errors }).toMatchObject({ valid: fixture.startsWith("valid-") });
  });
});

describe.each(techniqueIds)("%s", (technique) => {
  test.each(["parameters", "hyperparameters"] as const)("the API judges %s as the contract's fixtures say", (kind) => {
    const contract = `${kind}-${technique}`;
    for (const fixture of readdirSync(join(contracts, "fixtures", contract))) {
      const given = z.record(z.string(), z.unknown()).parse(read("fixtures", contract, fixture));
      const { issues } = checkParameters(techniques[technique][kind], given);
      // Exactly one thing is wrong with an invalid fixture.
      expect({ fixture, faults: issues.length }).toEqual({ fixture, faults: fixture.startsWith("valid-") ? 0 : 1 });
    }
  });
});

test("the documents are those of the techniques, and each keeps the contract of documents", () => {
  expect(readdirSync(join(contracts, "techniques")).sort()).toEqual(techniqueIds.map((id) => `${id}.json`).sort());
  const validate = new Ajv2020({ strict: false }).compile(z.looseObject({}).parse(read("technique.schema.json")));
  for (const id of techniqueIds) {
    const valid = validate(read("techniques", `${id}.json`));
    expect({ id, valid, errors: validate.errors }).toEqual({ id, valid: true, errors: null });
  }
});

test.each(readdirSync(join(contracts, "fixtures/technique")))("the reader of documents judges %s alike", (fixture) => {
  const readIt = () => readTechnique("toy", read("fixtures/technique", fixture));
  if (fixture.startsWith("valid-")) expect(readIt()).toMatchObject({ id: "toy" });
  else expect(readIt).toThrow("the document of the technique toy cannot be read");
});

const casesSchema = z.strictObject({
  technique: z.enum(techniqueIds),
  cases: z.array(
    z.strictObject({
      name: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      bars: z.int(),
      broken: z.array(z.string()),
    }),
  ),
});

const rangeCases = readdirSync(join(contracts, "cases")).filter((file) => file.startsWith("ranges-"));
test.each(rangeCases)("rules across fields: the API judges %s as it says", (file) => {
  const { technique, cases } = casesSchema.parse(read("cases", file));
  for (const { name, parameters, bars, broken } of cases) {
    const { values, issues } = checkCompositionParameters(techniques[technique], parameters);
    const found = [...issues, ...rangesOutsidePiece(techniques[technique], values, { bars })];
    expect({ name, broken: [...new Set(found.map(({ pointer }) => pointer))].sort() }).toEqual({ name, broken });
  }
});

/** Returns the toy's document with other parameters. */
function toyWith(parameters: Readonly<Record<string, unknown>>): unknown {
  const set = z.looseObject({});
  const toy = z
    .looseObject({ properties: z.object({ parameters: set, hyperparameters: set }) })
    .parse(read("fixtures/technique", "valid-toy.json"));
  const { hyperparameters } = toy.properties;
  const only = { ...hyperparameters, properties: parameters };
  return { ...toy, properties: { parameters: only, hyperparameters } };
}

const formCasesSchema = z.strictObject({
  cases: z.array(
    z.strictObject({
      name: z.string(),
      parameters: z.record(z.string(), z.looseObject({})),
      broken: z.array(z.string()),
    }),
  ),
});

test.each(formCasesSchema.parse(read("cases", "parameter-forms.json")).cases)(
  "steps, scales and groups: the reader of documents judges $name as it says",
  ({ parameters, broken }) => {
    const readIt = () => readTechnique("toy", toyWith(parameters));
    const [first] = broken;
    if (first === undefined) expect(readIt().parameters.map(({ name }) => name)).toEqual(Object.keys(parameters));
    else expect(readIt).toThrow(`the document of toy has the parameter ${first}, which `);
  },
);

describe.each(trainedTechniqueIds)("metric definitions of %s", (technique) => {
  const definitions = z
    .array(z.strictObject({ Name: z.string().max(255), Regex: z.string().max(500) }))
    .max(40)
    .parse(metricDefinitionsOf(technique));
  const example = z.record(z.string(), z.unknown()).parse(read("fixtures", "progress-line", `valid-${technique}.json`));
  const losses = Object.keys(example).filter((name) => /^(loss|.*Loss)$/.test(name));

  test("each has one group, is anchored and within SageMaker's limits", () => {
    const numbers = definitions.map(({ Name }, index) => `${Name.replace("opencomposer:", "")}=${index}.500000`);
    const line = `[opencomposer] epoch=3 ${numbers.slice(1).join(" ")}`;
    for (const [index, { Name, Regex }] of definitions.entries()) {
      const found = new RegExp(Regex).exec(line);
      expect(found).toHaveLength(2);
      expect({ Name, value: found?.[1] }).toEqual({ Name, value: index === 0 ? "3" : `${index}.500000` });
      expect({ Name, matches: new RegExp(Regex).test(`x ${line}`) }).toEqual({ Name, matches: false });
    }
  });

  test("they are for the losses that its progress lines have", () => {
    const named = definitions.map(({ Name }) => Name.replace("opencomposer:", ""));
    expect(named.filter((name) => /^(loss|.*Loss)$/.test(name)).sort()).toEqual(losses.sort());
  });
});
