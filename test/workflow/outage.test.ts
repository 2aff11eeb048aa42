/** H3: minutes in which steps fail, with a full queue: nobody's job fails by it. */
import { trainingJobPrefix } from "../../naming/object-keys";
import { DeployedHarness, repairs } from "./deployed-harness";
import { expectNothingLeft, type StepName, stepNames } from "./training-harness";

const trainingJobs = 100;
const users = 20;
const outage = { from: 200, seconds: 240 } as const;

async function through(failing: readonly StepName[]): Promise<DeployedHarness> {
  const harness = new DeployedHarness({ slots: 8, queueDeadlineSeconds: 21_600, waitSeconds: 60 });
  const begin = harness.clock.now().getTime();
  harness.failsNow = (step) => {
    const at = (harness.clock.now().getTime() - begin) / 1000;
    // Preparing is over within the first second, so its outage is at the beginning.
    const from = step === "PrepareData" ? 0 : outage.from;
    return failing.includes(step) && at >= from && at < from + outage.seconds ? "BEFORE" : undefined;
  };
  for (let n = 0; n < trainingJobs; n += 1) {
    harness.sageMaker.plans.push({ create: "RUN", epochs: 2, startSeconds: 10, secondsPerEpoch: 20, uploadSeconds: 5 });
    const {
      sub,
      id: jobId,
      attempt,
    } = harness.addJob(n, {
      sub: `user-${n % users}`,
      hyperparameters: { epochs: 2, earlyStopping: false },
    });
    await harness.executions.start({ sub, jobId, attempt });
  }
  await harness.runToTheEnd();
  return harness;
}

test.each([...stepNames.map((name) => [name]), [...stepNames]].map((names) => [names.join(", "), names] as const))(
  "four minutes of failing %s, 100 queued jobs of 20 users: none FAILED",
  async (_, failing) => {
    const harness = await through(failing);
    const states = [...harness.trainingJobs.rows.values()].map(({ state }) => state);
    expect(states.filter((state) => state === "READY")).toHaveLength(trainingJobs);
    expectNothingLeft(harness);
    expect(harness.sageMaker.maxConcurrent).toBeLessThanOrEqual(8);
  },
  300_000,
);

test("executions that began together do not ask together", async () => {
  const harness = new DeployedHarness({ slots: 1, queueDeadlineSeconds: 21_600, waitSeconds: 60 });
  const asked: number[] = [];
  harness.beforeState = (state) => {
    if (state === "AcquireSlot") asked.push(harness.clock.now().getTime());
  };
  for (let n = 0; n < 30; n += 1) {
    harness.sageMaker.plans.push({ create: "RUN", epochs: 1, startSeconds: 1, secondsPerEpoch: 1, uploadSeconds: 1 });
    const { sub, id: jobId, attempt } = harness.addJob(n, { sub: `user-${n}` });
    await harness.executions.start({ sub, jobId, attempt });
  }
  await harness.runToTheEnd();
  const bySecond = new Map<number, number>();
  for (const at of asked.slice(30)) bySecond.set(at, (bySecond.get(at) ?? 0) + 1);
  expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(8);
});

/** What a service's outage breaks, for the steps, the rule's function and the reconciler alike. */
const services = {
  SageMaker: ({ sageMaker }: DeployedHarness) => [[sageMaker, ["describe", "stop", "create"]]],
  S3: ({ work, artifacts }: DeployedHarness) => [
    [work, ["read", "list", "digest"]],
    [artifacts, ["copy", "write"]],
  ],
  "the table": ({ trainingJobs, slots, tickets }: DeployedHarness) => [
    [trainingJobs, ["get", "advance", "finish", "beginModel", "addModel", "beginNextAttempt"]],
    [trainingJobs, ["isOpen", "noteFailedRepair", "attemptOf", "endUnread"]],
    [slots, ["held", "release", "renewFor", "releaseAllOf"]],
    [tickets, ["remove"]],
  ],
  "Step Functions": ({ executions }: DeployedHarness) => [[executions, ["start", "status"]]],
} satisfies Readonly<Record<string, (harness: DeployedHarness) => readonly (readonly [object, readonly string[]])[]>>;

test.each(
  Object.entries(services).flatMap(([service, parts]) =>
    (["aws", "local"] as const).flatMap((stage) =>
      (["MonitorTrainingJob", "RegisterModel", "FinalizeTrainingJob"] as const).map(
        (state) => [service, stage, state, parts] as const,
      ),
    ),
  ),
)(
  "four minutes without %s (%s), from %s on: a good training ends READY, with its progress",
  async (_, stage, from, parts) => {
    for (let chance = 0; chance < 12; chance += 1) {
      const harness = new DeployedHarness();
      harness.repair = repairs[stage];
      for (let n = 0; n < chance; n += 1) harness.random();
      let beganAt: number | undefined;
      harness.beforeState = (state) => {
        if (state === from) beganAt ??= harness.clock.now().getTime();
      };
      const isOut = (): boolean =>
        beganAt !== undefined && harness.clock.now().getTime() < beganAt + outage.seconds * 1000;
      for (const [port, methods] of parts(harness)) {
        for (const method of methods) {
          const real: unknown = Reflect.get(port, method);
          if (typeof real !== "function") throw new Error(`no method ${method}`);
          const broken = async (...values: unknown[]): Promise<unknown> => {
            if (isOut()) throw new Error(`${method}: the service is away`);
            const response: unknown = await Reflect.apply(real, port, values);
            return response;
          };
          Object.defineProperty(port, method, { value: broken });
        }
      }
      harness.sageMaker.plans.push({
        create: "RUN",
        epochs: 4,
        startSeconds: 10,
        secondsPerEpoch: 20,
        uploadSeconds: 5,
      });
      const job = harness.addJob(1, { hyperparameters: { epochs: 4, earlyStopping: false } });
      await harness.executions.start({ sub: job.sub, jobId: job.id, attempt: 1 });
      await harness.runToTheEnd();
      const [row] = harness.trainingJobs.rows.values();
      expect({ chance, state: row?.state, failure: row?.failure }).toEqual({
        chance,
        state: "READY",
        failure: undefined,
      });
      expect(harness.artifacts.keys(trainingJobPrefix(job)).some((key) => key.endsWith("progress.jsonl"))).toBe(true);
      expectNothingLeft(harness);
    }
  },
);
