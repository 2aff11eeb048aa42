/** What the stores' refusals are to a client. */
import type { QuotaCounter } from "../../domain/schemas/user-quotas";
import type { OwnedBy } from "../../naming/object-keys";
import type { OwnedKind } from "../../naming/table-keys";
import type { Outcome, QuotaReached, Stale } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import { notFound, Problem } from "./problem";

const kindsInWords: Readonly<Record<OwnedKind, string>> = {
  TRACK: "track",
  COMPOSITION: "composition",
  MODEL: "model",
  TRAINING_JOB: "training job",
};

/** What is counted, and after how long it is worth trying again: work ends by itself, kept things must be deleted. */
interface CounterInWords {
  readonly words: string;
  readonly retryAfterSeconds: number;
  readonly advice: string;
}
const deleteOne = "Delete one first.";
const counters: Readonly<Record<QuotaCounter, CounterInWords>> = {
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
};

/** Returns one of the caller's items. @throws Problem NOT_FOUND */
export async function ownedItem<Item>(
  kind: OwnedKind,
  rows: { get(owned: OwnedBy): Promise<Item | undefined> },
  owned: OwnedBy,
): Promise<Item> {
  const item = await rows.get(owned);
  if (item === undefined) throw notFound(kindsInWords[kind], owned.id);
  return item;
}

function quotaProblem({ counter, quota }: QuotaReached): Problem {
  const { words, retryAfterSeconds, advice } = counters[counter];
  return new Problem("USER_QUOTA_REACHED", {
    detail:
      counter === "storedBytes"
        ? `There is no room left: your tracks and models may have ${quota} bytes together. ${advice}`
        : `You have ${quota} ${words}, as many as are allowed at once. ${advice}`,
    errors: [{ pointer: "", reason: `quota of ${words}`, allowed: `at most ${quota}` }],
    retryAfterSeconds,
  });
}

/** The problem that a refusal is to a client; a request that was repeated has its response, see idempotency.ts. */
export function refusalProblem(refusal: QuotaReached | Stale): Problem {
  if (refusal.kind === "QUOTA_REACHED") return quotaProblem(refusal);
  const detail = "The resource was changed at the same time. Read it again and repeat the request.";
  return new Problem("CONFLICT", { detail, retryAfterSeconds: 1 });
}

/** Returns what a write gave. @throws Problem for its refusal */
export function accepted<Value>(outcome: Outcome<Value, QuotaReached | Stale>): Value {
  if (outcome.kind === "DONE") return outcome.value;
  throw refusalProblem(outcome);
}

/** The problem that an error of the table means, or nothing when it is a fault of ours. */
export function tableProblem(error: unknown): Problem | undefined {
  if (!(error instanceof TableBusy)) return undefined;
  const detail = "Too many of your requests change the same things at once. Send this one again.";
  return new Problem("BUSY", { detail, retryAfterSeconds: 1 });
}
