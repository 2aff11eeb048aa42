import { z } from "zod";

const count = z.int().min(1).max(10_000).default(1);

/** Where a job can be held up. `Pending`, waiting for capacity, is a phase that a job has only where this asks for it. */
const slowPhase = z.enum(["Starting", "Pending", "Downloading", "Interrupted", "Restarting", "Uploading"]);
export type SlowPhase = z.infer<typeof slowPhase>;

/** One fault that a test or an operator asks for. `count` faults are used up one by one, in the order they came. */
export const fault = z.discriminatedUnion("kind", [
  /** The next jobs end Failed with `CapacityError: Unable to provision…`, as the service reports a lack of machines. */
  z.strictObject({ kind: z.literal("capacityError"), count }),
  /**
   * The next starts of a job (or of this job) meet `InternalServerError…`: Failed, or Restarting while its RetryStrategy
   * has attempts left.
   */
  z.strictObject({ kind: z.literal("internalServerError"), jobName: z.string().optional(), count }),
  /** The next CreateTrainingJob calls are refused with ResourceLimitExceeded. */
  z.strictObject({ kind: z.literal("resourceLimitExceeded"), count }),
  /** The next calls (of one operation, or of any) are refused with ThrottlingException. */
  z.strictObject({ kind: z.literal("throttle"), operation: z.string().optional(), count }),
  /** The next calls (of one operation, or of any) are answered with HTTP 500 InternalFailure. */
  z.strictObject({ kind: z.literal("internalFailure"), operation: z.string().optional(), count }),
  /** The next jobs (or the next times that this job) come to this phase stay in it this much longer. */
  z.strictObject({
    kind: z.literal("slowPhase"),
    phase: slowPhase.default("Starting"),
    jobName: z.string().optional(),
    seconds: z.number().min(0).max(86_400),
    count,
  }),
  /** The next final uploads of a job fail: the job ends Failed with `ClientError: Artifact upload failed…`. */
  z.strictObject({ kind: z.literal("uploadFailure"), jobName: z.string().optional(), count }),
  /** The next endpoints (or updates) never pass their health check and end Failed (or are rolled back). */
  z.strictObject({ kind: z.literal("endpointStartFailure"), count }),
  /** The next state change events are sent twice, sent late, or not sent. */
  z.strictObject({
    kind: z.literal("event"),
    effect: z.enum(["duplicate", "late", "lost"]),
    seconds: z.number().min(0).max(3_600).default(5),
    count,
  }),
  /** Takes the machine of a managed spot job away now: SIGTERM, `graceSeconds`, SIGKILL, Interrupted, Starting again. */
  z.strictObject({
    kind: z.literal("spotInterrupt"),
    jobName: z.string().min(1),
    graceSeconds: z.number().min(0).max(120).default(0),
  }),
]);

export type Fault = z.infer<typeof fault>;
/** Every fault but the one that acts at once and is never pending. */
export type PendingFault = Exclude<Fault, { kind: "spotInterrupt" }>;

/** Faults that wait for what they shall spoil. */
export class PendingFaults {
  private readonly waiting: PendingFault[] = [];

  add(pending: PendingFault): void {
    this.waiting.push({ ...pending });
  }

  list(): readonly PendingFault[] {
    return this.waiting;
  }

  clear(): void {
    this.waiting.length = 0;
  }

  /** Uses up one count of the first pending fault of this kind that fits, if there is one. */
  take<K extends PendingFault["kind"]>(
    kind: K,
    fits: (candidate: Extract<PendingFault, { kind: K }>) => boolean = () => true,
  ): Extract<PendingFault, { kind: K }> | undefined {
    for (const [index, candidate] of this.waiting.entries()) {
      if (!isOfKind(candidate, kind) || !fits(candidate)) continue;
      candidate.count -= 1;
      if (candidate.count === 0) this.waiting.splice(index, 1);
      return candidate;
    }
    return undefined;
  }
}

function isOfKind<K extends PendingFault["kind"]>(
  candidate: PendingFault,
  kind: K,
): candidate is Extract<PendingFault, { kind: K }> {
  return candidate.kind === kind;
}
