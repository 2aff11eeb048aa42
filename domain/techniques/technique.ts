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
}
