import * as z from "zod";

const count = z.int().min(1).max(10_000).default(1);

/**
 * The phases in which a job can be delayed. A job has the phase `Pending`, in which it waits for capacity, only if a
 * fault asks for it.
 */
const slowPhase = z.enum(["Starting", "Pending", "Downloading", "Interrupted", "Restarting", "Uploading"]);
export type SlowPhase = z.infer<typeof slowPhase>;

/**
 * One fault that a test or an operator asks for. The `count` faults are used up one by one, in the order in which they
 * were added.
 */
export const fault = z.discriminatedUnion("kind", [
  /**
   * The next jobs end Failed with `CapacityError: Unable to provision…`, as the service reports that it has no machine.
   */
  z.strictObject({ kind: z.literal("capacityError"), count }),
  /**
   * The next starts of a job (or of this job) meet `InternalServerError…`: the job is Failed, or Restarting while its
   * RetryStrategy has attempts left.
   */
  z.strictObject({ kind: z.literal("internalServerError"), jobName: z.string().optional(), count }),
  /** The next CreateTrainingJob calls are refused with ResourceLimitExceeded. */
  z.strictObject({ kind: z.literal("resourceLimitExceeded"), count }),
  /** The next calls (of one operation, or of any) are refused with ThrottlingException. */
  z.strictObject({ kind: z.literal("throttle"), operation: z.string().optional(), count }),
  /** The next calls (of one operation, or of any) get HTTP 500 InternalFailure. */
  z.strictObject({ kind: z.literal("internalFailure"), operation: z.string().optional(), count }),
  /** The next jobs that come to this phase (or this job, the next times that it does) stay in it this much longer. */
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
  /**
   * Takes the machine of a managed spot job away now. The job gets SIGTERM, and SIGKILL after `graceSeconds`; it is
   * Interrupted and then Starting again.
   */
  z.strictObject({
    kind: z.literal("spotInterrupt"),
    jobName: z.string().min(1),
    graceSeconds: z.number().min(0).max(120).default(0),
  }),
]);

export type Fault = z.infer<typeof fault>;
/** Every fault except the one that acts at once and is never pending. */
export type PendingFault = Exclude<Fault, { kind: "spotInterrupt" }>;

/** The faults that are waiting for the call or job that they affect. */
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

  /** Returns the first pending fault of this kind that fits, if there is one, and uses up one of its count. */
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
