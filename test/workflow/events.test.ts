/**
 * SageMaker's state change events around the workflow: doubled, late (also after the job's end), out of order, at the same
 * time as a step, or never. The workflow monitors by itself, so that no event is needed and none does harm.
 */
import fc from "fast-check";
import { trainingJobChanged } from "../../lambdas/training/training-job-changed";
import type { RunPlan } from "../fakes/scripted-sagemaker";
import { expectNothingLeft, jobId, sub, TrainingHarness, trainingJob } from "./training-harness";

interface StateChange {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** When one change is told: after so many states of the workflow, none to many times. */
type Deliveries = readonly number[];

/** The bus between a harness's SageMaker and the function that hears of changes. */
class Events {
  /** What came of all deliveries, in their order. */
  readonly outcomes: string[] = [];
  private readonly told = new Map<string, string>();
  private readonly waiting: { readonly at: number; readonly event: StateChange }[] = [];
  private readonly underWay: Promise<void>[] = [];
  private states = 0;
  private changes = 0;

  constructor(
    private readonly harness: TrainingHarness,
    private readonly plan: readonly Deliveries[],
    /** Whether the function runs beside the workflow's step, or is waited for before it. */
    private readonly isBeside: boolean,
  ) {}

  /** Called before each state: sees what has changed, and delivers what is due. */
  readonly before = async (): Promise<void> => {
    this.states += 1;
    await this.monitor();
    for (const due of this.waiting.filter(({ at }) => at <= this.states)) {
      this.waiting.splice(this.waiting.indexOf(due), 1);
      const delivery = this.deliver(due.event);
      if (this.isBeside) this.underWay.push(delivery);
      else await delivery;
    }
  };

  /** Delivers what is left, the youngest first. */
  async finish(): Promise<void> {
    await Promise.all(this.underWay);
    await this.monitor();
    for (const { event } of this.waiting.splice(0).reverse()) await this.deliver(event);
  }

  private async monitor(): Promise<void> {
    for (const [name, { request }] of this.harness.sageMaker.trainingJobs) {
      const described = await this.harness.sageMaker.describe(name);
      const status = `${described?.status ?? ""} ${described?.secondaryStatus ?? ""}`;
      if (this.told.get(name) === status) continue;
      this.told.set(name, status);
      const event = {
        source: "aws.sagemaker",
        "detail-type": "SageMaker Training Job State Change",
        detail: {
          TrainingJobName: name,
          TrainingJobStatus: described?.status,
          SecondaryStatus: described?.secondaryStatus,
          CheckpointConfig: request.CheckpointConfig,
          OutputDataConfig: request.OutputDataConfig,
        },
      };
      const deliveries = this.plan[this.changes % Math.max(1, this.plan.length)] ?? [];
      this.changes += 1;
      this.waiting.push(...deliveries.map((delay) => ({ at: this.states + delay, event })));
    }
  }

