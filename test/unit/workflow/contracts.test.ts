/** What this side writes for the containers, against the contracts that their side tests too. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { topicsSchema } from "../../../domain/schemas/api/topics";
import { invocationErrorSchema, invocationResponseSchema } from "../../../domain/schemas/invocation";
import { modelCardSchema } from "../../../domain/schemas/model-card";
import { techniques } from "../../../domain/techniques/registry";
import { maxEpochs } from "../../../domain/training/progress";
import { maxTopicTags, maxValuesPerTag } from "../../../domain/training/selection";
import { trainedTechniqueIds } from "../../../naming/resource-names";
import { jobId, sub, TrainingHarness, trainingJob } from "../../workflow/training-harness";

const contracts = join(__dirname, "../../../contracts");
const json = (file: string): unknown => JSON.parse(readFileSync(join(contracts, file), "utf8"));
const ajv = new Ajv2020({ strict: false });

test("the prepare step writes a selection that the trainer accepts", async () => {
  const harness = new TrainingHarness();
  harness.trainingJobs.add(trainingJob(1, { topics: { composer: ["bach"], key: [] } }));
  await harness.step("PrepareData", { sub, jobId: jobId(1), attempt: 1 });
  const [key = ""] = harness.work.keys();
  const schema = json("training-selection.schema.json");
  if (typeof schema !== "object" || schema === null) throw new Error("no schema");
  const validate = ajv.compile(schema);
  expect(validate(JSON.parse(harness.work.text(key) ?? ""))).toBe(true);
  expect(JSON.parse(harness.work.text(key) ?? "")).toMatchObject({
    topics: { composer: ["bach"] },
    melodies: { length: 3 },
  });
});

/** A part of a JSON Schema by its path of names. */
function at(schema: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, name) => (typeof part === "object" && part !== null ? new Map(Object.entries(part)).get(name) : undefined),
    schema,
  );
}

test("topics have the same limits wherever they are taken, written and read", () => {
  const selection = json("training-selection.schema.json");
  const card = json("model-card.schema.json");
  const api = json("../docs/openapi.json");
  const topics = [
    at(selection, ["properties", "topics"]),
    at(card, ["properties", "dataset", "properties", "topics"]),
    at(api, ["components", "schemas", "Topics"]),
  ];
  for (const each of topics) {
    expect(at(each, ["maxProperties"])).toBe(maxTopicTags);
    expect(at(each, ["additionalProperties", "maxItems"])).toBe(maxValuesPerTag);
  }
  const values = Array.from({ length: maxValuesPerTag }, (_, n) => `value-${n}`);
  expect(topicsSchema.safeParse({ tag: values }).success).toBe(true);
  expect(topicsSchema.safeParse({ tag: [...values, "one-more"] }).success).toBe(false);
});

test("whatever hyperparameters the API takes, the trainers' contracts take", () => {
  for (const technique of trainedTechniqueIds) {
    const schema = at(json(`techniques/${technique}.json`), ["properties", "hyperparameters"]);
    for (const parameter of techniques[technique].hyperparameters) {
      const rule = at(schema, ["properties", parameter.name]);
      expect(rule).toBeDefined();
      if (parameter.type !== "integer" && parameter.type !== "number") continue;
      expect([at(rule, ["minimum"]), at(rule, ["maximum"])]).toEqual([parameter.minimum, parameter.maximum]);
      if (parameter.name === "epochs") expect(parameter.maximum).toBeLessThanOrEqual(maxEpochs);
    }
  }
});

test.each([
  ["a model card", modelCardSchema, "model-card", "valid-"],
  ["an invocation's response", invocationResponseSchema, "invocation-response", "valid-"],
  ["an invocation's error", invocationErrorSchema, "invocation-error", "valid-"],
])("every valid fixture of %s is read", (_, schema, contract, prefix) => {
  const folder = join("fixtures", contract);
  const fixtures = listOf(folder).filter((file) => file.startsWith(prefix));
  expect(fixtures.length).toBeGreaterThan(0);
  for (const file of fixtures) expect(schema.safeParse(json(join(folder, file))).error?.message).toBeUndefined();
});

function listOf(folder: string): string[] {
  return readdirSync(join(contracts, folder));
}
