/** H3: minutes in which steps fail, with a full queue: nobody's job fails by it. */
import { trainingJobPrefix } from "../../naming/object-keys";
import { DeployedWorld, repairs } from "./deployed-world";
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

/** What a service's outage breaks, for the steps, the rule's function and the sweeper alike. */
const services = {
  SageMaker: ({ sageMaker }: DeployedWorld) => [[sageMaker, ["describe", "stop", "create"]]],
  S3: ({ work, artefacts }: DeployedWorld) => [
    [work, ["read", "list", "digest"]],
    [artefacts, ["copy", "write"]],
  ],
  "the table": ({ jobs, slots, tickets, openWork }: DeployedWorld) => [
    [jobs, ["load", "change", "finish", "beginNextAttempt"]],
    [slots, ["held", "release"]],
    [tickets, ["remove"]],
    [openWork, ["isOpen", "noteFailedRepair", "attemptOf", "endUnread"]],
  ],
  "Step Functions": ({ executions }: DeployedWorld) => [[executions, ["start", "status"]]],
} satisfies Readonly<Record<string, (world: DeployedWorld) => readonly (readonly [object, readonly string[]])[]>>;

test.each(
  Object.entries(services).flatMap(([service, parts]) =>
    (["aws", "local"] as const).flatMap((stage) =>
      (["LookAtTrainingJob", "RegisterModel", "SettleTrainingJob"] as const).map(
        (state) => [service, stage, state, parts] as const,
      ),
    ),
  ),
)(
  "four minutes without %s (%s), from %s on: a good training ends READY, with its progress",
  async (_, stage, from, parts) => {
    for (let chance = 0; chance < 12; chance += 1) {
      const world = new DeployedWorld();
      world.repair = repairs[stage];
      for (let n = 0; n < chance; n += 1) world.random();
      let beganAt: number | undefined;
      world.beforeState = (state) => {
        if (state === from) beganAt ??= world.clock.now().getTime();
      };
      const isOut = (): boolean =>
        beganAt !== undefined && world.clock.now().getTime() < beganAt + outage.seconds * 1000;
      for (const [port, methods] of parts(world)) {
        for (const method of methods) {
          const real: unknown = Reflect.get(port, method);
          if (typeof real !== "function") throw new Error(`no method ${method}`);
          const broken = async (...values: unknown[]): Promise<unknown> => {
            if (isOut()) throw new Error(`${method}: the service is away`);
            const answer: unknown = await Reflect.apply(real, port, values);
            return answer;
          };
          Object.defineProperty(port, method, { value: broken });
        }
      }
      world.sageMaker.plans.push({ create: "RUN", epochs: 4, startSeconds: 10, secondsPerEpoch: 20, uploadSeconds: 5 });
      const job = world.addJob(1, { hyperparameters: { epochs: 4, earlyStopping: false } });
      await world.executions.start({ sub: job.sub, jobId: job.id, attempt: 1 });
      await world.runToTheEnd();
      const [row] = world.jobs.rows.values();
      expect({ chance, state: row?.state, failure: row?.failure }).toEqual({
        chance,
        state: "READY",
        failure: undefined,
      });
      expect(world.artefacts.keys(trainingJobPrefix(job)).some((key) => key.endsWith("progress.jsonl"))).toBe(true);
      expectNothingLeft(world);
    }
  },
);
