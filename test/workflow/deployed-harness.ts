/**
 * A harness as it is deployed: many executions at once, the rule on their end, and the reconciler, all in virtual time.
 */
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import type { ExecutionStatus, WorkflowExecutions, WorkflowInput } from "../../lambdas/aws/workflow-executions";
import { reconcileOpenWork, reconcilePatience } from "../../lambdas/open-work/reconcile-open-work";
import type { TrainingJobItem } from "../../lambdas/stores/items";
import { type EndedStatus, workflowEnded } from "../../lambdas/training/workflow-ended";
import { executionName } from "../../naming/resource-names";
import { VirtualTime } from "../fakes/virtual-time";
import { type ExecutionResult, runExecution } from "./asl-interpreter";
import { readDefinition, type StepName, stepNames, TrainingHarness, trainingJob } from "./training-harness";

interface Execution {
  readonly input: WorkflowInput;
  result: ExecutionResult | undefined;
  /** Epoch milliseconds. */
  endedAt: number | undefined;
  aborted: boolean;
}

/** ULIDs in order, for any number of jobs. */
export const manyJobIds = (n: number): string => `01K${String(n).padStart(23, "0")}`;

/** How ended executions are repaired: on AWS a rule tells of them at once; the local cloud has none and reconciles often. */
export const repairs = {
  aws: { hasRule: true, reconcileSeconds: 300, patience: reconcilePatience.aws },
  local: { hasRule: false, reconcileSeconds: 3, patience: reconcilePatience.local },
} as const;
const maxDays = 20;
const definition = readDefinition();

export class DeployedHarness extends TrainingHarness {
  readonly time = new VirtualTime(this.clock);
  readonly started = new Map<string, Execution>();
  /** When each job became final, epoch milliseconds. */
  readonly finalAt = new Map<string, number>();
  /** When a step of any execution first threw, epoch milliseconds. */
  firstThrowAt: number | undefined;
  repair: (typeof repairs)[keyof typeof repairs] = repairs.aws;
  /** Whether a step throws now. */
  failsNow: (step: StepName, input: WorkflowInput) => "BEFORE" | "AFTER" | undefined = () => undefined;
  /** Called before each state of any execution. */
  beforeState: (state: string, input: WorkflowInput) => void = () => undefined;

  addJob(n: number, more: Partial<TrainingJobItem> = {}): TrainingJobItem {
    const id = manyJobIds(n);
    const instant = this.clock.now().toISOString();
    const job = trainingJob(n, {
      id,
      createdAt: instant,
      updatedAt: instant,
      openWorkOwner: `${more.sub ?? "u"}#${id}`,
      ...more,
    });
    this.trainingJobs.add(job);
    return job;
  }

  readonly executions: WorkflowExecutions = {
    start: async (input) => {
      const name = `${input.jobId}-${input.attempt}`;
      if (this.started.has(name)) return;
      const execution: Execution = { input, result: undefined, endedAt: undefined, aborted: false };
      this.started.set(name, execution);
      void this.execute(execution);
    },
    status: async ({ jobId, attempt }): Promise<ExecutionStatus> => {
      const execution = this.started.get(`${jobId}-${attempt}`);
      if (execution === undefined) return "NOT_STARTED";
      if (execution.result === undefined) return "RUNNING";
      if (execution.result.status !== "FAILED") return "CUT_OFF";
      return execution.result.error === "StepFailed" ? "STEP_FAILED" : "FAILED";
    },
  };

  /** As an operator, or a restart of the local cloud, ends what runs. */
  abortAll(): void {
    for (const execution of this.started.values()) if (execution.result === undefined) execution.aborted = true;
  }

  private async execute(execution: Execution): Promise<void> {
    const { input } = execution;
    execution.result = await runExecution({
      definition,
      clock: this.clock,
      sleep: this.time.sleep,
      random: this.random,
      input: { ...input },
      before: (state) => {
        this.beforeState(state, input);
      },
      abortAt: () => execution.aborted,
      task: async (name, event) => {
        const step = stepNames.find((candidate) => candidate === name);
        if (step === undefined) throw new Error(`no step ${name}`);
        try {
          return await this.task(step, event, () => this.failsNow(step, input));
        } catch (error) {
          this.firstThrowAt ??= this.clock.now().getTime();
          throw error;
        }
      },
    });
    execution.endedAt = this.clock.now().getTime();
    const { status } = execution.result;
    if (status !== "SUCCEEDED" && this.repair.hasRule) await this.onEnd(input, status);
  }

  /** The rule on execution status. What it throws is tried again by Lambda, and left to the reconciler then. */
  private async onEnd(input: WorkflowInput, status: EndedStatus): Promise<void> {
    const time = this.clock.now().toISOString();
    const event = { time, detail: { name: executionName(input), status, input: JSON.stringify(input) } };
    for (const secondsToNextTry of [60, 120, undefined]) {
      try {
        await workflowEnded({
          ...this.finalizingPorts(),
          executions: this.executions,
          withinTime: async (_, work) => await work,
          event,
        });
        return;
      } catch (error) {
        this.log.error("the rule's function failed", { reason: String(error) });
        if (secondsToNextTry !== undefined) await this.time.sleep(secondsToNextTry);
      }
    }
  }

  async reconcile() {
    return await reconcileOpenWork({
      ...this.finalizingPorts(),
      compositions: this.compositions,
      queue: { send: async () => undefined },
      datasetVersions: this.stores.datasetVersions,
      freezingQueue: { send: async () => undefined },
      executions: this.executions,
      pendingChanges: this.stores.pendingChanges,
      removal: { ...this.stores, artifacts: this.artifacts, work: this.work },
      patience: this.repair.patience,
      withinTime: async (_, work) => await work,
      deadline: new Date(this.clock.now().getTime() + 180_000),
    });
  }

  private isOver(): boolean {
    for (const row of this.trainingJobs.rows.values()) {
      if (isFinalTrainingJobState(row.state)) {
        if (!this.finalAt.has(row.id)) this.finalAt.set(row.id, this.clock.now().getTime());
      }
    }
    const isOpen = [...this.trainingJobs.rows.values()].some(({ state }) => !isFinalTrainingJobState(state));
    return !isOpen && [...this.started.values()].every(({ result }) => result !== undefined);
  }

  /** Until every job is final and no execution runs. @throws when that takes twenty days */
  async runToTheEnd(): Promise<void> {
    let over = false;
    const reconciler = async (): Promise<void> => {
      while (!over) {
        await this.time.sleep(this.repair.reconcileSeconds);
        // On a schedule: one that fails comes again with the next.
        await this.reconcile().catch((error: unknown) => {
          this.log.error("the reconciler failed", { reason: String(error) });
        });
      }
    };
    const reconciling = reconciler();
    const latest = this.clock.now().getTime() + maxDays * 86_400_000;
    await this.time.pass(() => {
      over = this.isOver();
      if (this.clock.now().getTime() > latest) throw new Error("the harness does not come to rest");
      return over;
    });
    // One more reconciliation, which finds nothing to do but slots that were left.
    await this.time.pass(() => false);
    await reconciling;
  }
}
