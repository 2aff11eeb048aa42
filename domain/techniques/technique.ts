/** What a generative technique is to the API: described once, validated from the description. */
import type { TechniqueId } from "../names/resource-names";

export type ParameterValue = number | boolean | string;

interface Described {
  readonly name: string;
  readonly description: string;
  readonly unit?: string;
}
export interface NumberParameter extends Described {
  readonly type: "integer" | "number";
  readonly minimum: number;
  readonly maximum: number;
  readonly default: number;
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
/** The `P` of the API: forms and CLI flags are made from it. */
export type Parameter = NumberParameter | BooleanParameter | ChoiceParameter;

/** One broken field: what the API answers in `errors`. */
export interface ParameterIssue {
  /** JSON pointer inside the object that was checked: `/epochs`. */
  readonly pointer: string;
  readonly reason: string;
  readonly value?: unknown;
  readonly allowed: string;
}

/** What of a composition's input its parameters may refer to. */
export interface Piece {
  readonly bars: number;
}

export interface Technique {
  readonly id: TechniqueId;
  readonly name: string;
  readonly description: string;
  /** Of a composition. */
  readonly parameters: readonly Parameter[];
  /** Of a training job; on the wire to SageMaker every value is a string (contracts/hyperparameters-*). */
  readonly hyperparameters: readonly Parameter[];
  /** Hyperparameters that a resumed job must share with the job it goes on from: they shape the network. */
  readonly fixedOnResume: readonly string[];
  /**
   * What no single range says of the parameters of a composition: those that contradict each other. A parameter that is
   * broken by itself is absent from `values`.
   */
  readonly checkTogether?: (values: Readonly<Record<string, ParameterValue>>) => readonly ParameterIssue[];
  /** Parameters, each in its range and consistent, that do not fit the piece which they are for. */
  readonly checkAgainst?: (values: Readonly<Record<string, ParameterValue>>, piece: Piece) => readonly ParameterIssue[];
}
