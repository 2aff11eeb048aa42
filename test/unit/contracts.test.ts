/** The twin of contracts/tests/test_contracts.py: ajv must judge every fixture as Python's jsonschema does. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import * as z from "zod";
import { techniqueIds } from "../../domain/names/resource-names";
import { checkParameters, techniques } from "../../domain/techniques/registry";
import type { Parameter } from "../../domain/techniques/technique";
import { metricDefinitionsOf } from "../../domain/training/metric-definitions";

const contracts = join(__dirname, "../../contracts");
const suffix = ".schema.json";
const names = readdirSync(contracts)
  .filter((name) => name.endsWith(suffix))
  .map((name) => name.slice(0, -suffix.length));
const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(contracts, ...path), "utf8"));

const anySchema = z.looseObject({ $id: z.string() });

describe.each(names)("contract %s", (contract) => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, keywords: ["x-unit"], strictTypes: false });
  const validate = ajv.compile(anySchema.parse(read(contract + suffix)));
  const fixtures = readdirSync(join(contracts, "fixtures", contract));

  test.each(fixtures)("%s", (fixture) => {
    const valid = validate(read("fixtures", contract, fixture));
    expect({ valid, errors: validate.errors }).toMatchObject({ valid: fixture.startsWith("valid-") });
  });
});

const parametersSchema = z.object({
  properties: z.record(
    z.string(),
    z.object({
      type: z.enum(["integer", "number", "boolean", "string"]),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      enum: z.array(z.string()).optional(),
      default: z.union([z.number(), z.boolean(), z.string()]),
      "x-unit": z.string().optional(),
    }),
  ),
});

const described = (parameter: Parameter) => ({
  type: parameter.type,
  default: parameter.default,
  ...("minimum" in parameter ? { minimum: parameter.minimum, maximum: parameter.maximum } : {}),
  ...("values" in parameter ? { enum: [...parameter.values] } : {}),
  ...(parameter.unit === undefined ? {} : { "x-unit": parameter.unit }),
});

describe.each(techniqueIds)("%s", (technique) => {
  test.each(["parameters", "hyperparameters"] as const)(
    "the API offers the %s that the container accepts, with the same ranges and defaults",
    (kind) => {
      const contract = `${kind}-${technique}`;
      const { properties } = parametersSchema.parse(read(contract + suffix));
      const offered = techniques[technique][kind];
      expect(Object.fromEntries(offered.map((one) => [one.name, described(one)]))).toEqual(properties);
    },
  );

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

describe.each(techniqueIds)("metric definitions of %s", (technique) => {
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
