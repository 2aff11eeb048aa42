import fc from "fast-check";
import { listPage } from "../../../local/sagemaker/api/list-pages";
import { asFolder, checkedRelativePath, parseS3Uri, pathBelowPrefix } from "../../../local/sagemaker/s3/s3-objects";
import { cutText, failureReason } from "../../../local/sagemaker/training/folder-contract";
import { afterHostLoss } from "../../../local/sagemaker/training/job-outcome";
import {
  advance,
  describeTrainingJob,
  isFinal,
  newTrainingJob,
  type TrainingJob,
} from "../../../local/sagemaker/training/training-job";

function job(more: object = {}): TrainingJob {
  return newTrainingJob({
    arn: "arn:aws:sagemaker:eu-central-1:000000000000:training-job/a",
    now: 1_000,
    request: {
      TrainingJobName: "a",
      RoleArn: "arn:aws:iam::000000000000:role/a",
      AlgorithmSpecification: { TrainingImage: "i", TrainingInputMode: "File" },
      OutputDataConfig: { S3OutputPath: "s3://bucket/results", CompressionType: "NONE" },
      ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 1 },
      ...more,
    },
  });
}

describe("a job's transitions", () => {
  it("are in order with times that never go back, whatever the clock does", () => {
    const phases = fc.constantFrom(
      "Downloading" as const,
      "Training" as const,
      "Interrupted" as const,
      "Uploading" as const,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(phases, fc.integer({ min: 0, max: 3_000 })), { maxLength: 12 }), (steps) => {
        const ended = steps.reduce((current, [to, now]) => advance(current, { to, now }), job());
        const times = ended.transitions.flatMap(({ StartTime, EndTime }) => [
          StartTime,
          ...(EndTime === undefined ? [] : [EndTime]),
        ]);
        expect(times).toEqual([...times].sort((one, other) => one - other));
        expect(ended.transitions.map(({ Status }) => Status)).toEqual(["Starting", ...steps.map(([to]) => to)]);
        expect(ended.transitions.filter(({ EndTime }) => EndTime === undefined)).toHaveLength(1);
      }),
    );
  });

  it("end with the job", () => {
    for (const status of ["Completed", "Failed", "Stopped"] as const) {
      const ended = advance(job(), { to: status, status, now: 2_000 });
      expect(isFinal(ended)).toBe(true);
      expect(() => advance(ended, { to: "Training", now: 3_000 })).toThrow(/has ended as/);
    }
  });

  it("after the loss of the machine depend on what was asked", () => {
    const training = advance(job({ RetryStrategy: { MaximumRetryAttempts: 1 } }), { to: "Training", now: 1_100 });
    const again = afterHostLoss(training, "lost");
    expect([again.status, again.secondaryStatus, again.retries]).toEqual(["InProgress", "Restarting", 1]);
    const againTraining = advance(again, { to: "Training", now: 1_200 });
    expect(afterHostLoss(againTraining, "lost twice")).toMatchObject({
      status: "Failed",
      failureReason: "InternalServerError: lost twice",
    });
    const spot = advance(job({ EnableManagedSpotTraining: true }), { to: "Training", now: 1_100 });
    expect(afterHostLoss(spot, "lost")).toMatchObject({ status: "InProgress", secondaryStatus: "Interrupted" });
    for (const [stopReason, secondaryStatus] of [
      ["user", "Stopped"],
      ["maxRuntime", "MaxRuntimeExceeded"],
      ["maxWait", "MaxWaitTimeExceeded"],
    ] as const) {
      for (const before of [training, spot, again]) {
        const stopping = { ...advance(before, { to: "Stopping", status: "Stopping", now: 1_200 }), stopReason };
        expect(afterHostLoss(stopping, "lost")).toMatchObject({ status: "Stopped", secondaryStatus });
      }
    }
  });

  it("lose nothing with the machine while they wait for one", () => {
    for (const phase of ["Starting", "Pending", "Interrupted", "Restarting"] as const) {
      const waiting = advance(job(), { to: phase, now: 1_100 });
      expect(afterHostLoss(waiting, "lost")).toEqual(waiting);
    }
  });

  it("are training time while there is a machine, of which spot is billed a share", () => {
    const steps = [
      ["Pending", 1_010],
      ["Downloading", 1_100],
      ["Training", 1_105],
      ["Interrupted", 1_145],
      ["Starting", 1_146],
      ["Downloading", 1_900],
      ["Training", 1_910],
      ["Stopping", 1_940],
      ["Uploading", 1_945],
    ] as const;
    const run = (more: object): object => {
      const before = steps.reduce((current, [to, now]) => advance(current, { to, now }), job(more));
      const done = advance(
        { ...before, trainingStartTime: 1_100, trainingEndTime: 1_950 },
        { to: "MaxRuntimeExceeded", status: "Stopped", now: 1_950 },
      );
      return describeTrainingJob(done);
    };
    expect(run({})).toMatchObject({ TrainingTimeInSeconds: 95, BillableTimeInSeconds: 95 });
    expect(run({ EnableManagedSpotTraining: true })).toMatchObject({
      TrainingTimeInSeconds: 95,
      BillableTimeInSeconds: 29,
    });
    expect(describeTrainingJob(job())).not.toHaveProperty("TrainingTimeInSeconds");
  });

  it("show the tags to nobody and the place of the model always", () => {
    const described = describeTrainingJob(job({ Tags: [{ Key: "a", Value: "b" }] }));
    expect(described).not.toHaveProperty("Tags");
    expect(described).toMatchObject({ ModelArtifacts: { S3ModelArtifacts: "s3://bucket/results/a/output/model" } });
  });
});

