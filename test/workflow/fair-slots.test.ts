/** H4: who gets a free slot, over whole lives of jobs. */
import fc from "fast-check";
import { slotQueue } from "../../domain/training/slot-queue";
import { isDone } from "../../lambdas/stores/outcome";
import { DeployedHarness, manyJobIds } from "./deployed-harness";
import { expectNothingLeft } from "./training-harness";

/** Jobs that arrive at any time, one after another at SageMaker; how long each trains is by chance. */
const arrivals = fc.array(
  fc.record({
    user: fc.integer({ min: 0, max: 4 }),
    after: fc.integer({ min: 0, max: 600 }),
    epochs: fc.integer({ min: 1, max: 20 }),
  }),
  { minLength: 2, maxLength: 25 },
);

interface Turn {
  readonly sub: string;
  readonly at: number;
}

test("in any order of arrivals: no user waits with fewer slots while another gets two turns more, and none has all slots", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), arrivals, async (slots, trainingJobs) => {
      const harness = new DeployedHarness({
        slots,
        queueDeadlineSeconds: 86_400,
        waitSeconds: 20,
        slotLeaseSeconds: 600,
      });
      const turns: Turn[] = [];
      // Told at the end: what is thrown inside a step is the workflow's to try again.
      const violations: string[] = [];
      /** Users that have a ticket and no slot, with the turns that the others have had since. */
      const sinceWaiting = new Map<string, Map<string, number>>();
      const running = (sub: string): number =>
        [...harness.slots.heldNow().values()].filter(({ holder }) => holder.sub === sub).length;
      const isWaiting = (sub: string): boolean =>
        [...harness.tickets.waitingNow().values()].some(
          (ticket) =>
            ticket.sub === sub &&
            ![...harness.slots.heldNow().values()].some(({ holder }) => holder.jobId === ticket.jobId),
        );
      const acquire = harness.slots.acquire.bind(harness.slots);
      harness.slots.acquire = async (params) => {
        const mayWait = [...sinceWaiting.keys()].filter((sub) => sub !== params.holder.sub && running(sub) === 0);
        const taken = await acquire(params);
        if (!isDone(taken)) return taken;
        const { sub } = params.holder;
        turns.push({ sub, at: harness.clock.now().getTime() });
        sinceWaiting.delete(sub);
        for (const other of mayWait) {
          const counts = sinceWaiting.get(other) ?? new Map<string, number>();
          counts.set(sub, (counts.get(sub) ?? 0) + 1);
          sinceWaiting.set(other, counts);
          if ((counts.get(sub) ?? 0) > 1) violations.push(`${other} waits while ${sub} gets a second turn`);
        }
        if (slots > 1 && running(sub) === slots) violations.push(`${sub} has all slots`);
        return taken;
      };
      const heartbeat = harness.tickets.heartbeat.bind(harness.tickets);
      harness.tickets.heartbeat = async (ticket) => {
        await heartbeat(ticket);
        if (isWaiting(ticket.sub) && running(ticket.sub) === 0 && !sinceWaiting.has(ticket.sub)) {
          sinceWaiting.set(ticket.sub, new Map());
        }
      };
      const arrive = async (): Promise<void> => {
        for (const [n, { user, after, epochs }] of trainingJobs.entries()) {
          await harness.time.sleep(after);
          const {
            sub,
            id: jobId,
            attempt,
          } = harness.addJob(n, {
            sub: `user-${user}`,
            hyperparameters: { epochs, earlyStopping: false },
          });
          await harness.executions.start({ sub, jobId, attempt });
        }
      };
      for (const { epochs } of trainingJobs)
        harness.sageMaker.plans.push({ create: "RUN", epochs, startSeconds: 5, uploadSeconds: 5 });
      const arriving = arrive();
      await harness.time.pass(() => harness.trainingJobs.rows.size === trainingJobs.length);
      await arriving;
      await harness.runToTheEnd();
      expect(violations).toEqual([]);
      expect(turns).toHaveLength(trainingJobs.length);
      expect([...harness.trainingJobs.rows.values()].every(({ state }) => state === "READY")).toBe(true);
      expectNothingLeft(harness);
    }),
    { numRuns: 25 },
  );
});

