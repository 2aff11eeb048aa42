import fc from "fast-check";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import { takeSlot } from "../../../lambdas/training/acquire-slot";
import { stale } from "../../../lambdas/stores/outcome";
import { jobId, sub, trainingJob, TrainingWorld } from "../../workflow/training-world";

const event = (n: number) => ({ sub, jobId: jobId(n), attempt: 1 });
const holders = (world: TrainingWorld): string[] =>
  [...world.slots.heldNow().values()].map(({ holder }) => holder.jobId);

function worldWithJobs(count: number, slots: number): TrainingWorld {
  const world = new TrainingWorld({ slots });
  for (let n = 0; n < count; n += 1) world.jobs.add(trainingJob(n));
  return world;
}

test("jobs that wait are served in the order they were made", async () => {
  const world = worldWithJobs(3, 1);
  await world.step("TakeSlot", event(0));
  // The youngest asks first.
  expect(await world.step("TakeSlot", event(2))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  expect(await world.step("TakeSlot", event(1))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  await world.slots.release({ index: 0, jobId: jobId(0) });
  expect(await world.step("TakeSlot", event(2))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  expect(await world.step("TakeSlot", event(1))).toMatchObject({ outcome: "SLOT_TAKEN" });
  expect(holders(world)).toEqual([jobId(1)]);
});

test("a ticket without a heartbeat does not hold up the queue", async () => {
  const world = worldWithJobs(3, 1);
  await world.step("TakeSlot", event(0));
  await world.step("TakeSlot", event(1));
  await world.slots.release({ index: 0, jobId: jobId(0) });
  world.clock.advance(10 * 60);
  expect(await world.step("TakeSlot", event(2))).toMatchObject({ outcome: "SLOT_TAKEN" });
});

test("a try whose answer was lost leaves no ticket behind", async () => {
  const world = worldWithJobs(2, 2);
  const remove = world.tickets.remove.bind(world.tickets);
  world.tickets.remove = async () => {
    throw new Error("timed out");
  };
  await expect(world.step("TakeSlot", event(0))).rejects.toThrow("timed out");
  expect(holders(world)).toEqual([jobId(0)]);
  world.tickets.remove = remove;
  expect(world.tickets.shownNow().size).toBe(1);
  expect(await world.step("TakeSlot", event(0))).toMatchObject({ outcome: "SLOT_TAKEN" });
  expect(world.tickets.shownNow().size).toBe(0);
});

test("a slot whose holder cannot be read is not taken over, and keeps nobody else from a free one", async () => {
  const world = worldWithJobs(2, 3);
  await world.slots.hold(0, { sub: "other", jobId: jobId(9) }, 0);
  const load = world.jobs.get.bind(world.jobs);
  world.jobs.get = async (of) => (of.sub === "other" ? await Promise.reject(new Error("unreadable")) : await load(of));
  expect(await world.step("TakeSlot", event(0))).toMatchObject({ outcome: "SLOT_TAKEN" });
  expect(holders(world)).toContain(jobId(9));
});

test("asking again with a slot in hand renews it", async () => {
  const world = worldWithJobs(1, 2);
  await world.step("TakeSlot", event(0));
  const [before] = world.slots.heldNow().values();
  world.clock.advance(60);
  expect(await world.step("TakeSlot", event(0))).toMatchObject({ outcome: "SLOT_TAKEN", slot: before?.index });
  expect(holders(world)).toEqual([jobId(0)]);
  expect([...world.slots.heldNow().values()][0]?.leasedUntil).toBeGreaterThan(before?.leasedUntil ?? Infinity);
});

test("a lapsed lease is reclaimed only when SageMaker says that the holder's job has ended", async () => {
  const world = worldWithJobs(2, 1);
  world.sageMaker.plans.push({ create: "RUN", startSeconds: 0, epochs: 100, secondsPerEpoch: 60 });
  await world.step("PrepareData", event(0));
  await world.step("TakeSlot", event(0));
  await world.step("LaunchTrainingJob", event(0));
  world.clock.advance(3_000);
  // Nobody has looked for fifty minutes, but the job runs on.
  expect(await world.step("TakeSlot", event(1))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  world.clock.advance(4_000);
  world.jobs.put({ ...world.row(1), queuedSince: world.clock.now().toISOString() });
  expect(await world.step("TakeSlot", event(1))).toMatchObject({ outcome: "SLOT_TAKEN" });
  expect(world.metrics.count("SlotsReclaimed")).toBe(1);
  // The late holder is sent back to queue, and creates nothing.
  expect(await world.step("LaunchTrainingJob", event(0))).toEqual({ outcome: "SLOT_LOST" });
});

test("a holder that has not launched keeps its lapsed slot for as long as a launch may take", async () => {
  const world = worldWithJobs(2, 1);
  await world.step("TakeSlot", event(0));
  world.clock.advance(world.settings.slotLeaseSeconds + 60);
  expect(await world.step("TakeSlot", event(1))).toMatchObject({ outcome: "WAITING_FOR_SLOT" });
  world.clock.advance(120);
  expect(await world.step("TakeSlot", event(1))).toMatchObject({ outcome: "SLOT_TAKEN" });
});

test("two that want the same free slot at the same moment: one gets it", async () => {
  const world = worldWithJobs(1, 1);
  // The second reads before the first has written, and believes itself the first of the queue.
  const twice = {
    ...world.settlingPorts(),
    settings: world.settings,
    slots: { ...world.slots, held: async () => [], renewFor: async () => stale },
    tickets: {
      ...world.tickets,
      waiting: async () => [{ sub, jobId: jobId(0), heartbeatAt: 0, asksAgainBy: Number.MAX_SAFE_INTEGER }],
    },
  };
  const answers = await Promise.all([takeSlot({ ...twice, input: event(0) }), takeSlot({ ...twice, input: event(0) })]);
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual(["SLOT_TAKEN", "WAITING_FOR_SLOT"]);
});

test("in any order of steps, retries and passing time: never two holders of a slot, never more jobs than slots", async () => {
  const action = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          "TakeSlot" as const,
          "LaunchTrainingJob" as const,
          "LookAtTrainingJob" as const,
          "SettleTrainingJob" as const,
        ),
        n: fc.integer({ min: 0, max: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), n: fc.integer({ min: 1, max: 900 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("stop" as const), n: fc.integer({ min: 0, max: 4 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 60 }), async (slots, actions) => {
      const world = worldWithJobs(5, slots);
      const finals = new Map<string, string>();
      for (const { kind, n } of actions) {
        if (kind === "advance") world.clock.advance(n);
        else if (kind === "stop") world.jobs.requestStop({ sub, id: jobId(n) });
        else {
          const launched = world.row(n).trainingJobName !== undefined;
          // As the workflow does: what was not launched is not looked at; a fault may settle anything at any time.
          if (kind === "LookAtTrainingJob" && !launched) continue;
          await world.step(kind, kind === "SettleTrainingJob" ? { ...event(n), error: { Error: "x" } } : event(n));
        }
        const held = holders(world);
        expect(new Set(held).size).toBe(held.length);
        expect(held.length).toBeLessThanOrEqual(slots);
        expect(world.sageMaker.running().length).toBeLessThanOrEqual(slots);
        for (const row of world.jobs.rows.values()) {
          const before = finals.get(row.id);
          if (before !== undefined) expect(row.state).toBe(before);
          if (isFinalTrainingJobState(row.state)) finals.set(row.id, row.state);
        }
      }
    }),
    { numRuns: 200 },
  );
});
