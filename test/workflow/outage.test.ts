/** H3: minutes in which steps fail, with a full queue: nobody's job fails by it. */
import { DeployedWorld } from "./deployed-world";
import { expectNothingLeft, stepNames, type StepName } from "./training-world";

const jobs = 100;
const users = 20;
const outage = { from: 200, seconds: 240 } as const;

async function through(failing: readonly StepName[]): Promise<DeployedWorld> {
  const world = new DeployedWorld({ slots: 8, queueDeadlineSeconds: 21_600, waitSeconds: 60 });
  const begin = world.clock.now().getTime();
  world.failsNow = (step) => {
    const at = (world.clock.now().getTime() - begin) / 1000;
    // Preparing is over within the first second, so its outage is at the beginning.
    const from = step === "PrepareData" ? 0 : outage.from;
    return failing.includes(step) && at >= from && at < from + outage.seconds ? "BEFORE" : undefined;
  };
  for (let n = 0; n < jobs; n += 1) {
    world.sageMaker.plans.push({ create: "RUN", epochs: 2, startSeconds: 10, secondsPerEpoch: 20, uploadSeconds: 5 });
    const {
      sub,
      id: jobId,
      attempt,
    } = world.addJob(n, {
      sub: `user-${n % users}`,
      hyperparameters: { epochs: 2, earlyStopping: false },
    });
    await world.executions.start({ sub, jobId, attempt });
  }
  await world.runToTheEnd();
  return world;
}

test.each([...stepNames.map((name) => [name]), [...stepNames]].map((names) => [names.join(", "), names] as const))(
  "four minutes of failing %s, 100 queued jobs of 20 users: none FAILED",
  async (_, failing) => {
    const world = await through(failing);
    const states = [...world.jobs.rows.values()].map(({ state }) => state);
    expect(states.filter((state) => state === "READY")).toHaveLength(jobs);
    expectNothingLeft(world);
    expect(world.sageMaker.mostAtOnce).toBeLessThanOrEqual(8);
  },
  300_000,
);

test("executions that began together do not ask together", async () => {
  const world = new DeployedWorld({ slots: 1, queueDeadlineSeconds: 21_600, waitSeconds: 60 });
  const asked: number[] = [];
  world.beforeState = (state) => {
    if (state === "TakeSlot") asked.push(world.clock.now().getTime());
  };
  for (let n = 0; n < 30; n += 1) {
    world.sageMaker.plans.push({ create: "RUN", epochs: 1, startSeconds: 1, secondsPerEpoch: 1, uploadSeconds: 1 });
    const { sub, id: jobId, attempt } = world.addJob(n, { sub: `user-${n}` });
    await world.executions.start({ sub, jobId, attempt });
  }
  await world.runToTheEnd();
  const bySecond = new Map<number, number>();
  for (const at of asked.slice(30)) bySecond.set(at, (bySecond.get(at) ?? 0) + 1);
  expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(8);
});
