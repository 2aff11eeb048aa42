import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import * as z from "zod";
import techniqueContract from "../../contracts/technique.schema.json";
import { rangesOutsidePiece } from "../../domain/techniques/parameter-ranges";
import { checkCompositionParameters, techniques } from "../../domain/techniques/registry";
import { readTechnique } from "../../domain/techniques/technique-document";
import { techniqueErrors } from "../../lambdas/http/technique-values";
import { perTechnique, techniqueIds, trainedTechniqueIds } from "../../naming/resource-names";

test("every technique is registered under its own id", () => {
  expect(perTechnique((technique) => techniques[technique].id)).toEqual(
    Object.fromEntries(techniqueIds.map((technique) => [technique, technique])),
  );
});

test("every technique with models has a container's folder with its two entry points, and every such folder is one", () => {
  const containers = join(__dirname, "../../sagemaker-containers");
  const packagesOfNoTechnique = new Set(["container", "music", "serving", "training"]);
  const folders = readdirSync(containers).filter(
    (name) => !packagesOfNoTechnique.has(name) && existsSync(join(containers, name, "pyproject.toml")),
  );
  expect(folders.sort()).toEqual([...trainedTechniqueIds].sort());
  for (const technique of trainedTechniqueIds) {
    const source = join(containers, technique, "src", `opencomposer_${technique.replaceAll("-", "_")}`);
    for (const entryPoint of ["train.py", "serve.py"]) {
      expect({ technique, entryPoint, exists: existsSync(join(source, entryPoint)) }).toMatchObject({ exists: true });
    }
  }
});

test.each(trainedTechniqueIds)("%s fixes the size of the model on resume, and nothing else", (technique) => {
  const fixed = techniques[technique].hyperparameters.filter(({ fixedOnResume }) => fixedOnResume === true);
  expect(fixed.map(({ name }) => name)).toEqual(["modelSize"]);
});

test.each(techniqueIds)(
  "every parameter of %s has a default within its range, and an empty request is right",
  (technique) => {
    const { values, issues } = checkCompositionParameters(techniques[technique], {});
    expect(issues).toEqual([]);
    expect(Object.keys(values)).toEqual(techniques[technique].parameters.map(({ name }) => name));
    expect(checkCompositionParameters(techniques[technique], values).issues).toEqual([]);
  },
);

test.each(techniqueIds)(
  "a form of %s shows one to five parameters at first, and of hyperparameters at most five",
  (id) => {
    const mainsOf = (kind: "parameters" | "hyperparameters") =>
      techniques[id][kind].filter(({ group }) => group === "main").map(({ name }) => name);
    expect(mainsOf("parameters").length).toBeGreaterThan(0);
    expect(mainsOf("parameters").length).toBeLessThanOrEqual(5);
    expect(mainsOf("hyperparameters").length).toBeLessThanOrEqual(5);
    // What a drawing on the piano roll sets, and what only repeats a choice, never stands first.
    for (const name of ["firstBar", "lastBar", "lowestPitch", "highestPitch", "seed"]) {
      expect([...mainsOf("parameters"), ...mainsOf("hyperparameters")]).not.toContain(name);
    }
  },
);

test.each(techniqueIds)("a slider of each number of %s can be put on its default and on both ends", (id) => {
  const { parameters, hyperparameters } = techniques[id];
  const numbers = [...parameters, ...hyperparameters].filter((parameter) => "step" in parameter);
  for (const { name, minimum, maximum, default: usual, step, scale } of numbers) {
    for (const value of [minimum, maximum, usual]) {
      // The decimals that the step has are those that a form shows.
      expect({ name, value: Number((Math.round(value / step) * step).toPrecision(12)) }).toEqual({ name, value });
    }
    if (scale === "log") expect(minimum).toBeGreaterThan(0);
  }
});

