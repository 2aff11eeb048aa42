import type { ParameterIssue, ParameterValue, Technique } from "./technique";
import { batchSize, trainingSeed, transpositionRange } from "./training-hyperparameters";

const mostBars = 64;
const highestMidiPitch = 127;

const numberOf = (value: ParameterValue | undefined): number | undefined =>
  typeof value === "number" ? value : undefined;

/** A region whose end lies before its beginning. `lastBar` 0 is the last bar of the piece, whichever that is. */
function upsideDownRegions(values: Readonly<Record<string, ParameterValue>>): ParameterIssue[] {
  const [firstBar, lastBar, lowestPitch, highestPitch] = ["firstBar", "lastBar", "lowestPitch", "highestPitch"].map(
    (name) => numberOf(values[name]),
  );
  const issues: ParameterIssue[] = [];
  if (firstBar !== undefined && lastBar !== undefined && lastBar !== 0 && lastBar < firstBar) {
    issues.push({
      pointer: "/lastBar",
      reason: `lies before firstBar, which is ${firstBar}`,
      value: lastBar,
      allowed: `an integer from ${firstBar} to ${mostBars}, or 0 for the last bar`,
    });
  }
  if (lowestPitch !== undefined && highestPitch !== undefined && highestPitch < lowestPitch) {
    issues.push({
      pointer: "/highestPitch",
      reason: `lies below lowestPitch, which is ${lowestPitch}`,
      value: highestPitch,
      allowed: `an integer from ${lowestPitch} to ${highestMidiPitch}`,
    });
  }
  return issues;
}

/** A region of bars that the piece does not have. */
function barsOutside(values: Readonly<Record<string, ParameterValue>>, bars: number): ParameterIssue[] {
  const issues: ParameterIssue[] = [];
  for (const [name, allowed] of [
    ["firstBar", `an integer from 1 to ${bars}`],
    ["lastBar", `an integer from 1 to ${bars}, or 0 for the last bar`],
  ] as const) {
    const value = numberOf(values[name]);
    if (value !== undefined && value > bars) {
      const reason = `lies outside the piece, which has ${bars} ${bars === 1 ? "bar" : "bars"}`;
      issues.push({ pointer: `/${name}`, reason, value, allowed });
    }
  }
  return issues;
}

/**
 * Ranges and defaults are the API's contract; contracts/parameters-ar-cnn.schema.json and
 * contracts/hyperparameters-ar-cnn.schema.json say the same.
 */
export const arCnn: Technique = {
  id: "ar-cnn",
  name: "AR-CNN",
  description:
    "Re-writes a piece note by note: adds notes that are missing and removes notes that do not belong, some at a time, " +
    "and looks at the whole piece again after each time. It can also mend wrong notes, and work on some bars or pitches " +
    "only. The edits are kept in order, so that you can watch the piece grow.",
  parameters: [
    {
      name: "maxPercentageOfInitialNotesRemoved",
      type: "integer",
      unit: "percent",
      minimum: 0,
      maximum: 100,
      default: 100,
      description:
        "How much of your own music may be taken away. 0 keeps all of it and only adds notes. Counted in sixteenths: a " +
        "quarter note is four.",
    },
    {
      name: "maxNotesAdded",
      type: "integer",
      unit: "sixteenths",
      minimum: 50,
      maximum: 1000,
      default: 500,
      description:
        "How much music may be added to yours. Counted in sixteenths: a quarter note is four. Meant for eight bars; a " +
        "longer piece may have more in proportion.",
    },
    {
      name: "samplingIterations",
      type: "integer",
      unit: "passes",
      minimum: 0,
      maximum: 100,
      default: 100,
      description:
        "How often the model looks at the whole piece and edits it, at most. It ends by itself when there is nothing " +
        "left to do. Fewer passes stay closer to your input; 0 changes nothing.",
    },
    {
      name: "temperature",
      type: "number",
      minimum: 0.5,
      maximum: 6,
      default: 1,
      description:
        "How daring the edits are. Low takes the likeliest edits and sounds safe; high takes unlikely ones too and soon " +
        "sounds random.",
    },
    {
      name: "editsPerPass",
      type: "integer",
      unit: "edits",
      minimum: 1,
      maximum: 32,
      default: 32,
      description:
        "How many notes, each in a beat of its own, are added to or removed from the piece each time the model " +
        "has looked at it. 1 is a single sixteenth, as in the original AR-CNN, and takes longest. Times " +
        "samplingIterations it is also the most sixteenths that are edited in all. Meant for eight bars; a " +
        "longer piece may have more in proportion.",
    },
    {
      name: "melodyLock",
      type: "boolean",
      default: false,
      description:
        "Keep every note of your input as it is and write only around it. The added notes are then a track of their own.",
    },
    {
      name: "firstBar",
      type: "integer",
      unit: "bars",
      minimum: 1,
      maximum: mostBars,
      default: 1,
      description: "The first bar that may be edited. The music before it stays as it is.",
    },
    {
      name: "lastBar",
      type: "integer",
      unit: "bars",
      minimum: 0,
      maximum: mostBars,
      default: 0,
      description: "The last bar that may be edited; 0 is the last of the piece. The music after it stays as it is.",
    },
    {
      name: "lowestPitch",
      type: "integer",
      unit: "MIDI note number",
      minimum: 0,
      maximum: highestMidiPitch,
      default: 0,
      description: "The lowest pitch that may be added or removed: 60 is middle C, 12 more or less is an octave.",
    },
    {
      name: "highestPitch",
      type: "integer",
      unit: "MIDI note number",
      minimum: 0,
      maximum: highestMidiPitch,
      default: highestMidiPitch,
      description: "The highest pitch that may be added or removed: 60 is middle C, 12 more or less is an octave.",
    },
    {
      name: "density",
      type: "number",
      unit: "times the training music's",
      minimum: 0.25,
      maximum: 2,
      default: 1,
      description:
        "How many notes should sound at once. 1 is as many as in the music the model has learnt from, less is thinner, " +
        "more is fuller.",
    },
    {
      name: "leastProbability",
      type: "number",
      minimum: 0,
      maximum: 0.95,
      default: 0,
      description:
        "How sure the model must be of an edit. 0 lets it invent; 0.5 with a temperature of 0.5 only mends what " +
        "is likelier wrong than right.",
    },
  ],
  hyperparameters: [
    {
      name: "epochs",
      type: "integer",
      minimum: 1,
      maximum: 2000,
      default: 100,
      description: "Passes over the training windows. More take longer and help until the music stops getting better.",
    },
    {
      name: "learningRate",
      type: "number",
      minimum: 1e-5,
      maximum: 1e-2,
      default: 2e-3,
      description: "Step size of the updates, falling to a hundredth of it. Higher learns faster and less steadily.",
    },
    batchSize,
    transpositionRange,
    {
      name: "modelSize",
      type: "string",
      values: ["small", "large"],
      default: "small",
      description: "Small trains on two CPU cores; large has nearly three times the weights and wants a GPU.",
    },
    {
      name: "earlyStopping",
      type: "boolean",
      default: false,
      description: "End the job when the loss on music that it does not learn from has stopped falling.",
    },
    trainingSeed,
  ],
  fixedOnResume: ["modelSize"],
  checkTogether: upsideDownRegions,
  checkAgainst: (values, { bars }) => barsOutside(values, bars),
};
