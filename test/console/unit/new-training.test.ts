import { plainNumber } from "../../../console/src/parameters/plain-number";
import { durationWords } from "../../../console/src/training/duration-words";
import { changedValues, faultOf, type Hyperparameter } from "../../../console/src/training/hyperparameters";
import { topicsInWords, topicValue } from "../../../console/src/training/topic-words";
import { withTopic } from "../../../console/src/training/topics";
import { estimateTraining } from "../../../console/src/training/training-estimate";

const epochs: Hyperparameter = {
  name: "epochs",
  title: "Epochs",
  type: "integer",
  minimum: 1,
  maximum: 2000,
  default: 60,
  description: "How many passes are made.",
  group: "main",
};
const learningRate: Hyperparameter = {
  ...epochs,
  name: "learningRate",
  type: "number",
  minimum: 0.00001,
  maximum: 0.01,
  default: 0.001,
};

describe("the form of a training", () => {
  test.each([
    ["60", undefined],
    ["5000", "Give a whole number from 1 to 2000."],
    ["2.5", "Give a whole number from 1 to 2000."],
    ["", "Give a whole number from 1 to 2000."],
  ])("%p epochs: %p", (typed, fault) => {
    expect(faultOf(epochs, typed)).toBe(fault);
  });

  test("a range is written without exponents", () => {
    expect(faultOf(learningRate, "1")).toBe("Give a number from 0.00001 to 0.01.");
    expect(plainNumber(0.00001)).toBe("0.00001");
  });

  test("only what differs from its default is sent, as a number", () => {
    expect(changedValues([epochs, learningRate], { epochs: "2", learningRate: 0.001 })).toEqual({ epochs: 2 });
  });

  test("a topic without values is left out", () => {
    const chosen = withTopic(withTopic({}, "mode", "minor", true), "mode", "major", true);
    expect(chosen).toEqual({ mode: ["minor", "major"] });
    expect(withTopic(withTopic(chosen, "mode", "minor", false), "mode", "major", false)).toEqual({});
  });

  test("topics are written as one writes them", () => {
    expect(["b-flat-minor", "f-sharp-minor", "c-major", "4-4", "long"].map(topicValue)).toEqual([
      "B♭ minor",
      "F♯ minor",
      "C major",
      "4/4",
      "Long",
    ]);
    expect(topicsInWords({})).toBe("all pieces");
  });

  test("the estimate of the stock models' own trainings is what they took, to a tenth", () => {
    const bars = 3490;
    const stock = [
      { technique: "unet-gan", epochs: 60, took: 2840 },
      { technique: "ar-cnn", epochs: 120, took: 3299 },
      { technique: "transformer", epochs: 220, took: 3046 },
    ] as const;
    for (const { technique, epochs: passes, took } of stock) {
      const { seconds } = estimateTraining({ technique, bars, epochs: passes, isLarge: false });
      expect(Math.abs(seconds - took) / took).toBeLessThan(0.1);
    }
  });

  test("lengths of time are said as one says them", () => {
    expect([20, 60, 170, 3600, 4500, 9000].map(durationWords)).toEqual([
      "less than a minute",
      "1 minute",
      "3 minutes",
      "1 hour",
      "1 hour 15 minutes",
      "2 hours 30 minutes",
    ]);
  });
});