test("with one slot, turns alternate, whatever one user sends", async () => {
  const harness = new DeployedHarness({ slots: 1, queueDeadlineSeconds: 86_400, waitSeconds: 20 });
  const add = async (n: number, sub: string): Promise<void> => {
    harness.sageMaker.plans.push({ create: "RUN", epochs: 5, startSeconds: 5, uploadSeconds: 5 });
    const { id: jobId, attempt } = harness.addJob(n, { sub, hyperparameters: { epochs: 5, earlyStopping: false } });
    await harness.executions.start({ sub, jobId, attempt });
  };
  for (let n = 0; n < 6; n += 1) await add(n, "greedy");
  for (let n = 6; n < 9; n += 1) await add(n, "modest");
  for (let n = 9; n < 10; n += 1) await add(n, "late");
  await harness.runToTheEnd();
  const order = harness.slots.given.map(({ sub }) => sub);
  expect(order.slice(1, 7).filter((sub) => sub === "greedy")).toHaveLength(2);
  expect(order.slice(0, 4)).toEqual(expect.arrayContaining(["greedy", "modest", "late"]));
  expect(order.slice(-3)).toEqual(["greedy", "greedy", "greedy"]);
});

test.each([2, 1])(
  "%i slots: a user who renews day-long jobs ends nobody's wait by the queue's deadline",
  async (slots) => {
    const harness = new DeployedHarness({
      slots,
      queueDeadlineSeconds: 21_600,
      waitSeconds: 120,
      slotLeaseSeconds: 600,
    });
    const dayLong = { create: "RUN", epochs: 23, startSeconds: 5, secondsPerEpoch: 3_600, uploadSeconds: 5 } as const;
    const hours = async (count: number): Promise<void> => {
      await harness.time.sleep(count * 3_600);
    };
    const add = async (n: number, sub: string): Promise<void> => {
      harness.sageMaker.plans.push(dayLong);
      const { id: jobId, attempt } = harness.addJob(n, {
        sub,
        maxRuntimeSeconds: 86_400,
        hyperparameters: { epochs: 23, earlyStopping: false },
      });
      await harness.executions.start({ sub, jobId, attempt });
    };
    const life = async (): Promise<void> => {
      await add(0, "renewer");
      await add(1, "renewer");
      for (let day = 0; day < 3; day += 1) {
        await hours(2);
        await add(10 + day, `other-${day}`);
        // With one slot each of the others has it for a day as well.
        await hours(slots === 1 ? 46 : 21);
        await add(2 + day, "renewer");
      }
    };
    const living = life();
    await harness.time.pass(() => harness.trainingJobs.rows.size === 8);
    await living;
    await harness.runToTheEnd();
    const others = [...harness.trainingJobs.rows.values()].filter(({ sub }) => sub !== "renewer");
    expect(others.map(({ state }) => state)).toEqual(["READY", "READY", "READY"]);
  },
);

test("two executions that decide at once on the same order: one takes, the other decides again", async () => {
  const harness = new DeployedHarness({ slots: 3 });
  for (const n of [0, 1, 2]) harness.addJob(n, { sub: "same" });
  const responses = await Promise.all(
    [0, 1, 2].map(async (n) => await harness.step("AcquireSlot", { sub: "same", jobId: manyJobIds(n), attempt: 1 })),
  );
  expect(responses).toHaveLength(3);
  // Of three slots one user has two at most, however the decisions fall together.
  expect(harness.slots.heldNow().size).toBeLessThanOrEqual(2);
  expect(harness.slots.heldNow().size).toBeGreaterThanOrEqual(1);
});

test("the next slot is for the user with the fewest, then for the turn that is longest ago, then for the oldest job", () => {
  const id = manyJobIds;
  const held = [
    { index: 0, holder: { sub: "a", jobId: id(1) } },
    { index: 1, holder: { sub: "b", jobId: id(2) } },
  ];
  const tickets = [
    { sub: "a", jobId: id(3) },
    { sub: "c", jobId: id(9) },
    { sub: "d", jobId: id(8) },
    { sub: "b", jobId: id(4) },
  ];
  const queue = slotQueue({ slots: 5, held, tickets, turns: ["d", "b", "a"] });
  expect(queue.places).toEqual([id(9), id(8), id(3), id(4)]);
  expect(queue.takes).toEqual([id(9), id(8), id(3)]);
  // A ticket that was left by a job that has its slot counts for nothing.
  expect(slotQueue({ slots: 2, held, tickets: [{ sub: "a", jobId: id(1) }], turns: [] }).places).toEqual([]);
});