describe("the document of a technique with numbers of its own", () => {
  const described = { title: "A", description: "A number.", "x-group": "more", type: "number" };
  const read = (rule: object) => {
    const set = { description: "Some.", type: "object", additionalProperties: false, properties: {} };
    return readTechnique("toy", {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://opencomposer.dev/contracts/techniques/toy.json",
      ...{ title: "Toy", description: "A toy.", type: "object", additionalProperties: false },
      properties: { parameters: { ...set, properties: { a: { ...described, ...rule } } }, hyperparameters: set },
      "x-byRule": true,
    });
  };
  const steps = fc.integer({ min: -10_000, max: 10_000 });
  const range = fc
    .tuple(steps, steps, steps)
    .map((three) => [...three].sort((one, other) => one - other))
    .map(([minimum = 0, usual = 0, maximum = 0]) => ({ minimum, usual, maximum }));
  const decimals = fc.constantFrom(1, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001, 0.000_01);

  test("is read if its range and default are multiples of the step, and the scale is linear or begins above 0", () => {
    fc.assert(
      fc.property(range, decimals, fc.constantFrom("linear", "log"), ({ minimum, usual, maximum }, step, scale) => {
        const rule = { minimum: minimum * step, maximum: maximum * step, default: usual * step };
        const readIt = () => read({ ...rule, "x-step": step, "x-scale": scale });
        if (scale === "linear" || minimum > 0) expect(readIt().parameters).toMatchObject([{ ...rule, step, scale }]);
        else expect(readIt).toThrow("has a logarithmic scale");
      }),
    );
  });

  test("is refused if one of the three lies between two steps", () => {
    const which = fc.constantFrom("minimum", "maximum", "default");
    fc.assert(
      fc.property(
        range,
        decimals,
        which,
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (given, step, moved, part) => {
          const rule = {
            minimum: (given.minimum - 1) * step,
            maximum: (given.maximum + 1) * step,
            default: given.usual * step,
          };
          const between = { ...rule, [moved]: rule[moved] + (moved === "maximum" ? part : -part) * step };
          expect(() => read({ ...between, "x-step": step, "x-scale": "linear" })).toThrow(`has the ${moved} `);
        },
      ),
    );
  });
});

test("the document says which techniques go on with their input and hear all of its tracks", () => {
  const flagged = (flag: "extends" | "hearsTracks") => techniqueIds.filter((id) => techniques[id][flag]);
  expect({ extends: flagged("extends"), hearsTracks: flagged("hearsTracks") }).toEqual({
    extends: ["transformer"],
    hearsTracks: ["ar-cnn", "transformer"],
  });
});

test.each([
  [{ "x-byRule": true, "x-hearsTracks": true }, /x-hearsTracks/],
  [{ "x-byRule": true, "x-extends": true }, /x-extends/],
  [{ "x-losses": ["loss"], "x-extends": false }, /cannot be read/],
])("a document with %j cannot be read", (flags, message) => {
  const set = { description: "Some.", type: "object", additionalProperties: false, properties: {} };
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://opencomposer.dev/contracts/techniques/toy.json",
    ...{ title: "Toy", description: "A toy.", type: "object", additionalProperties: false },
    properties: { parameters: set, hyperparameters: set },
  };
  expect(readTechnique("toy", { ...document, "x-losses": ["loss"], "x-extends": true })).toMatchObject({
    extends: true,
  });
  expect(() => readTechnique("toy", { ...document, ...flags })).toThrow(message);
  // contracts/technique.schema.json says the same.
  const isContract = new Ajv2020({ strict: false }).compile(techniqueContract);
  expect(isContract({ ...document, ...flags })).toBe(false);
});

const descriptionSchema = z.object({ description: z.string() });
const openapiSchema = z.object({
  components: z.object({
    schemas: z.object({
      CreateComposition: z.object({ properties: z.object({ parameters: descriptionSchema }) }),
      CreateTrainingJob: z.object({ properties: z.object({ hyperparameters: descriptionSchema }) }),
    }),
  }),
});

test("the OpenAPI document says of every parameter what its technique's document says", () => {
  const file = join(__dirname, "../../docs/openapi.json");
  const { schemas } = openapiSchema.parse(JSON.parse(readFileSync(file, "utf8"))).components;
  const lines = {
    parameters: schemas.CreateComposition.properties.parameters.description.split("\n"),
    hyperparameters: schemas.CreateTrainingJob.properties.hyperparameters.description.split("\n"),
  };
  for (const kind of ["parameters", "hyperparameters"] as const) {
    for (const { name, description } of techniqueIds.flatMap((id) => techniques[id][kind])) {
      const line = lines[kind].find((each) => each.startsWith(`- \`${name}\`: `) && each.endsWith(description));
      expect({ name, said: line !== undefined }).toEqual({ name, said: true });
    }
  }
});

