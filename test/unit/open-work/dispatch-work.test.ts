import fc from "fast-check";
import { dispatchWork, type DispatchWorkParams } from "../../../lambdas/open-work/dispatch-work";
import { CollectingLog, CollectingMetrics } from "../../fakes/telemetry";

const id = "01K00000000000000000000001";

class Outbox {
  readonly sent: unknown[] = [];
  readonly started: unknown[] = [];
  readonly stopped: string[] = [];
  readonly kept: unknown[] = [];
  readonly log = new CollectingLog();
  readonly metrics = new CollectingMetrics();
  failWith: Error | undefined;

  private do(list: unknown[], what: unknown): void {
    if (this.failWith !== undefined) throw this.failWith;
    list.push(what);
  }
  async dispatch(records: readonly unknown[], more: Partial<DispatchWorkParams> = {}): Promise<void> {
    await dispatchWork({
      records,
      compositionQueue: {
        send: async (message) => {
          this.do(this.sent, message);
        },
      },
      executions: {
        start: async (input) => {
          this.do(this.started, input);
        },
      },
      sageMakerJobs: {
        stop: async (name) => {
          this.do(this.stopped, name);
        },
      },
      failures: {
        keep: async (record) => {
          this.kept.push(record);
        },
      },
      log: this.log,
      metrics: this.metrics,
      ...more,
    });
  }
}

const image = (kind: string, more: object = {}) => ({
  pk: { S: "USER#u" },
  kind: { S: kind },
  sub: { S: "u" },
  id: { S: id },
  attempt: { N: kind === "COMPOSITION" ? "0" : "1" },
  openWork: { S: kind },
  stopRequested: { BOOL: false },
  name: { S: "anything" },
  ...more,
});
const inserted = (kind: string, more: object = {}) => ({
  eventID: "1",
  eventName: "INSERT",
  dynamodb: { Keys: { pk: { S: "USER#u" } }, NewImage: image(kind, more) },
});
const modified = (before: object, after: object) => ({
  eventName: "MODIFY",
  dynamodb: { OldImage: image("TRAINING_JOB", before), NewImage: image("TRAINING_JOB", after) },
});

test("new open work is started: a composition by a message, a training job by its attempt's execution", async () => {
  const outbox = new Outbox();
  await outbox.dispatch([inserted("COMPOSITION"), inserted("TRAINING_JOB")]);
  expect(outbox.sent).toEqual([{ sub: "u", compositionId: id }]);
  expect(outbox.started).toEqual([{ sub: "u", jobId: id, attempt: 1 }]);
});

test("other items, removals and other changes start nothing", async () => {
  const outbox = new Outbox();
  const track = {
    eventName: "INSERT",
    dynamodb: { NewImage: { kind: { S: "TRACK" }, sub: { S: "u" }, id: { S: id } } },
  };
  const removed = { eventName: "REMOVE", dynamodb: { OldImage: image("COMPOSITION") } };
  await outbox.dispatch([track, removed, modified({}, { state: { S: "TRAINING" } })]);
  expect([outbox.sent, outbox.started, outbox.stopped, outbox.kept]).toEqual([[], [], [], []]);
});

test("a stop request is passed on once, and only where there is a job to stop", async () => {
  const outbox = new Outbox();
  const row = { stopRequested: { BOOL: true }, trainingJobName: { S: "job-1" } };
  await outbox.dispatch([
    modified({ trainingJobName: { S: "job-1" } }, row),
    modified(row, row),
    modified({}, { stopRequested: { BOOL: true } }),
  ]);
  expect(outbox.stopped).toEqual(["job-1"]);
  expect(outbox.kept).toEqual([]);
});

test("a stop that hangs holds up nothing, and one that fails is left to the workflow's next turn", async () => {
  const outbox = new Outbox();
  const row = modified(
    { trainingJobName: { S: "job-1" } },
    { stopRequested: { BOOL: true }, trainingJobName: { S: "job-1" } },
  );
  const hanging = outbox.dispatch([row, inserted("COMPOSITION")], {
    sageMakerJobs: {
      stop: async () => {
        await new Promise(() => undefined);
      },
    },
  });
  void hanging;
  await new Promise((resolve) => setImmediate(resolve));
  expect(outbox.sent).toHaveLength(1);

  const failing = new Outbox();
  await failing.dispatch([row], {
    sageMakerJobs: {
      stop: async () => {
        throw new Error("throttled");
      },
    },
  });
  expect(failing.kept).toEqual([]);
  expect(failing.metrics.count("DispatchFailures")).toBe(0);
});

test("a record that cannot be dispatched is kept by its key, and the next one is taken", async () => {
  const outbox = new Outbox();
  await outbox.dispatch([inserted("TRAINING_JOB", { attempt: { N: "many" } }), inserted("COMPOSITION")]);
  expect(outbox.sent).toHaveLength(1);
  expect(outbox.kept).toEqual([expect.objectContaining({ eventId: "1", keys: { pk: { S: "USER#u" } } })]);
  expect(JSON.stringify(outbox.kept)).not.toContain("anything");
  expect(outbox.metrics.count("DispatchFailures")).toBe(1);
});

test("never throws: not for any record, not when everything behind it is down, not when keeping fails too", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.anything(), fc.constant(inserted("COMPOSITION")), fc.constant(inserted("TRAINING_JOB")))),
      fc.boolean(),
      async (records, down) => {
        const outbox = new Outbox();
        if (down) outbox.failWith = new Error("down");
        const keep = async () => {
          throw new Error("down too");
        };
        await outbox.dispatch(records, down ? { failures: { keep } } : {});
      },
    ),
  );
});