describe("a failure's text", () => {
  it("fits, begins as it was written and is never cut within a character", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 3_000 }),
        fc.integer({ min: 1, max: 2_000 }),
        (text, length) => {
          const cut = cutText(text, length);
          expect(cut.length).toBeLessThanOrEqual(length);
          expect(text.startsWith(cut)).toBe(true);
          expect(Buffer.from(cut, "utf8").toString("utf8")).toBe(cut);
        },
      ),
    );
    const reason = failureReason({ kind: "AlgorithmError", text: "é🎵".repeat(5_000), suffix: ", exit code: 1" });
    expect(reason.length).toBeLessThanOrEqual(1_024);
    expect(reason).toMatch(/^AlgorithmError: é🎵.*, exit code: 1$/su);
  });
});

describe("pages of a list", () => {
  it("together hold every resource once, in order, whatever their size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 15 }),
        fc.boolean(),
        (count, size, ascending) => {
          const resources = Array.from({ length: count }, (_, index) => ({
            name: `r${(index * 7) % 40}-${index}`,
            creationTime: Math.floor(index / 3),
            lastModifiedTime: 0,
            status: index % 2 === 0 ? "Completed" : "Failed",
            summary: { index, completed: index % 2 === 0 },
          }));
          const all: unknown[] = [];
          let token: string | undefined;
          do {
            const page = listPage({
              operation: "ListTrainingJobs",
              resources,
              defaultSortOrder: ascending ? "Ascending" : "Descending",
              body: {
                MaxResults: size,
                StatusEquals: "Completed",
                ...(token === undefined ? {} : { NextToken: token }),
              },
            });
            expect(page.summaries.length).toBeLessThanOrEqual(size);
            all.push(...page.summaries.map(({ index }) => index));
            token = page.nextToken;
          } while (token !== undefined);
          expect([...all].sort((one, other) => Number(one) - Number(other))).toEqual(
            resources.flatMap(({ summary }) => (summary.completed ? [summary.index] : [])),
          );
          const times = all.map((index) => Math.floor(Number(index) / 3));
          expect(times).toEqual([...times].sort((one, other) => (ascending ? one - other : other - one)));
        },
      ),
    );
  });

  it("take no token of another operation", () => {
    const page = listPage({
      operation: "ListModels",
      body: { MaxResults: 1 },
      defaultSortOrder: "Ascending",
      resources: [1, 2].map((creationTime) => ({
        name: "a",
        creationTime,
        lastModifiedTime: 0,
        status: "",
        summary: {},
      })),
    });
    expect(() =>
      listPage({
        operation: "ListEndpoints",
        body: { NextToken: page.nextToken },
        defaultSortOrder: "Ascending",
        resources: [],
      }),
    ).toThrow("Invalid NextToken");
  });
});

describe("the file of an object in a channel", () => {
  it.each([
    ["data/set/a.txt", "data/set/", "a.txt"],
    ["data/set/b/a.txt", "data/set", "b/a.txt"],
    ["data/set-two.txt", "data/set", "set-two.txt"],
    ["data/one.txt", "data/one.txt", "one.txt"],
    ["one.txt", "", "one.txt"],
    ["data/set/", "data/set/", undefined],
  ])("of %s under %s is %s", (key, prefix, path) => {
    expect(pathBelowPrefix(key, prefix)).toBe(path);
  });

  it.each(["../a", "a/../../b", "/etc/passwd", "a//b", "a\\b", "a\0b", "./a", "x".repeat(256)])(
    "is never %j",
    (path) => {
      expect(() => checkedRelativePath(path)).toThrow("not a safe file name");
    },
  );

  it("comes from an s3:// address alone", () => {
    expect(parseS3Uri("s3://bucket/a/b")).toEqual({ bucket: "bucket", key: "a/b" });
    expect(parseS3Uri("s3://bucket")).toEqual({ bucket: "bucket", key: "" });
    expect(parseS3Uri("https://bucket/a")).toBeUndefined();
    expect([asFolder(""), asFolder("a"), asFolder("a//")]).toEqual(["", "a/", "a/"]);
  });
});
