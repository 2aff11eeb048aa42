import { isDone, type Outcome, type Refusal } from "../../lambdas/stores/outcome";

/** The value of a write that was done. @throws Error that tells the refusal */
export function doneValue<Value>(outcome: Outcome<Value, Refusal>): Value {
  if (isDone(outcome)) return outcome.value;
  throw new Error(`the write was refused: ${JSON.stringify(outcome)}`);
}
