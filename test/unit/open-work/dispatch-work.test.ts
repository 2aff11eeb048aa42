import fc from "fast-check";
import {
  dispatchWork,
  type DispatchWorkParams,
  type DispatchWorkResult,
} from "../../../lambdas/open-work/dispatch-work";
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
  async dispatch(records: readonly unknown[], more: Partial<DispatchWorkParams> = {}): Promise<DispatchWorkResult> {
    return await dispatchWork({
      records,
      compositionQueue: {
        send: async (message) => {
          this.do(this.sent, message);
        },
      },
      freezingQueue: {
        send: async (version) => {
          this.do(this.sent, version);
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

test("a new version of a data set is sent to be frozen", async () => {
  const outbox = new Outbox();
  const versionId = "0123456789abcdef";
  const version = { datasetId: { S: id }, id: { S: versionId } };
  await outbox.dispatch([inserted("DATASET_VERSION", version), inserted("DATASET_VERSION")]);
  expect(outbox.sent).toEqual([{ dataset: { sub: "u", id }, versionId }]);
  // One without a data set can never be sent.
  expect(outbox.kept).toHaveLength(1);
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

describe("B7: what AWS does with the report of a batch", () => {
  const passing = (name: string): Error => Object.assign(new Error("Rate exceeded"), { name });
  const at = (sequenceNumber: number, record: object): unknown => {
    const { dynamodb = {}, ...rest } = record as { dynamodb?: object };
    return { ...rest, dynamodb: { ...dynamodb, SequenceNumber: String(sequenceNumber) } };
  };

  test.each(["ThrottlingException", "ServiceUnavailable", "TimeoutError", "InternalServerError"])(
    "%s: the record is reported, nothing is kept, and the others are dispatched",
    async (name) => {
      const outbox = new Outbox();
      const result = await outbox.dispatch([at(1, inserted("TRAINING_JOB")), at(2, inserted("COMPOSITION"))], {
        executions: {
          start: async () => {
            throw passing(name);
          },
        },
      });
      expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
      expect(outbox.sent).toHaveLength(1);
      expect(outbox.kept).toEqual([]);
      expect([outbox.metrics.count("DispatchRetries"), outbox.metrics.count("DispatchFailures")]).toEqual([1, 0]);
    },
  );

  test("a poison record and a call that is refused for good are kept, not reported: they would block the shard", async () => {
    const outbox = new Outbox();
    const poison = at(1, inserted("TRAINING_JOB", { attempt: { N: "many" } }));
    expect(await outbox.dispatch([poison])).toEqual({ batchItemFailures: [] });
    outbox.failWith = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    expect(await outbox.dispatch([at(2, inserted("COMPOSITION"))])).toEqual({ batchItemFailures: [] });
    expect(outbox.kept).toHaveLength(2);
  });

  test("a record that can be neither dispatched nor kept is left to Lambda's own queue", async () => {
    const outbox = new Outbox();
    const keep = async () => {
      throw passing("ServiceUnavailable");
    };
    expect(await outbox.dispatch([at(1, inserted("COMPOSITION", { id: { S: "?" } }))], { failures: { keep } })).toEqual(
      { batchItemFailures: [{ itemIdentifier: "1" }] },
    );
  });

  /** Delivers records as Lambda does: again from the earliest reported one, at most this often for each delivery. */
  async function deliver(records: readonly unknown[], outbox: Outbox, faults: Iterator<boolean>, tries: number) {
    const dispatched = new Set<string>();
    const throwSometimes = (what: string): void => {
      if (faults.next().value === true) throw passing("ThrottlingException");
      dispatched.add(what);
    };
    let waiting = records;
    for (let attempt = 0; attempt < tries && waiting.length > 0; attempt += 1) {
      const { batchItemFailures } = await outbox.dispatch(waiting, {
        compositionQueue: {
          send: async ({ sub }) => {
            throwSometimes(sub);
          },
        },
        executions: {
          start: async ({ sub }) => {
            throwSometimes(sub);
          },
        },
      });
      const reported = batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
      const earliest = Math.min(...reported);
      waiting = reported.length === 0 ? [] : records.slice(earliest);
    }
    return { dispatched, left: waiting.length };
  }

  test("whatever passes in time, every record of a batch is dispatched, and only poison is kept", async () => {
    const recordKinds = fc.array(fc.constantFrom("COMPOSITION" as const, "TRAINING_JOB" as const, "POISON" as const), {
      minLength: 1,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(recordKinds, fc.array(fc.boolean(), { maxLength: 9 }), async (kinds, faults) => {
        const outbox = new Outbox();
        const records = kinds.map((kind, index) =>
          at(
            index,
            kind === "POISON"
              ? inserted("COMPOSITION", { id: { S: "?" } })
              : inserted(kind, { sub: { S: `user-${index}` } }),
          ),
        );
        const { dispatched, left } = await deliver(records, outbox, faults[Symbol.iterator](), 1 + faults.length);
        expect(left).toBe(0);
        const expected = kinds.flatMap((kind, index) => (kind === "POISON" ? [] : [`user-${index}`]));
        expect([...dispatched].sort()).toEqual([...expected].sort());
        expect(outbox.kept.length > 0).toBe(kinds.includes("POISON"));
      }),
    );
  });
});