describe("regions of ar-cnn", () => {
  const arCnn = techniques["ar-cnn"];
  const pointersOf = (given: Readonly<Record<string, unknown>>): string[] =>
    checkCompositionParameters(arCnn, given).issues.map(({ pointer }) => pointer);

  test("a region whose end lies before its beginning is refused before the piece is known, both at once", () => {
    const given = { firstBar: 5, lastBar: 4, lowestPitch: 72, highestPitch: 60 };
    expect(checkCompositionParameters(arCnn, given).issues).toEqual([
      {
        pointer: "/lastBar",
        reason: "lies before firstBar, which is 5",
        value: 4,
        allowed: "an integer from 5 to 64, or 0 for the last bar",
      },
      {
        pointer: "/highestPitch",
        reason: "lies below lowestPitch, which is 72",
        value: 60,
        allowed: "an integer from 72 to 127",
      },
    ]);
  });

  test("defaults take part: lowestPitch alone is right, firstBar alone reaches to the last bar", () => {
    expect(pointersOf({ lowestPitch: 127 })).toEqual([]);
    expect(pointersOf({ highestPitch: 0 })).toEqual([]);
    expect(pointersOf({ firstBar: 64 })).toEqual([]);
    expect(pointersOf({ firstBar: 64, lastBar: 64, lowestPitch: 60, highestPitch: 60 })).toEqual([]);
  });

  test("what is broken by itself is reported once, and not compared", () => {
    expect(pointersOf({ firstBar: 99, lastBar: 4, temperature: 0, cowbell: true })).toEqual([
      "/temperature",
      "/firstBar",
      "/cowbell",
    ]);
  });

  test("the bars of a region are bars of the piece", () => {
    const { values } = checkCompositionParameters(arCnn, { firstBar: 9, lastBar: 12 });
    expect(rangesOutsidePiece(arCnn, values, { bars: 12 })).toEqual([]);
    expect(rangesOutsidePiece(arCnn, values, { bars: 11 })).toEqual([
      {
        pointer: "/lastBar",
        reason: "lies outside the piece, which has 11 bars",
        value: 12,
        allowed: "an integer from 1 to 11, or 0 for the last bar",
      },
    ]);
    expect(rangesOutsidePiece(arCnn, values, { bars: 1 })).toMatchObject([
      { pointer: "/firstBar", reason: "lies outside the piece, which has 1 bar", allowed: "an integer from 1 to 1" },
      { pointer: "/lastBar" },
    ]);
  });

  test("together the two checks accept exactly the regions that the container accepts", () => {
    const bar = fc.integer({ min: 1, max: 64 });
    fc.assert(
      fc.property(bar, fc.integer({ min: 0, max: 64 }), bar, (firstBar, lastBar, bars) => {
        const { values, issues } = checkCompositionParameters(arCnn, { firstBar, lastBar });
        const refused = [...issues, ...rangesOutsidePiece(arCnn, values, { bars })];
        // contracts/cases/ranges-ar-cnn.json holds the container to the same.
        const accepted = firstBar <= bars && (lastBar === 0 || (firstBar <= lastBar && lastBar <= bars));
        expect(refused.length === 0).toBe(accepted);
      }),
    );
  });
});

test("the API lists a technique's contradictions with all other faults of `parameters`", () => {
  const body = { technique: "ar-cnn", parameters: { temperature: 7, lastBar: 1, firstBar: 2, learningRate: 1 } };
  expect(techniqueErrors(body, "parameters").map(({ pointer }) => pointer)).toEqual([
    "/parameters/temperature",
    "/parameters/learningRate",
    "/parameters/lastBar",
  ]);
});

test("parameters of another technique are unknown, each of them", () => {
  const parameters = { temperature: 1, melodyLock: true };
  expect(techniqueErrors({ technique: "unet-gan", parameters }, "parameters")).toMatchObject([
    { pointer: "/parameters/temperature", reason: "unknown parameter", allowed: "ending" },
    { pointer: "/parameters/melodyLock", reason: "unknown parameter" },
  ]);
});

test("texts that stand beside a control name other settings by their titles, not by their names in requests", () => {
  const parameterSchema = z.object({ description: z.string() });
  for (const technique of techniqueIds) {
    const document: unknown = JSON.parse(
      readFileSync(join(__dirname, "../../contracts/techniques", `${technique}.json`), "utf8"),
    );
    const { properties } = z
      .object({ properties: z.object({ parameters: z.object({ properties: z.record(z.string(), parameterSchema) }) }) })
      .parse(document);
    const described = Object.entries(properties.parameters.properties);
    // Names of one word, as "temperature", are words of the sentence.
    const names = described.map(([name]) => name).filter((name) => /[A-Z]/.test(name));
    for (const [name, { description }] of described) {
      expect([name, ["inputOptions", ...names].filter((other) => description.includes(other))]).toEqual([name, []]);
    }
  }
});
