/**
 * The times that each function may run and may wait for AWS. The infrastructure sets the first, and the SDK's clients
 * are made with the second. test/unit/aws/time-limits.test.ts checks that the second stays below the first. So a call
 * that hangs ends in an error to which the function can still respond, and not in a function that is cut off.
 */

/** Seconds that each function may run, by its folder under lambdas/. */
export const functionSeconds = {
  // The HTTP API gives up after 30 s; nothing behind it may take a third of that.
  "api/discovery": 10,
  "api/tracks": 10,
  "api/compositions": 10,
  "api/shared": 10,
  "api/models": 10,
  "api/datasets": 10,
  "api/training": 10,
  "api/account": 10,
  "events/dispatch-work": 60,
  /** This is long enough for one call of an endpoint and the work around it. */
  "events/execute-composition": 90,
  /**
   * This is long enough for some rows that hang for as long as one may (45 s), and the next reconciliation does not
   * overlap with this one.
   */
  "events/reconcile-open-work": 240,
  "events/workflow-ended": 60,
  "events/training-job-changed": 60,
  "events/count-orphans": 300,
  /** What is left when the time is over is erased by the next turn. */
  "events/erase-user-data": 240,
  /** This is long enough for a batch of 25 of the slowest files that can be read, each of which takes less than a second. */
  "events/ingest-midi": 120,
  /** This is long enough for 20,000 files, whose pieces are read twice, with much to spare. */
  "events/freeze-version": 300,
  /** This is long enough for a directory of 32 MiB, and for a message for every 24 of 20,000 entries. */
  "events/open-archive": 120,
  // Each of these is below the time-out of its state in the ASL file, so that the function's own error is seen.
  "workflow/prepare-data": 180,
  /** This is long enough for the longest call of SageMaker, which the step asks about holders of slots. */
  "workflow/acquire-slot": 50,
  "workflow/launch-training-job": 90,
  "workflow/monitor-training-job": 90,
  "workflow/register-model": 180,
  "workflow/finalize-training-job": 120,
} as const;
export type FunctionFolder = keyof typeof functionSeconds;

/** Seconds for which a worker has a version that it freezes: longer than it runs. */
export const freezeLeaseSeconds = functionSeconds["events/freeze-version"] + 15;

/**
 * Seconds for which a step of the workflow that keeps failing is tried. A service that is away for four minutes ends no
 * job. After these seconds the job is finalized, which has a patience of its own. With both, and with what follows an
 * execution that could not finalize, a job is final within 15 minutes (test/workflow/definition.test.ts).
 */
export const stepPatienceSeconds = {
  "workflow/prepare-data": 360,
  "workflow/acquire-slot": 360,
  "workflow/launch-training-job": 360,
  "workflow/monitor-training-job": 360,
  "workflow/register-model": 360,
  "workflow/finalize-training-job": 90,
} as const satisfies Partial<Readonly<Record<FunctionFolder, number>>>;
export type StepFolder = keyof typeof stepPatienceSeconds;

/**
 * Seconds after the first failure during which the rule's function goes on repairing the job of an ended execution.
 * After them it ends the job without reading it. Lambda tries an event's function again after one minute and after two
 * more, so the third try is the last. If a service is away for four minutes from the first try to finalize, it is back
 * by then.
 */
export const endedWorkflowPatienceSeconds = 150;

/** The number of tries, and the times in milliseconds, after which one client gives up. */
export interface Patience {
  /** The number of all tries, the first included. */
  readonly tries: number;
  /** Milliseconds until the connection stands. The limits count them on top of the request's time. */
  readonly connectionMilliseconds: number;
  /**
   * Milliseconds from the request to the first byte of its response, and the longest silence while the response comes.
   */
  readonly requestMilliseconds: number;
}

const connectionMilliseconds = 2_000;

/**
 * Patience by the side that waits: a person behind the HTTP API, or a function that is tried again by what called it.
 */
export const patience = {
  request: {
    dynamodb: { tries: 2, connectionMilliseconds: 1_000, requestMilliseconds: 2_000 },
    s3: { tries: 2, connectionMilliseconds: 1_000, requestMilliseconds: 2_000 },
  },
  background: {
    dynamodb: { tries: 3, connectionMilliseconds, requestMilliseconds: 5_000 },
    s3: { tries: 3, connectionMilliseconds, requestMilliseconds: 6_000 },
    sqs: { tries: 3, connectionMilliseconds, requestMilliseconds: 5_000 },
    stepFunctions: { tries: 3, connectionMilliseconds, requestMilliseconds: 5_000 },
    /** CreateTrainingJob is throttled at a few requests a second. */
    sagemaker: { tries: 3, connectionMilliseconds, requestMilliseconds: 6_000 },
    /** This is short because another function makes the same call, too, and work waits behind it. */
    sagemakerStop: { tries: 1, connectionMilliseconds, requestMilliseconds: 3_000 },
    /**
     * There is one try, which is longer than the endpoint's own 60 s. A second one would run the same work twice while
     * the first response is still on its way. The queue tries again.
     */
    sagemakerRuntime: { tries: 1, connectionMilliseconds, requestMilliseconds: 70_000 },
  },
  /** S3 copies a model of some hundred MB inside itself and responds when that is done. */
  copy: { s3: { tries: 2, connectionMilliseconds, requestMilliseconds: 60_000 } },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Patience>>>>;

/**
 * Milliseconds at the end of a function in which no call of AWS is begun or waited for. They are kept for the response,
 * for giving back a lease and for the log. A request of the API gets a 503 when they begin. A function in the background
 * may then be in a pause between two tries, which nothing cuts short: the SDK's longest takes 7 s (2 s of its own after
 * throttling, and 5 s more if the service asks for it).
 */
export const marginMilliseconds = { request: 2_000, background: 8_000 } as const;

/**
 * Seconds for which the URL of an upload to a data set works. They are not more than {@link pendingChangeGraceSeconds}, so
 * nothing can be sent to a deleted data set when its files are removed for the last time.
 */
export const uploadSeconds = 900;

/**
 * Seconds after which the reconciler finishes a change of a resource. No function runs as long, so nobody works on the
 * change any more.
 */
export const pendingChangeGraceSeconds = 900;
