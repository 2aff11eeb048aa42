/** H2: whatever a container leaves, and whatever throws: the job ends, and nothing of it stays taken. */
import fc from "fast-check";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import { maxProgressBytes } from "../../domain/training/progress";
import { checkpointsPrefix, trainingOutputPrefix } from "../../naming/object-keys";
import { patience } from "../../naming/time-limits";
import { DeployedHarness, manyJobIds } from "./deployed-harness";
import { stepNames, sub } from "./training-harness";

const job = { sub, id: manyJobIds(1) };
const jobKey = `${job.sub}/${job.id}`;
/**
 * What is measured: virtual time from the first throw of a step, or from the job's beginning if none throws, to its final
 * state. The retries inside the executions and all attempts are in it, and the time that a call takes until it fails; the
 * training itself, which may lie in between, is allowed on top.
 */
const maxMinutes = 15;
const training = { epochs: 4, startSeconds: 10, secondsPerEpoch: 20, uploadSeconds: 5 } as const;
const trainingMinutes =
  (training.startSeconds + training.epochs * training.secondsPerEpoch + training.uploadSeconds) / 60;

interface Left {
  readonly progress: Uint8Array | undefined;
  readonly card: Uint8Array | undefined;
  readonly reference: Uint8Array | undefined;
  readonly otherNames: readonly string[];
}

/** A harness whose container leaves these bytes in place of its own whenever the job is monitored. */
async function harnessThatLeaves(left: Left): Promise<DeployedHarness> {
  const harness = new DeployedHarness();
  harness.sageMaker.plans.push({ create: "RUN", ...training });
  harness.sageMaker.describedAs = (described) => {
    const checkpoints = checkpointsPrefix(job);
    if (left.progress !== undefined) harness.work.put(`${checkpoints}progress.jsonl`, left.progress);
    if (left.reference !== undefined) harness.work.put(`${checkpoints}reference.json`, left.reference);
    for (const name of left.otherNames) harness.work.put(`${checkpoints}${name}`, "x");
    const card = `${trainingOutputPrefix(job)}${described.name}/output/model/model-card.json`;
    if (left.card !== undefined && harness.work.objects.has(card)) harness.work.put(card, left.card);
    return described;
  };
  const { attempt } = harness.addJob(1, { ...job, hyperparameters: { epochs: 4, earlyStopping: false } });
  await harness.executions.start({ sub: job.sub, jobId: job.id, attempt });
  return harness;
}

function expectEnded(harness: DeployedHarness): void {
  const row = harness.trainingJobs.rows.get(jobKey);
  expect(row !== undefined && isFinalTrainingJobState(row.state)).toBe(true);
  expect(row?.openWork).toBeUndefined();
  expect(harness.trainingJobs.openNow()).toBe(0);
  expect([...harness.slots.heldNow().values()]).toEqual([]);
  expect([...harness.tickets.waitingNow().keys()]).toEqual([]);
}

const nothing: Left = { progress: undefined, card: undefined, reference: undefined, otherNames: [] };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (more: object): string => JSON.stringify({ schemaVersion: 1, epoch: 1, epochs: 4, seconds: 20, ...more });

test.each<[string, string]>([
  ["a loss that no table holds", line({ criticLoss: 1.2e16 })],
  ["a loss near infinity", line({ criticLoss: 1.7e308 })],
  ["a loss next to zero", line({ criticLoss: 1e-200 })],
  ["seconds near infinity", line({ seconds: 1e308, timestamp: "2026-01-01T00:00:30.000Z" })],
  ["negative seconds", line({ seconds: -5 })],
  ["an epoch that nobody asked for", `${line({})}\n${line({ epoch: 99_999, epochs: 99_999 })}`],
  ["a time before time", line({ timestamp: "-271821-04-20T00:00:00.000Z" })],
  ["a file that is too long", `${line({})}\n`.repeat(Math.ceil(maxProgressBytes / 60))],
  ["a hundred thousand metrics", line(Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`m${n}`, n])))],
])("%s in the progress ends READY all the same", async (_, text) => {
  const harness = await harnessThatLeaves({ ...nothing, progress: bytes(text) });
  await harness.runToTheEnd();
  expect(harness.trainingJobs.rows.get(jobKey)).toMatchObject({ state: "READY", modelId: job.id });
  expectEnded(harness);
});

const hostileNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(1.2e16, 1e308, -1e308, 5e-324, 1e-200, 2 ** 53, 2 ** 63, -0, 99_999),
);
const hostileLine = fc
  .record({
    epoch: fc.oneof(fc.integer({ min: -1, max: 6 }), hostileNumber),
    epochs: fc.oneof(fc.constant(4), hostileNumber),
    seconds: fc.oneof(fc.constant(20), hostileNumber),
    timestamp: fc.oneof(fc.string(), fc.constant("2026-01-01T00:00:30.000Z"), hostileNumber),
    criticLoss: hostileNumber,
    similarityIndex: fc.oneof(hostileNumber, fc.anything()),
  })
  .map((fields) =>
    JSON.stringify({ schemaVersion: 1, ...fields }, (_, value: unknown) => (typeof value === "bigint" ? 1 : value)),
  );
const progress = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.array(fc.oneof(hostileLine, fc.string(), fc.json()), { maxLength: 8 }).map((lines) => bytes(lines.join("\n"))),
);
const someBytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes));
const name = fc.oneof(
  fc.constantFrom(
    "samples/epoch-99999999999999999999/x.mid",
    "x/samples/epoch-0001/twinkle-twinkle.mid",
    "samples/epoch-00000/a.mid",
    "last.",
    "samples/",
    "samples/epoch-0001/../../../x.mid",
  ),
  fc.string({ minLength: 1, maxLength: 30 }),
);
/** What throws beside the steps themselves, always. */
const broken = fc.constantFrom(
  "nothing" as const,
  "the row cannot be read" as const,
  "the row cannot be ended" as const,
  "SageMaker does not describe" as const,
  "progress cannot be read" as const,
  "samples cannot be listed" as const,
  "nothing can be copied" as const,
);

/** How long a client waits for a service that does not respond. */
const maxCallSeconds = Math.max(
  ...[patience.background.s3, patience.background.dynamodb, patience.background.sagemaker].map(
    ({ tries, connectionMilliseconds, requestMilliseconds }) =>
      (tries * (connectionMilliseconds + requestMilliseconds)) / 1000,
  ),
);

function breakFor(
  harness: DeployedHarness,
  what: typeof broken extends fc.Arbitrary<infer Kind> ? Kind : never,
  secondsToFail: number,
): void {
  const fails = async (): Promise<never> => {
    await harness.time.sleep(secondsToFail);
    throw new Error(what);
  };
  switch (what) {
    case "nothing":
      return;
    case "the row cannot be read":
      harness.trainingJobs.get = fails;
      return;
    case "the row cannot be ended":
      harness.trainingJobs.finish = fails;
      return;
    case "SageMaker does not describe":
      harness.sageMaker.describe = fails;
      return;
    case "progress cannot be read":
      harness.work.read = fails;
      return;
    case "samples cannot be listed":
      harness.work.list = fails;
      return;
    case "nothing can be copied":
      harness.artifacts.copy = fails;
  }
}

test("any bytes, any step that throws, anything that stays broken: final in time, slot, ticket and quota free", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        progress: fc.option(progress, { nil: undefined }),
        card: fc.option(someBytes, { nil: undefined }),
        reference: fc.option(someBytes, { nil: undefined }),
        otherNames: fc.array(name, { maxLength: 4 }),
      }),
      fc.option(
        fc.record({
          step: fc.constantFrom(...stepNames),
          from: fc.integer({ min: 0, max: 4 }),
          times: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(Number.POSITIVE_INFINITY)),
          when: fc.constantFrom("BEFORE" as const, "AFTER" as const),
        }),
      ),
      broken,
      fc.boolean(),
      async (left, fault, what, hangs) => {
        const harness = await harnessThatLeaves(left);
        const beganAt = harness.clock.now().getTime();
        let calls = 0;
        harness.failsNow = (step) => {
          if (fault?.step !== step) return undefined;
          calls += 1;
          return calls > fault.from && calls <= fault.from + fault.times ? fault.when : undefined;
        };
        breakFor(harness, what, hangs ? maxCallSeconds : 0);
        await harness.runToTheEnd();
        expectEnded(harness);
        const finalAt = harness.finalAt.get(job.id) ?? Number.POSITIVE_INFINITY;
        const minutes = (finalAt - (harness.firstThrowAt ?? beganAt)) / 60_000;
        expect(minutes).toBeLessThanOrEqual(maxMinutes + trainingMinutes);
      },
    ),
    { numRuns: 500 },
  );
});
