/**
 * A generative technique as the API sees it. These are the TypeScript types of its document in contracts/techniques.
 */
import type { PieceTimeSignature } from "../music/time-signatures";

export type ParameterValue = number | boolean | string;

/** Whether a form shows a parameter at once (`main`), or when somebody asks for more. */
export const parameterGroups = ["main", "more"] as const;
export type ParameterGroup = (typeof parameterGroups)[number];

/** How a slider divides a range: in equal differences, or in equal ratios. */
export const parameterScales = ["linear", "log"] as const;
export type ParameterScale = (typeof parameterScales)[number];

interface Described {
  readonly name: string;
  /** A short name for a form's label. */
  readonly title: string;
  readonly description: string;
  readonly group: ParameterGroup;
  readonly unit?: string;
  /** Present if a resumed training job must have the same value as the job from which it goes on. */
  readonly fixedOnResume?: true;
}
export interface NumberParameter extends Described {
  readonly type: "integer" | "number";
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
  /** The difference of neighboring values in a form. Values between them are allowed, too. */
  readonly step: number;
  readonly scale: ParameterScale;
}
export interface BooleanParameter extends Described {
  readonly type: "boolean";
  readonly default: boolean;
}
export interface ChoiceParameter extends Described {
  readonly type: "string";
  readonly values: readonly string[];
  readonly default: string;
}
/** A parameter of the API. Forms and command-line flags are made from it. */
export type Parameter = NumberParameter | BooleanParameter | ChoiceParameter;

/** Two integer parameters that begin and end a range. */
export interface ParameterRange {
  readonly from: string;
  readonly to: string;
  /** The words that report an end before its beginning. The name of the beginning follows them: "lies before". */
  readonly reason: string;
  /** The value of the end that means the end of the piece. */
  readonly openEnd?: { readonly value: number; readonly meaning: string };
  /** The measure of the piece in which both must lie, counted from 1. */
  readonly within?: "bars";
}

/** A broken field, as the API lists it in `errors`. */
export interface ParameterIssue {
  /** JSON pointer inside the object that was checked: `/epochs`. */
  readonly pointer: string;
  readonly reason: string;
  readonly value?: unknown;
  readonly allowed: string;
}

/** The sizes of a composition's input to which its parameters may refer. */
export interface Piece {
  readonly bars: number;
}

/** The stretches of pieces that a network learns from: their length, and the bars from one to the next. */
export interface LearnedWindows {
  readonly bars: number;
  readonly hop: number;
}

export interface Technique {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** The parameters of a composition. */
  readonly parameters: readonly Parameter[];
  /** The ranges that pairs of these parameters make. */
  readonly ranges: readonly ParameterRange[];
  /** The hyperparameters of a training job. On the wire to SageMaker every value is a string. */
  readonly hyperparameters: readonly Parameter[];
  /** The windows that it learns from. A technique without them learns from whole pieces, or from none. */
  readonly windows?: LearnedWindows;
  /** Names of the losses that a training job reports. */
  readonly losses: readonly string[];
  /** True if the technique follows rules, and has no models. */
  readonly byRule: boolean;
  /** True if it goes on with its input, so that the piece is longer than what was given. */
  readonly extends: boolean;
  /** True if it can hear all tracks of its input. Any other technique hears one melody. */
  readonly hearsTracks: boolean;
  /** The time signatures in which it composes. A model is trained in one of them, and takes no other. */
  readonly timeSignatures: readonly PieceTimeSignature[];
}
