/**
 * A technique is added by its document alone on this side: the toy technique, whose container is trained and served in
 * sagemaker-containers/training/tests/test_added_technique.py.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { parameterSchema } from "../../domain/schemas/api/discovery";
import { rangesOutsidePiece } from "../../domain/techniques/parameter-ranges";
import { checkParameters, hyperparametersOnTheWire } from "../../domain/techniques/parameter-values";
import { checkCompositionParameters, type Techniques } from "../../domain/techniques/registry";
import { readTechnique } from "../../domain/techniques/technique-document";
import { describedTechnique } from "../../lambdas/api/discovery/list-techniques";
import { techniqueErrors } from "../../lambdas/http/technique-values";

const file = join(__dirname, "../../contracts/fixtures/technique/valid-toy.json");
const document = z.looseObject({ $id: z.string() }).parse(JSON.parse(readFileSync(file, "utf8")));
const toy = readTechnique("toy", document);
const known: Techniques = { toy };

test("the API describes it by its document", () => {
  const { id, name, parameters, hyperparameters } = describedTechnique(toy);
  expect({ id, name }).toEqual({ id: "toy", name: "Toy" });
  for (const parameter of [...parameters, ...hyperparameters]) {
    expect(z.strictObject(parameterSchema.shape).safeParse(parameter)).toMatchObject({ success: true });
  }
  expect(parameters[0]).toEqual({
    name: "seconds",
    title: "Seconds",
    description: "How long the technique pretends to work.",
    group: "main",
    unit: "seconds",
    type: "number",
    minimum: 0,
    maximum: 20,
    default: 0,
    step: 0.5,
    scale: "linear",
  });
  expect(hyperparameters.filter(({ fixedOnResume }) => fixedOnResume).map(({ name }) => name)).toEqual(["modelSize"]);
});

test("the API validates a composition and a training job with it", () => {
  expect(checkCompositionParameters(toy, { mood: "wild" })).toEqual({
    values: { seconds: 0, fail: false, mood: "wild", firstBar: 1, lastBar: 0 },
    issues: [],
  });
  const parameters = { mood: "sad", firstBar: 3, lastBar: 2, color: "red" };
  expect(techniqueErrors({ technique: "toy", parameters }, "parameters", known)).toEqual([
    { pointer: "/parameters/mood", reason: "mood is not an allowed value", value: "sad", allowed: "calm, wild" },
    {
      pointer: "/parameters/color",
      reason: "unknown parameter",
      value: "red",
      allowed: "seconds, fail, mood, firstBar, lastBar",
    },
    {
      pointer: "/parameters/lastBar",
      reason: "lies before firstBar, which is 3",
      value: 2,
      allowed: "an integer from 3 to 64, or 0 for the last bar",
    },
  ]);
  expect(rangesOutsidePiece(toy, { firstBar: 3, lastBar: 0 }, { bars: 2 })).toMatchObject([{ pointer: "/firstBar" }]);
  const body = { technique: "toy", hyperparameters: { epochs: 11, modelSize: "huge" } };
  expect(techniqueErrors(body, "hyperparameters", known).map(({ pointer, allowed }) => [pointer, allowed])).toEqual([
    ["/hyperparameters/epochs", "an integer from 1 to 10"],
    ["/hyperparameters/modelSize", "small, large"],
  ]);
});

test("its container gets hyperparameters as SageMaker passes them on", () => {
  const { values } = checkParameters(toy.hyperparameters, { epochs: 1 });
  expect(hyperparametersOnTheWire(values)).toEqual({
    epochs: "1",
    learningRate: "0.5",
    modelSize: "small",
    batchSize: "4",
    seed: "0",
  });
});

test("a technique that is not registered has no fields to be at fault", () => {
  expect(techniqueErrors({ technique: "toString", parameters: { a: 1 } }, "parameters", known)).toEqual([]);
  expect(techniqueErrors({ technique: "toy", parameters: { seconds: 1 } }, "parameters")).toEqual([]);
});

test.each([
  ["another id", { $id: "https://opencomposer.dev/contracts/techniques/other.json" }, "has the $id"],
  ["an unknown keyword", { "x-color": "red" }, "x-color"],
])("a document with %s is refused, with the reason", (_, change, reason) => {
  expect(() => readTechnique("toy", { ...document, ...change })).toThrow(reason);
});

const partSchema = z.looseObject({ properties: z.record(z.string(), z.looseObject({})) });
const partsSchema = z.looseObject({ parameters: partSchema, hyperparameters: partSchema });

test.each([
  ["a default outside its range", { seconds: { default: 21 } }, "the default 21 at /seconds"],
  ["a range over what is no integer", { firstBar: { type: "number" } }, "a range with firstBar"],
])("a document with %s is refused, with the reason", (_, changes, reason) => {
  const parts = partsSchema.parse(document["properties"]);
  const properties = Object.fromEntries(
    Object.entries(parts.parameters.properties).map(([name, rule]) => [
      name,
      { ...rule, ...Object.entries(changes).find(([changed]) => changed === name)?.[1] },
    ]),
  );
  const broken = { ...document, properties: { ...parts, parameters: { ...parts.parameters, properties } } };
  expect(() => readTechnique("toy", broken)).toThrow(reason);
});
