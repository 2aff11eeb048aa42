/**
 * How long each function may run, and how long it waits for AWS. Infrastructure sets the first, the SDK's clients are
 * made with the second, and test/unit/aws/time-limits.test.ts holds that the second stays below the first: a call that
 * hangs ends in an error that the function can still answer, never in a function that is cut off.
 */

/** Seconds, by the function's folder under lambdas/. */
export const functionSeconds = {
  // The HTTP API gives up after 30 s; nothing behind it may take a third of that.
  "api/discovery": 10,
  "api/tracks": 10,
  "api/compositions": 10,
  "api/models": 10,
  "api/training": 10,
  "events/dispatch-work": 60,
  /** Long enough for one call of an endpoint and what is around it. */
  "events/execute-composition": 90,
  /** Some rows that hang for as long as one may (45 s), and the next reconciliation does not overlap with this one. */
  "events/reconcile-open-work": 240,
  "events/workflow-ended": 60,
  "events/training-job-changed": 60,
  "events/count-orphans": 300,
  // Each is under the time-out of its state in the ASL file, so that the function's own error is what is seen.
  "workflow/prepare-data": 180,
  /** Long enough for the longest call of SageMaker, which it asks about holders of slots. */
  "workflow/acquire-slot": 50,
  "workflow/launch-training-job": 90,
  "workflow/monitor-training-job": 90,
  "workflow/register-model": 180,
  "workflow/finalize-training-job": 120,
} as const;
export type FunctionFolder = keyof typeof functionSeconds;

/**
 * How long a step of the workflow that keeps failing is tried, in seconds. A service that is away for four minutes ends no
 * job. Then the job is finalized, which has a patience of its own: with both, and with what follows an execution that
 * could not finalize, a job is final within 15 minutes (test/workflow/definition.test.ts).
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
 * For so long after the first failure, the rule's function goes on repairing the job of an ended execution. Then the job
 * is ended without being read. Lambda tries an event's function again after one minute and after two more: so the third try
 * is the last, and a service that is away for four minutes from finalizing's first try on is back by then.
 */
export const endedWorkflowPatienceSeconds = 150;

/** How long one client tries, in tries and milliseconds. */
export interface Patience {
  /** Tries in all, the first included. */
  readonly tries: number;
  /** Until the connection stands. The limits count it on top of the request's time. */
  readonly connectionMilliseconds: number;
  /** From the request to the first byte of its response; also the longest silence while the response comes. */
  readonly requestMilliseconds: number;
}

const connectionMilliseconds = 2_000;

/** By who waits: a person behind the HTTP API, or a function that is tried again by what called it. */
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
    /** For a call that somebody else makes as well: whatever waits behind it does not wait long. */
    sagemakerStop: { tries: 1, connectionMilliseconds, requestMilliseconds: 3_000 },
    /**
     * One try, and longer than the endpoint's own 60 s: a second one would run the same work twice while the first
     * response is still on its way. The queue tries again.
     */
    sagemakerRuntime: { tries: 1, connectionMilliseconds, requestMilliseconds: 70_000 },
  },
  /** A model of some hundred MB is copied inside S3, which answers when it is done. */
  copy: { s3: { tries: 2, connectionMilliseconds, requestMilliseconds: 60_000 } },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Patience>>>>;

/**
 * No call of AWS is begun, or waited for, in the last seconds of a function: they are for the response, for giving back
 * a lease, for the log. A request behind the API is answered with 503 at that moment. A function in the background may
 * then be in a pause between two tries, which nothing cuts short: the SDK's longest takes 7 s (2 s of its own after
 * throttling, and 5 s more where the service asks for it).
 */
export const marginMilliseconds = { request: 2_000, background: 8_000 } as const;

/**
 * How long a change of a resource may rest before the reconciler finishes it: longer than any function runs, so that
 * nobody works on it any more.
 */
export const pendingChangeGraceSeconds = 900;
