import fc from "fast-check";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import { stale } from "../../../lambdas/stores/outcome";
import { acquireSlot } from "../../../lambdas/training/acquire-slot";
import { jobId, sub, TrainingHarness, trainingJob } from "../../workflow/training-harness";

const event = (n: number) => ({ sub, jobId: jobId(n), attempt: 1 });
const holders = (harness: TrainingHarness): string[] =>
  [...harness.slots.heldNow().values()].map(({ holder }) => holder.jobId);

function harnessWithJobs(count: number, slots: number): TrainingHarness {
  const harness = new TrainingHarness({ slots });
  for (let n = 0; n < count; n += 1) harness.trainingJobs.add(trainingJob(n));
  return harness;
}

test("jobs that wait are served in the order they were made", async () => {
  const harness = harnessWithJobs(3, 1);
  await harness.step("AcquireSlot", event(0));
  // The youngest asks first.
  expect(await harness.step("AcquireSlot", event(2))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  expect(await harness.step("AcquireSlot", event(1))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  await harness.slots.release({ index: 0, jobId: jobId(0) });
  expect(await harness.step("AcquireSlot", event(2))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  expect(await harness.step("AcquireSlot", event(1))).toMatchObject({ outcome: "SLOT_ACQUIRED" });
  expect(holders(harness)).toEqual([jobId(1)]);
});

test("a ticket without a heartbeat does not hold up the queue", async () => {
  const harness = harnessWithJobs(3, 1);
  await harness.step("AcquireSlot", event(0));
  await harness.step("AcquireSlot", event(1));
  await harness.slots.release({ index: 0, jobId: jobId(0) });
  harness.clock.advance(10 * 60);
  expect(await harness.step("AcquireSlot", event(2))).toMatchObject({ outcome: "SLOT_ACQUIRED" });
});

test("a try whose response was lost leaves no ticket behind", async () => {
  const harness = harnessWithJobs(2, 2);
  const remove = harness.tickets.remove.bind(harness.tickets);
  harness.tickets.remove = async () => {
    throw new Error("timed out");
  };
  await expect(harness.step("AcquireSlot", event(0))).rejects.toThrow("timed out");
  expect(holders(harness)).toEqual([jobId(0)]);
  harness.tickets.remove = remove;
  expect(harness.tickets.waitingNow().size).toBe(1);
  expect(await harness.step("AcquireSlot", event(0))).toMatchObject({ outcome: "SLOT_ACQUIRED" });
  expect(harness.tickets.waitingNow().size).toBe(0);
});

test("a slot whose holder cannot be read is not taken over, and keeps nobody else from a free one", async () => {
  const harness = harnessWithJobs(2, 3);
  await harness.slots.hold(0, { sub: "other", jobId: jobId(9) }, 0);
  const load = harness.trainingJobs.get.bind(harness.trainingJobs);
  harness.trainingJobs.get = async (owned) =>
    owned.sub === "other" ? await Promise.reject(new Error("unreadable")) : await load(owned);
  expect(await harness.step("AcquireSlot", event(0))).toMatchObject({ outcome: "SLOT_ACQUIRED" });
  expect(holders(harness)).toContain(jobId(9));
});

test("asking again with a slot in hand renews it", async () => {
  const harness = harnessWithJobs(1, 2);
  await harness.step("AcquireSlot", event(0));
  const [before] = harness.slots.heldNow().values();
  harness.clock.advance(60);
  expect(await harness.step("AcquireSlot", event(0))).toMatchObject({ outcome: "SLOT_ACQUIRED", slot: before?.index });
  expect(holders(harness)).toEqual([jobId(0)]);
  expect([...harness.slots.heldNow().values()][0]?.leasedUntil).toBeGreaterThan(before?.leasedUntil ?? Infinity);
});

test("a lapsed lease is reclaimed only when SageMaker says that the holder's job has ended", async () => {
  const harness = harnessWithJobs(2, 1);
  harness.sageMaker.plans.push({ create: "RUN", startSeconds: 0, epochs: 100, secondsPerEpoch: 60 });
  await harness.step("PrepareData", event(0));
  await harness.step("AcquireSlot", event(0));
  await harness.step("LaunchTrainingJob", event(0));
  harness.clock.advance(3_000);
  // Nobody has monitored the job for fifty minutes, but the job runs on.
  expect(await harness.step("AcquireSlot", event(1))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  harness.clock.advance(4_000);
  harness.trainingJobs.put({ ...harness.row(1), queuedSince: harness.clock.now().toISOString() });
  expect(await harness.step("AcquireSlot", event(1))).toMatchObject({ outcome: "SLOT_ACQUIRED" });
  expect(harness.metrics.count("SlotsReclaimed")).toBe(1);
  // The late holder is sent back to queue, and creates nothing.
  expect(await harness.step("LaunchTrainingJob", event(0))).toEqual({ outcome: "SLOT_LOST" });
});

test("a holder that has not launched keeps its lapsed slot for as long as a launch may take", async () => {
  const harness = harnessWithJobs(2, 1);
  await harness.step("AcquireSlot", event(0));
  harness.clock.advance(harness.settings.slotLeaseSeconds + 60);
  expect(await harness.step("AcquireSlot", event(1))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  harness.clock.advance(120);
  expect(await harness.step("AcquireSlot", event(1))).toMatchObject({ outcome: "SLOT_ACQUIRED" });
});

test("two that want the same free slot at the same moment: one gets it", async () => {
  const harness = harnessWithJobs(1, 1);
  // The second reads before the first has written, and believes itself the first of the queue.
  const twice = {
    ...harness.finalizingPorts(),
    settings: harness.settings,
    slots: { ...harness.slots, held: async () => [], renewFor: async () => stale },
    tickets: {
      ...harness.tickets,
      waiting: async () => [{ sub, jobId: jobId(0), heartbeatAt: 0, asksAgainBy: Number.MAX_SAFE_INTEGER }],
    },
  };
  const responses = await Promise.all([
    acquireSlot({ ...twice, input: event(0) }),
    acquireSlot({ ...twice, input: event(0) }),
  ]);
  expect(responses.map(({ outcome }) => outcome).sort()).toEqual(["SLOT_ACQUIRED", "WAITING_FOR_SLOT"]);
});

test("in any order of steps, retries and passing time: never two holders of a slot, never more jobs than slots", async () => {
  const action = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          "AcquireSlot" as const,
          "LaunchTrainingJob" as const,
          "MonitorTrainingJob" as const,
          "FinalizeTrainingJob" as const,
        ),
        n: fc.integer({ min: 0, max: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), n: fc.integer({ min: 1, max: 900 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("stop" as const), n: fc.integer({ min: 0, max: 4 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 60 }), async (slots, actions) => {
      const harness = harnessWithJobs(5, slots);
      const finals = new Map<string, string>();
      for (const { kind, n } of actions) {
        if (kind === "advance") harness.clock.advance(n);
        else if (kind === "stop") harness.trainingJobs.requestStop({ sub, id: jobId(n) });
        else {
          const launched = harness.row(n).trainingJobName !== undefined;
          // As the workflow does: a job that was not launched is not monitored; a fault may finalize anything at any time.
          if (kind === "MonitorTrainingJob" && !launched) continue;
          await harness.step(kind, kind === "FinalizeTrainingJob" ? { ...event(n), error: { Error: "x" } } : event(n));
        }
        const held = holders(harness);
        expect(new Set(held).size).toBe(held.length);
        expect(held.length).toBeLessThanOrEqual(slots);
        expect(harness.sageMaker.running().length).toBeLessThanOrEqual(slots);
        for (const row of harness.trainingJobs.rows.values()) {
          const before = finals.get(row.id);
          if (before !== undefined) expect(row.state).toBe(before);
          if (isFinalTrainingJobState(row.state)) finals.set(row.id, row.state);
        }
      }
    }),
    { numRuns: 200 },
  );
});