  private async deliver(event: StateChange): Promise<void> {
    const { trainingJobs, sageMaker, work, clock, log, metrics } = this.harness;
    const response = await trainingJobChanged({
      event: JSON.parse(JSON.stringify(event)),
      stage: "dev",
      trainingJobs,
      sageMakerJobs: sageMaker,
      work,
      now: clock.now,
      log,
      metrics,
    });
    this.outcomes.push(response.outcome);
  }
}

interface Told {
  readonly plan: readonly Deliveries[];
  readonly isBeside?: boolean;
  readonly plans?: readonly RunPlan[];
  /** The state of the workflow before which the user asks for a stop. */
  readonly stopAt?: number | null;
}

/** One job's whole life. */
async function live({ plan, isBeside = false, plans = [], stopAt = null }: Told): Promise<{
  readonly harness: TrainingHarness;
  readonly outcomes: readonly string[];
}> {
  const harness = new TrainingHarness();
  harness.trainingJobs.add(trainingJob(1));
  harness.sageMaker.plans.push(...plans);
  const events = new Events(harness, plan, isBeside);
  let states = 0;
  const result = await harness.run(1, {
    before: async () => {
      if (states === stopAt) harness.trainingJobs.requestStop({ sub, id: jobId(1) });
      states += 1;
      await events.before();
    },
  });
  expect(result.status).toBe("SUCCEEDED");
  const atItsEnd = harness.row(1);
  await events.finish();
  // Whatever is told after the end changes nothing.
  expect(harness.row(1)).toEqual(atItsEnd);
  expectNothingLeft(harness);
  return { harness, outcomes: events.outcomes };
}

/** What an owner sees in the end. How often the row was written on the way is of no concern. */
function endOf(harness: TrainingHarness): unknown {
  const { version: _version, updatedAt: _updatedAt, ...row } = harness.row(1);
  return { row, models: [...harness.models.rows.keys()], creates: harness.sageMaker.creates };
}

const ends: readonly { readonly what: string; readonly plans: readonly RunPlan[] }[] = [
  { what: "completes", plans: [] },
  { what: "reaches its limit of time", plans: [{ create: "RUN", end: "MaxRuntimeExceeded", endAfterEpochs: 4 }] },
  { what: "fails", plans: [{ create: "RUN", end: "Failed", failureReason: "AlgorithmError: No.", endAfterEpochs: 3 }] },
  {
    what: "gets no capacity at first, and completes",
    plans: [{ create: "RUN", epochs: 0, end: "Failed", failureReason: "CapacityError: none" }, { create: "RUN" }],
  },
];

describe.each(ends)("a job that $what", ({ plans }) => {
  test.each<[string, readonly Deliveries[], boolean]>([
    ["told in time", [[0]], false],
    ["doubled", [[0, 0]], false],
    ["doubled, beside the workflow's steps", [[0, 0]], true],
    ["late", [[7]], false],
    ["told only after the end", [[100_000]], false],
    ["out of order", [[9], [0], [4], [1]], false],
    ["told now and again later", [[0, 3, 100_000]], true],
    ["dropped but for some", [[], [], [0]], false],
  ])("ends the same with every event %s", async (_, plan, isBeside) => {
    const { harness: alone, outcomes: none } = await live({ plan: [[]], plans });
    expect(none).toEqual([]);
    const { harness, outcomes } = await live({ plan, isBeside, plans });
    expect(outcomes.length).toBeGreaterThan(0);
    expect(endOf(harness)).toEqual(endOf(alone));
  });
});

test("without any event the workflow carries the job alone, and a user's stop, too", async () => {
  const { harness } = await live({ plan: [] });
  expect(harness.row(1)).toMatchObject({ state: "READY", modelId: jobId(1), progress: { epoch: 10, percent: 100 } });
  const { harness: stopped } = await live({ plan: [], stopAt: 12 });
  expect(stopped.row(1)).toMatchObject({ state: "STOPPED", endReason: "USER_STOP" });
});

test("an event of the present launch makes the row fresher; one of an earlier launch, or of another's job, is not heard", async () => {
  const capacity = ends.find(({ plans }) => plans.length === 2)?.plans ?? [];
  const { outcomes } = await live({ plan: [[0, 25]], plans: capacity });
  expect(new Set(outcomes)).toEqual(new Set(["MONITORED", "NOT_OURS", "ALREADY_FINAL"]));
});

test("whatever is told and whenever, the job ends as it would have", async () => {
  const deliveries = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(100_000)), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(deliveries, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      fc.constantFrom(...ends),
      fc.option(fc.integer({ min: 0, max: 40 })),
      async (plan, isBeside, { plans }, stopAt) => {
        const { harness: alone } = await live({ plan: [], plans, stopAt });
        const { harness } = await live({ plan, isBeside, plans, stopAt });
        expect(endOf(harness)).toEqual(endOf(alone));
      },
    ),
    { numRuns: 150 },
  );
});
