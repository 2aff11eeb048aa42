import fc from "fast-check";
import { failureSchema } from "../../../domain/schemas/failure";
import { endOfJob } from "../../../domain/training/job-end";

const failure = { code: "BROKEN", message: "It broke.", retryable: false };
const base = {
  ending: "COMPLETED" as const,
  hasModel: true,
  stopRequested: false,
  endedEarly: false,
  resumable: false,
};

test.each([
  ["completed with a model", base, { state: "READY", endReason: "EPOCHS_COMPLETED" }],
  ["ended early with a model", { ...base, endedEarly: true }, { state: "READY", endReason: "EARLY_STOPPING" }],
  ["completed without one", { ...base, hasModel: false }, { state: "FAILED", failure: { code: "MODEL_MISSING" } }],
  ["time limit with a model", { ...base, ending: "TIME_LIMIT" as const }, { state: "READY", endReason: "TIME_LIMIT" }],
  [
    "time limit without one",
    { ...base, ending: "TIME_LIMIT" as const, hasModel: false },
    { state: "FAILED", failure: { code: "TIME_LIMIT_REACHED" } },
  ],
  [
    "a machine that was waited for in vain, with a model of the time before",
    { ...base, ending: "WAIT_LIMIT" as const },
    { state: "READY", endReason: "TIME_LIMIT" },
  ],
  [
    "a machine that was waited for in vain, without a model",
    { ...base, ending: "WAIT_LIMIT" as const, hasModel: false },
    {
      state: "FAILED",
      failure: {
        code: "CAPACITY_DEADLINE_PASSED",
        message: "The training platform had no machine for the training for as long as a job may wait. Make a new job.",
        retryable: true,
      },
    },
  ],
  [
    "a machine that was waited for in vain, without a model, but with a checkpoint",
    { ...base, ending: "WAIT_LIMIT" as const, hasModel: false, resumable: true },
    {
      state: "FAILED",
      failure: {
        code: "CAPACITY_DEADLINE_PASSED",
        message: expect.stringMatching(/may be resumed\.$/),
        retryable: true,
      },
    },
  ],
  [
    "stopped by its user",
    { ...base, ending: "STOPPED" as const, stopRequested: true },
    { state: "STOPPED", endReason: "USER_STOP" },
  ],
  ["stopped by its user too late", { ...base, stopRequested: true }, { state: "STOPPED", endReason: "USER_STOP" }],
  ["stopped before it ran", { ...base, ending: undefined, hasModel: false, stopRequested: true }, { state: "STOPPED" }],
  [
    "failed although stopped",
    { ...base, ending: "FAILED" as const, stopRequested: true, failure },
    { state: "FAILED", failure },
  ],
  ["never ran", { ...base, ending: undefined, hasModel: false, failure }, { state: "FAILED", failure }],
])("%s", (_, ended, end) => {
  expect(endOfJob(ended)).toMatchObject(end);
});

test("every end has a reason; FAILED has a failure and only FAILED; READY has a model", () => {
  fc.assert(
    fc.property(
      fc.record({
        ending: fc.constantFrom(
          "COMPLETED" as const,
          "STOPPED" as const,
          "TIME_LIMIT" as const,
          "WAIT_LIMIT" as const,
          "FAILED" as const,
          undefined,
        ),
        hasModel: fc.boolean(),
        stopRequested: fc.boolean(),
        endedEarly: fc.boolean(),
        resumable: fc.boolean(),
        failure: fc.constantFrom(failure, undefined),
      }),
      (ended) => {
        const end = endOfJob(ended);
        expect(end.failure !== undefined).toBe(end.state === "FAILED");
        if (end.failure !== undefined) failureSchema.parse(end.failure);
        expect(end.endReason === "FAILURE").toBe(end.state === "FAILED");
        if (end.state === "READY") expect(ended.hasModel).toBe(true);
        if (ended.stopRequested) expect(end.state).not.toBe("READY");
      },
    ),
  );
});
