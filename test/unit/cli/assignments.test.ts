/** `name=value` of the command line. */
import fc from "fast-check";
import { readAssignments, readParameters, readTopics, readValue } from "../../../cli/src/assignments";

const parameter = (name: string, type: "integer" | "number" | "boolean" | "string") =>
  ({ name, title: name, type, default: 0, description: "", group: "main" }) as const;

test("a value has the type that the technique gives, and what does not fit stays a text for the API to judge", () => {
  const known = [
    parameter("epochs", "integer"),
    parameter("learningRate", "number"),
    parameter("earlyStopping", "boolean"),
    parameter("modelSize", "string"),
  ];
  expect(
    readParameters(["epochs=10", "learningRate=1e-3", "earlyStopping=false", "modelSize=1", "other=2"], known),
  ).toEqual({ epochs: 10, learningRate: 0.001, earlyStopping: false, modelSize: "1", other: "2" });
  expect(readParameters(["epochs=many", "earlyStopping=yes"], known)).toEqual({ epochs: "many", earlyStopping: "yes" });
  expect(readValue("", "integer")).toBe("");
});

test("any value comes through, also one with a second equals sign", () => {
  const name = fc.string({ minLength: 1 }).filter((text) => !text.includes("="));
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, fc.string()), { selector: ([key]) => key }), (pairs) => {
      expect(
        readAssignments(
          "--param",
          pairs.map(([key, value]) => `${key}=${value}`),
        ),
      ).toEqual(pairs);
    }),
  );
});

test("all that are no assignments are named at once, and so are those that are given twice", () => {
  expect(() => readAssignments("--param", ["a=1", "b", "=2"])).toThrow('--param takes name=value, and not "b", "=2".');
  expect(() => readAssignments("--topic", ["a=1", "a=2"])).toThrow("--topic gives a more than once.");
});

test("a tag may have several values", () => {
  expect(readTopics(["mode=minor", "length=short,long"])).toEqual({ mode: ["minor"], length: ["short", "long"] });
});
