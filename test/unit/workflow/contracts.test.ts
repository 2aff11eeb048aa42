/** What this side writes for the containers, against the contracts that their side tests too. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { invocationAnswerSchema, invocationErrorSchema } from "../../../domain/schemas/invocation";
import { modelCardSchema } from "../../../domain/schemas/model-card";
import { jobId, sub, trainingJob, TrainingWorld } from "../../workflow/training-world";

const contracts = join(__dirname, "../../../contracts");
const json = (file: string): unknown => JSON.parse(readFileSync(join(contracts, file), "utf8"));
const ajv = new Ajv2020({ strict: false });

test("the prepare step writes a selection that the trainer accepts", async () => {
  const world = new TrainingWorld();
  world.jobs.add(trainingJob(1, { topics: { composer: ["bach"], key: [] } }));
  await world.step("PrepareData", { sub, jobId: jobId(1), attempt: 1 });
  const [key = ""] = world.work.keys();
  const schema = json("training-selection.schema.json");
  if (typeof schema !== "object" || schema === null) throw new Error("no schema");
  const validate = ajv.compile(schema);
  expect(validate(JSON.parse(world.work.text(key) ?? ""))).toBe(true);
  expect(JSON.parse(world.work.text(key) ?? "")).toMatchObject({
    topics: { composer: ["bach"] },
    melodies: { length: 3 },
  });
});

test.each([
  ["a model card", modelCardSchema, "model-card", "valid-"],
  ["an invocation's answer", invocationAnswerSchema, "invocation-answer", "valid-"],
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
