/** Turns outcomes of the stores' writes into problems for the caller. */
import type { QuotaCounter } from "../../domain/schemas/user-quotas";
import type { Outcome, QuotaReached, Stale } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import { Problem } from "./problem";

/** A quota in words, with advice for its owner: unfinished work ends by itself, stored things must be deleted. */
interface QuotaInWords {
  readonly words: string;
  readonly retryAfterSeconds: number;
  readonly advice: string;
}
const deleteOne = "Delete one first.";
const quotas: Readonly<Record<QuotaCounter, QuotaInWords>> = {
  openCompositions: { words: "unfinished compositions", retryAfterSeconds: 2, advice: "Try again when one has ended." },
  openTrainingJobs: {
    words: "unfinished training jobs",
    retryAfterSeconds: 60,
    advice: "Try again when one has ended.",
  },
  tracks: { words: "tracks", retryAfterSeconds: 60, advice: deleteOne },
  compositions: { words: "compositions", retryAfterSeconds: 60, advice: deleteOne },
  models: {
    words: "models and training jobs that may become one",
    retryAfterSeconds: 60,
    advice: "Delete a model first, or wait until a job has ended.",
  },
  trainingJobs: { words: "training jobs", retryAfterSeconds: 60, advice: "Delete one that has ended first." },
  storedBytes: {
    words: "bytes of tracks and models",
    retryAfterSeconds: 60,
    advice: "Delete a track or a model first.",
  },
  datasets: { words: "data sets", retryAfterSeconds: 60, advice: deleteOne },
};

function quotaProblem({ counter, quota }: QuotaReached): Problem {
  const { words, retryAfterSeconds, advice } = quotas[counter];
  return new Problem("USER_QUOTA_REACHED", {
    detail:
      counter === "storedBytes"
        ? `There is no room left: your tracks and models may have ${quota} bytes together. ${advice}`
        : `You may have ${quota} ${words} at once, and this request would exceed that. ${advice}`,
    errors: [{ pointer: "", reason: `quota of ${words}`, allowed: `at most ${quota}` }],
    retryAfterSeconds,
  });
}

/** Returns the problem of a write that was not done. */
export function outcomeProblem(outcome: QuotaReached | Stale): Problem {
  if (outcome.kind === "QUOTA_REACHED") return quotaProblem(outcome);
  const detail = "The resource was changed at the same time. Read it again and repeat the request.";
  return new Problem("CONFLICT", { detail, retryAfterSeconds: 1 });
}

/** Returns the value of a write that was done. @throws Problem when it was not done */
export function requireDone<Value>(outcome: Outcome<Value, QuotaReached | Stale>): Value {
  if (outcome.kind === "DONE") return outcome.value;
  throw outcomeProblem(outcome);
}

/** Returns the problem that an error of the table means to the caller; undefined if it is a fault of ours. */
export function tableProblem(error: unknown): Problem | undefined {
  if (!(error instanceof TableBusy)) return undefined;
  const detail = "Too many of your requests change the same things at once. Send this one again.";
  return new Problem("BUSY", { detail, retryAfterSeconds: 1 });
}
