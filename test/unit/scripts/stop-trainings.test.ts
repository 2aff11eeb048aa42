/** What `npm run stop-all` does with the rows, jobs and executions of a stage. */
import type { TrainingJobItem } from "../../../lambdas/stores/items";
import { doneWith, stale } from "../../../lambdas/stores/outcome";
import {
  stopTrainings,
  type StopTrainingsParams,
  type TrainingOfStage,
} from "../../../scripts/stop-all/stop-trainings";
import { alice, trainingJob } from "../api/support/items";

/** A stage in memory: `turn` says what happens between two of the command's turns. */
class FakeStage {
  readonly rows = new Map<string, TrainingJobItem | "unreadable">();
  readonly trainings = new Map<string, { stopping: boolean }>();
  readonly executions = new Set<string>();
  readonly did: string[] = [];
  readonly told: string[] = [];
  /** A change that somebody else makes first, once. */
  overtaken = false;
  private milliseconds = 0;

  readonly stage: TrainingOfStage = {
    rows: {
      listOpen: () => this.open(),
      get: async ({ id }) => {
        const row = await Promise.resolve(this.rows.get(id));
        if (row === "unreadable") throw new Error("the row cannot be read");
        return row;
      },
      change: async (item, changes) => {
        await Promise.resolve();
        if (this.overtaken) {
          this.overtaken = false;
          return stale;
        }
        this.did.push(`row ${item.id}`);
        const changed = { ...item, ...changes };
        this.rows.set(item.id, changed);
        return doneWith(changed);
      },
    },
    listTrainings: async () =>
      await Promise.resolve([...this.trainings].map(([name, { stopping }]) => ({ name, stopping }))),
    stopTraining: async (name) => {
      this.did.push(`job ${name}`);
      await Promise.resolve(this.trainings.set(name, { stopping: true }));
    },
    listExecutions: async () =>
      await Promise.resolve([...this.executions].map((name) => ({ name, arn: `arn:${name}` }))),
    stopExecution: async (arn) => {
      this.did.push(`execution ${arn}`);
      await Promise.resolve(this.executions.delete(arn.slice("arn:".length)));
    },
  };

  private async *open() {
    await Promise.resolve();
    for (const id of this.rows.keys()) yield { sub: alice, id };
  }

  async stop(turn: (seconds: number) => void, more: Partial<StopTrainingsParams> = {}) {
    return await stopTrainings({
      stage: this.stage,
      report: (line) => this.told.push(line),
      now: () => this.milliseconds,
      wait: async (milliseconds) => {
        this.milliseconds += milliseconds;
        await Promise.resolve();
        turn(this.milliseconds / 1000);
      },
      executionPatience: 60_000,
      patience: 600_000,
      ...more,
    });
  }
}

let fake: FakeStage;
let job: TrainingJobItem;
beforeEach(() => {
  fake = new FakeStage();
  job = trainingJob({ state: "TRAINING" });
  fake.rows.set(job.id, job);
  fake.trainings.set("job-1", { stopping: false });
  fake.executions.add("run-1");
});
/** The workflow of the job sees that the training has ended, and finalizes the row. */
const endByItself = (): void => {
  fake.trainings.clear();
  fake.executions.clear();
  fake.rows.clear();
};

test("the row is asked before SageMaker, and a workflow that ends by itself is not aborted", async () => {
  const left = await fake.stop((seconds) => {
    if (seconds === 30) endByItself();
  });
  expect(left).toEqual({ open: [], trainings: [], executions: [] });
  expect(fake.did).toEqual([`row ${job.id}`, "job job-1"]);
  expect(fake.told).toEqual(["0 s: 1 training jobs at SageMaker, 1 executions of the workflow, 1 open rows"]);
});

test("an execution that goes on without a training is aborted when its patience is over", async () => {
  const left = await fake.stop((seconds) => {
    if (seconds === 20) fake.trainings.clear();
    if (fake.executions.size === 0) fake.rows.clear();
  });
  expect(left.executions).toEqual([]);
  expect(fake.did.at(-1)).toBe("execution arn:run-1");
  expect(fake.told.at(-1)).toBe("the execution run-1 does not end by itself: it is aborted");
});

test("a training that begins meanwhile is stopped, too", async () => {
  await fake.stop((seconds) => {
    if (seconds === 10) fake.trainings.set("job-2", { stopping: false });
    if (seconds === 40) endByItself();
  });
  expect(fake.did).toEqual([`row ${job.id}`, "job job-1", "job job-2"]);
});

test("a row that somebody changes in the same moment is asked again", async () => {
  fake.overtaken = true;
  await fake.stop((seconds) => {
    if (seconds === 20) endByItself();
  });
  expect(fake.did.filter((what) => what.startsWith("row"))).toEqual([`row ${job.id}`]);
});

test("a row that cannot be read is told, and keeps nothing else running", async () => {
  fake.rows.set("UNREADABLE", "unreadable");
  const left = await fake.stop((seconds) => {
    if (seconds === 20) {
      fake.trainings.clear();
      fake.executions.clear();
      fake.rows.delete(job.id);
    }
  });
  expect(left.open).toEqual([{ sub: alice, id: "UNREADABLE" }]);
  expect(fake.did).toContain("job job-1");
  expect(fake.told.filter((line) => line.includes("UNREADABLE could not be asked to stop"))).toHaveLength(1);
});

test("what does not end is returned when the patience is over", async () => {
  const left = await fake.stop(() => undefined, { patience: 30_000 });
  expect(left.trainings).toEqual([{ name: "job-1", stopping: true }]);
});

test("without table and workflow, as after a destroy that was cut off, the jobs at SageMaker are stopped all the same", async () => {
  const stage: TrainingOfStage = {
    ...fake.stage,
    rows: undefined,
    listExecutions: async () => await Promise.resolve([]),
  };
  await fake.stop(
    () => {
      fake.trainings.clear();
    },
    { stage },
  );
  expect(fake.did).toEqual(["job job-1"]);
});
