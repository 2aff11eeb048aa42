/** The twin of contracts/tests/test_contracts.py: ajv must judge every fixture as Python's jsonschema does. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import * as z from "zod";
import { unetGan } from "../../domain/techniques/unet-gan";
import type { Parameter } from "../../domain/techniques/technique";

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

const hyperparameterSchema = z.object({
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

test("the API offers the hyperparameters that the container accepts, with the same ranges and defaults", () => {
  const { properties } = hyperparameterSchema.parse(read("hyperparameters-unet-gan.schema.json"));
  const described = (parameter: Parameter) => ({
    type: parameter.type,
    default: parameter.default,
    ...("minimum" in parameter ? { minimum: parameter.minimum, maximum: parameter.maximum } : {}),
    ...("values" in parameter ? { enum: [...parameter.values] } : {}),
    ...(parameter.unit === undefined ? {} : { "x-unit": parameter.unit }),
  });
  const offered = Object.fromEntries(unetGan.hyperparameters.map((one) => [one.name, described(one)]));
  expect(offered).toEqual(properties);
});

test("every metric definition has one group, is anchored and within SageMaker's limits", () => {
  const definitions = z
    .array(z.strictObject({ Name: z.string().max(255), Regex: z.string().max(500) }))
    .max(40)
    .parse(read("metric-definitions.json"));
  const line =
    "[opencomposer] epoch=3 generatorLoss=-1.250000 criticLoss=-3.500000 reconstructionLoss=1.900000 " +
    "similarityIndex=0.200000 emptyBarRate=0.000000 dissonantPairShare=0.140000 qualifiedNoteRate=0.900000 " +
    "scaleConsistency=0.950000 samplesPerSecond=120.500000";
  for (const { Name, Regex } of definitions) {
    expect(new RegExp(Regex).exec(line)).toHaveLength(2);
    expect({ Name, matches: new RegExp(Regex).test(`x ${line}`) }).toEqual({ Name, matches: false });
  }
});
