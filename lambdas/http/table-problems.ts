/** What the table's own errors are to a client. */
import type { QuotaCounter } from "../../domain/schemas/user-caps";
import { CapReached, ItemNotFound, StaleItem, TableBusy } from "../stores/outcome";
import { notFound, Problem } from "./problem";

const kindsInWords: Readonly<Record<string, string>> = {
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

/** The problem that an error of the table means, or nothing when it is a fault of ours. */
export function tableProblem(error: unknown): Problem | undefined {
  if (error instanceof ItemNotFound) return notFound(kindsInWords[error.kind] ?? "item", error.id);
  if (error instanceof StaleItem) {
    const detail = "It was changed at the same time. Read it again and repeat the request.";
    return new Problem("CONFLICT", { detail, retryAfterSeconds: 1 });
  }
  if (error instanceof TableBusy) {
    const detail = "Many of your requests change the same things at once. Try again.";
    return new Problem("BUSY", { detail, retryAfterSeconds: 1 });
  }
  if (error instanceof CapReached) {
    const { words, retryAfterSeconds, advice } = counters[error.counter];
    return new Problem("USER_CAP_REACHED", {
      detail:
        error.counter === "storedBytes"
          ? `There is no room left: your tracks and models may have ${error.cap} bytes together. ${advice}`
          : `You have ${error.cap} ${words}, as many as are allowed at once. ${advice}`,
      errors: [{ pointer: "", reason: `cap of ${words}`, allowed: `at most ${error.cap}` }],
      retryAfterSeconds,
    });
  }
  return undefined;
}
