import { SecondaryStatus, TrainingJobStatus } from "@aws-sdk/client-sagemaker";
import fc from "fast-check";
import { failureSchema } from "../../../domain/schemas/failure";
import {
  failureClasses,
  failureClassOf,
  interpretTrainingJob,
  mayStillRun,
  sageMakerSecondaryStatuses,
  sageMakerStatuses,
} from "../../../domain/states/sagemaker-status";

const finalStatuses: readonly string[] = ["Completed", "Failed", "Stopped", "Deleting"];
const reasons = [...failureClasses.map((name) => `${name}: something`), "", "no class at all"];

test("the table has every status of the service's model, and no other", () => {
  expect([...sageMakerStatuses].sort()).toEqual(Object.values(TrainingJobStatus).sort());
  expect([...sageMakerSecondaryStatuses].sort()).toEqual(Object.values(SecondaryStatus).sort());
});

test("every pair of statuses means one thing: final statuses end, the others run", () => {
  for (const status of sageMakerStatuses) {
    for (const secondaryStatus of sageMakerSecondaryStatuses) {
      for (const failureReason of reasons) {
        const meaning = interpretTrainingJob({ status, secondaryStatus, failureReason });
        expect(meaning.kind).not.toBe("UNKNOWN");
        expect(mayStillRun(meaning)).toBe(!finalStatuses.includes(status));
        if (meaning.kind === "ENDED" && meaning.ending === "FAILED") {
          expect(failureSchema.safeParse(meaning.failure).success).toBe(true);
        }
      }
    }
  }
});

test("whatever else the service may return is UNKNOWN, which counts as still running", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.option(fc.string(), { nil: undefined }),
      fc.string(),
      (status, secondaryStatus, failureReason) => {
        fc.pre(!(sageMakerStatuses as readonly string[]).includes(status));
        const meaning = interpretTrainingJob({ status, secondaryStatus, failureReason });
        expect(meaning).toEqual({ kind: "UNKNOWN" });
        expect(mayStillRun(meaning)).toBe(true);
      },
    ),
  );
  const newSecondary = { status: "InProgress", secondaryStatus: "Dreaming", failureReason: undefined };
  expect(interpretTrainingJob(newSecondary)).toEqual({ kind: "UNKNOWN" });
  expect(interpretTrainingJob({ status: undefined, secondaryStatus: undefined, failureReason: undefined })).toEqual({
    kind: "UNKNOWN",
  });
});

test.each([
  ["InProgress", "Interrupted", { kind: "RUNNING", state: "STARTING" }],
  ["InProgress", "Training", { kind: "RUNNING", state: "TRAINING" }],
  ["InProgress", "Uploading", { kind: "RUNNING", state: "UPLOADING" }],
  ["Stopping", "Uploading", { kind: "RUNNING", state: "STOPPING" }],
  ["Stopped", "Stopped", { kind: "ENDED", ending: "STOPPED" }],
  ["Stopped", "MaxRuntimeExceeded", { kind: "ENDED", ending: "TIME_LIMIT" }],
  ["Stopped", "MaxWaitTimeExceeded", { kind: "ENDED", ending: "TIME_LIMIT" }],
  ["Completed", "Completed", { kind: "ENDED", ending: "COMPLETED" }],
])("%s and %s", (status, secondaryStatus, meaning) => {
  expect(interpretTrainingJob({ status, secondaryStatus, failureReason: undefined })).toEqual(meaning);
});

test("a job that is refused for capacity is no failure, and only the trainer's own words are shown", () => {
  const failed = (failureReason: string) =>
    interpretTrainingJob({ status: "Failed", secondaryStatus: "Failed", failureReason });
  expect(failed("CapacityError: Unable to provision requested ML compute capacity.")).toEqual({
    kind: "CAPACITY_REFUSED",
  });
  expect(failed("AlgorithmError: Too few pieces., exit code: 1")).toMatchObject({
    failure: { message: "Too few pieces." },
  });
  expect(failed("AlgorithmError: the training process was killed by SIGKILL, exit code: 137")).toMatchObject({
    failure: { message: "The training process was killed by SIGKILL." },
  });
  expect(JSON.stringify(failed("ClientError: role arn:aws:iam::123456789012:role/x"))).not.toContain("123456789012");
  expect(failed("InternalServerError: arn")).toMatchObject({
    failure: { code: "TRAINING_PLATFORM_FAILED", retryable: true },
  });
});

test("results that could not be uploaded are a fault of the service, not of the job's input", () => {
  for (const failureReason of [
    "ClientError: Artifact upload failed:Insufficient permissions",
    "ClientError: Artifact upload failed: Please ensure that the bucket exists",
  ]) {
    expect(interpretTrainingJob({ status: "Failed", secondaryStatus: "Failed", failureReason })).toMatchObject({
      failure: { code: "TRAINING_PLATFORM_FAILED", retryable: true },
    });
  }
  const failureReason = "ClientError: Data download failed";
  expect(interpretTrainingJob({ status: "Failed", secondaryStatus: "Failed", failureReason })).toMatchObject({
    failure: { code: "TRAINING_INPUT_REFUSED", retryable: false },
  });
});

test("what is half a character in a reason is left out of it", () => {
  const failed = (failureReason: string) =>
    interpretTrainingJob({ status: "Failed", secondaryStatus: "Failed", failureReason });
  expect(failed("AlgorithmError: Too \ud800few.")).toMatchObject({ failure: { message: "Too few." } });
  expect(failed("AlgorithmError: \ud800")).toMatchObject({
    failure: { message: "The training program ended without giving a reason." },
  });
});

test("any reason gives a class and a failure that may be stored", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("AlgorithmError: ", "ClientError: ", ""),
      fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 3_000 }),
        fc.string({ unit: fc.constantFrom("\ud800", " ", "a") }),
      ),
      (start, rest) => {
        const failureReason = `${start}${rest}`;
        expect(failureClasses).toContain(failureClassOf(failureReason));
        const meaning = interpretTrainingJob({ status: "Failed", secondaryStatus: "Failed", failureReason });
        if (meaning.kind === "ENDED" && meaning.ending === "FAILED") failureSchema.parse(meaning.failure);
      },
    ),
  );
});
