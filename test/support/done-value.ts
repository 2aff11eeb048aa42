import { isDone, type NotDone, type Outcome } from "../../lambdas/stores/outcome";

/** The value of a write that was done. @throws Error with the outcome of a write that was not done */
export function doneValue<Value>(outcome: Outcome<Value, NotDone>): Value {
  if (isDone(outcome)) return outcome.value;
  throw new Error(`the write was refused: ${JSON.stringify(outcome)}`);
}
