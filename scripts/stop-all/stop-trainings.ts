/** Ends all training of a stage: the rows first, then the jobs at SageMaker, then executions that do not end by themselves. */
import type { TrainingJobs } from "../../lambdas/stores/training-jobs";
import { requestStop } from "../../lambdas/training/request-stop";
import type { OwnedBy } from "../../naming/object-keys";

/** A training job at SageMaker that has not ended. */
export interface RunningTraining {
  readonly name: string;
  /** True: SageMaker has been asked to stop it. */
  readonly stopping: boolean;
}

/** An execution of the training workflow that has not ended. */
export interface RunningExecution {
  readonly name: string;
  readonly arn: string;
}

/** The parts of a stage that training runs on. After a destroy that was cut off, table and workflow may be missing. */
export interface TrainingOfStage {
  readonly rows: Pick<TrainingJobs, "listOpen" | "get" | "change"> | undefined;
  listTrainings(): Promise<readonly RunningTraining[]>;
  stopTraining(name: string): Promise<void>;
  listExecutions(): Promise<readonly RunningExecution[]>;
  stopExecution(arn: string): Promise<void>;
}

/** What runs at one moment. */
export interface RunningWork {
  readonly open: readonly OwnedBy[];
  readonly trainings: readonly RunningTraining[];
  readonly executions: readonly RunningExecution[];
}

/** Returns what runs now. Trainings cost money; rows and executions begin new ones. */
export async function findRunningWork(stage: TrainingOfStage): Promise<RunningWork> {
  const open: OwnedBy[] = [];
  for await (const job of stage.rows?.listOpen() ?? []) open.push(job);
  const [trainings, executions] = await Promise.all([stage.listTrainings(), stage.listExecutions()]);
  return { open, trainings, executions };
}

export const isNothing = ({ open, trainings, executions }: RunningWork): boolean =>
  open.length === 0 && trainings.length === 0 && executions.length === 0;

/** Returns a sentence on what runs. */
export const describeWork = ({ open, trainings, executions }: RunningWork): string =>
  `${trainings.length} training jobs at SageMaker, ${executions.length} executions of the workflow, ${open.length} open rows`;

export interface StopTrainingsParams {
  readonly stage: TrainingOfStage;
  readonly report: (line: string) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  /**
   * Milliseconds for which an execution may go on when no training runs any more. Its next monitoring turn ends it,
   * which is at most about a minute away.
   */
  readonly executionPatience: number;
  /** Milliseconds after which the command gives up. */
  readonly patience: number;
}

const turnMilliseconds = 5_000;

/**
 * Stops everything and waits until it has ended.
 *
 * A row is asked to stop as its owner's request would ask, so that a job keeps the model that it has, and so that no
 * repair begins another attempt. Executions are aborted only if they do not end by themselves.
 *
 * @returns what still runs when the patience is over, which is nothing if all has ended
 */
export async function stopTrainings(params: StopTrainingsParams): Promise<RunningWork> {
  const { stage, report, now, wait, executionPatience, patience } = params;
  const began = now();
  let withoutTraining: number | undefined;
  let told = "";
  const unreadable = new Set<string>();
  for (;;) {
    const work = await findRunningWork(stage);
    if (isNothing(work) || now() - began >= patience) return work;
    const line = describeWork(work);
    if (line !== told) report(`${Math.round((now() - began) / 1000)} s: ${line}`);
    told = line;
    for (const job of work.open) {
      if (stage.rows === undefined || unreadable.has(job.id)) continue;
      try {
        await stopRow(stage.rows, job);
      } catch (error) {
        // A row that cannot be read must not keep the others running. The reconciler ends it.
        report(`the row of the training job ${job.id} could not be asked to stop: ${String(error)}`);
        unreadable.add(job.id);
      }
    }
    for (const { name, stopping } of work.trainings) if (!stopping) await stage.stopTraining(name);
    withoutTraining = work.trainings.length > 0 ? undefined : (withoutTraining ?? now());
    if (withoutTraining !== undefined && now() - withoutTraining >= executionPatience) {
      for (const { name, arn } of work.executions) {
        report(`the execution ${name} does not end by itself: it is aborted`);
        await stage.stopExecution(arn);
      }
    }
    await wait(turnMilliseconds);
  }
}

/**
 * Asks for the stop of a row, unless it has ended meanwhile. If somebody else changed it in the same moment, the next
 * turn asks again.
 */
async function stopRow(rows: NonNullable<TrainingOfStage["rows"]>, job: OwnedBy): Promise<void> {
  const item = await rows.get(job);
  if (item === undefined || item.state === "READY" || item.state === "FAILED") return;
  await requestStop({ item, trainingJobs: rows });
}
