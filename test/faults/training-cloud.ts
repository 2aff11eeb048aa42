/**
 * The training plane in memory, with all its functions: the real definition and the real steps, and around them the
 * outbox, the rule on ended executions, SageMaker's state change events and the reconciler, each on its schedule. Time
 * is virtual. Every call of a port may break.
 */
import { isFinalTrainingJobState, isLegalTrainingJobTransition } from "../../domain/states/training-job-state";
import type { ExecutionStatus, WorkflowExecutions, WorkflowInput } from "../../lambdas/aws/workflow-executions";
import { dispatchWork } from "../../lambdas/open-work/dispatch-work";
import { reconcileOpenWork, reconcilePatience } from "../../lambdas/open-work/reconcile-open-work";
import type { FileRemoval } from "../../lambdas/resources/resource-files";
import type { TrainingJobItem } from "../../lambdas/stores/items";
import type { WithinTime } from "../../lambdas/training/time-limit";
import { trainingJobChanged } from "../../lambdas/training/training-job-changed";
import { workflowEnded } from "../../lambdas/training/workflow-ended";
import { modelPrefix, trainingJobPrefix } from "../../naming/object-keys";
import { executionName } from "../../naming/resource-names";
import { functionSeconds, pendingChangeGraceSeconds } from "../../naming/time-limits";
import type { VirtualClock } from "../fakes/clock";
import { type ExecutionResult, runExecution } from "../workflow/asl-interpreter";
import { readDefinition, stepFolders, stepNames, sub, TrainingHarness } from "../workflow/training-harness";
import { type CallTarget, type DeliveryFault, FaultInjector } from "./fault-injector";
import { faultsOfText } from "./outcomes";
import { streamImage } from "./stream-image";

/** Delivers one invocation of a step otherwise than once. */
export interface DeliveryTarget {
  readonly actor: string;
  readonly invocation: number;
  readonly fault: DeliveryFault;
}

export interface TrainingCloudOptions {
  readonly call?: CallTarget | undefined;
  readonly delivery?: DeliveryTarget | undefined;
  /** The stream's record of the new row is lost. */
  readonly isDispatchLost?: boolean;
  /** The event that the execution has ended is lost. */
  readonly isEndLost?: boolean;
  /** An operator aborts the execution when it comes to this state: each attempt's, or the first one's alone. */
  readonly abortAt?: string;
  readonly isAbortedOnce?: boolean;
  /** The user asks for a stop before the nth state of the execution, from 0. */
  readonly stopAt?: number;
}

const reconcileEverySeconds = 300;
/** Every row is final so long after the execution, or the training, has ended. */
const finalizedWithinSeconds = 1_200;
/** By then the reconciler has removed what was begun and not ended: files of a model that was never added, say. */
const finishedWithinSeconds = pendingChangeGraceSeconds + 2 * reconcileEverySeconds + finalizedWithinSeconds;
const deliveries = 3;

const definition = readDefinition();

/** A function that hangs is ended by its own time-out, which comes before that of its state. */
function timeOutOf(actor: string): number {
  const step = stepNames.find((name) => name === actor);
  return step === undefined ? 60 : functionSeconds[stepFolders[step]];
}

/** The table takes no number that it could not give back. */
function refuseUnsafeNumbers(value: unknown): void {
  if (typeof value === "number" && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
    throw new Error(`Number ${value} is greater than Number.MAX_SAFE_INTEGER.`);
  }
  if (typeof value === "object" && value !== null) Object.values(value).forEach(refuseUnsafeNumbers);
}

function refusingUnsafeNumbers<Port extends object>(port: Port): Port {
  return new Proxy(port, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      // The others are left alone: a list of open rows is an async iterable and no promise.
      if (typeof value !== "function" || (property !== "advance" && property !== "finish")) return value;
      return async (...values: unknown[]): Promise<unknown> => {
        refuseUnsafeNumbers(values);
        const response: unknown = await Reflect.apply(value, target, values);
        return response;
      };
    },
  });
}

/** What a function is given and is no port. */
const noPorts: ReadonlySet<string> = new Set(["log", "metrics", "settings", "input"]);

export class TrainingCloud {
  readonly harness: TrainingHarness;
  readonly injector: FaultInjector;
  readonly results: ExecutionResult[] = [];
  /** What else happens before a state of the execution. */
  before: (state: string) => void = () => undefined;

  private readonly clock: VirtualClock;
  private readonly executions: WorkflowExecutions;
  private readonly queued: WorkflowInput[] = [];
  private readonly statuses = new Map<string, ExecutionStatus>();
  private readonly toldStatuses = new Map<string, string>();
  private reconciledAt = 0;
  private states = 0;
  private isStopTold = false;
  /** While an execution runs, other functions work beside it: what hangs in them takes none of its time. */
  private isExecuting = false;
  private readonly later: (() => Promise<void>)[] = [];

  constructor(
    private readonly options: TrainingCloudOptions = {},
    harness: TrainingHarness = new TrainingHarness(),
  ) {
    this.harness = harness;
    this.clock = harness.clock;
    this.injector = new FaultInjector(options.call, (actor) => {
      const isStep = stepNames.some((step) => step === actor);
      if (isStep || !this.isExecuting) this.clock.advance(timeOutOf(actor));
    });
    const plain = harness.finalizingPorts;
    const watched = (): object =>
      Object.fromEntries(
        Object.entries(plain()).map(([name, port]) => [
          name,
          typeof port === "object" && !noPorts.has(name)
            ? this.injector.watched(name, name === "trainingJobs" ? refusingUnsafeNumbers(port) : port)
            : port,
        ]),
      );
    Object.defineProperty(harness, "finalizingPorts", { value: watched });
    this.executions = this.injector.watched("executions", {
      start: async (input: WorkflowInput) => {
        const name = executionName(input);
        if (this.statuses.has(name)) return;
        this.statuses.set(name, "RUNNING");
        this.queued.push(input);
      },
      status: async (input: WorkflowInput) => this.statuses.get(executionName(input)) ?? "NOT_STARTED",
    });
  }

  private readonly withinTime: WithinTime = async (seconds, work) =>
    await this.injector.inTime(work, () => {
      if (!this.isExecuting) this.clock.advance(seconds);
    });

  /** As the reconciler removes files. */
  private get removal(): Required<FileRemoval> {
    const { artifacts, work, stores } = this.harness;
    return {
      artifacts: this.injector.watched("artifacts", artifacts),
      work: this.injector.watched("work", work),
      datasetFiles: stores.datasetFiles,
      datasetVersions: stores.datasetVersions,
      models: stores.models,
    };
  }

  private get seconds(): number {
    return this.clock.now().getTime() / 1000;
  }

  /** Makes a job, and lives on until nothing happens any more. */
  async live(job: TrainingJobItem): Promise<void> {
    this.harness.trainingJobs.add(job);
    this.reconciledAt = this.seconds;
    if (this.options.isDispatchLost !== true) {
      await this.deliverRecord({ eventName: "INSERT", dynamodb: { NewImage: streamImage(job) } });
    }
    let quietSince = this.seconds;
    while (this.seconds <= quietSince + finishedWithinSeconds) {
      const input = this.queued.shift();
      if (input !== undefined) {
        await this.execute(input);
        for (const again of this.later.splice(0)) await again();
        quietSince = this.seconds;
        continue;
      }
      // A training that somebody still has to stop is not quiet.
      if (this.harness.sageMaker.running().length > 0) quietSince = Math.min(this.seconds, quietSince + 60);
      if (this.isQuiet()) break;
      const isOpen = [...this.harness.trainingJobs.rows.values()].some(({ state }) => !isFinalTrainingJobState(state));
      if (isOpen && this.seconds > quietSince + finalizedWithinSeconds) break;
      this.clock.advance(60);
      await this.tellChanges();
      await this.reconcileWhenDue();
    }
  }

  private isQuiet(): boolean {
    return this.problems().length === 0;
  }

  private async execute(input: WorkflowInput): Promise<void> {
    const { abortAt, isAbortedOnce = false } = this.options;
    const isAborted = abortAt !== undefined && !(isAbortedOnce && this.results.length > 0);
    let ranBefore: (() => Promise<void>) | undefined;
    this.isExecuting = true;
    const result = await runExecution({
      definition,
      clock: this.clock,
      random: this.harness.random,
      input: { ...input },
      before: async (state) => {
        this.before(state);
        if (this.states === this.options.stopAt) await this.requestStop(input);
        this.states += 1;
        if (definition.States[state]?.Type !== "Task") return;
        await this.tellChanges();
        await this.reconcileWhenDue();
      },
      ...(isAborted ? { abortAt: (state: string) => state === abortAt } : {}),
      task: async (name, event) => {
        const step = stepNames.find((candidate) => candidate === name);
        if (step === undefined) throw new Error(`no step ${name}`);
        const once = async (): Promise<unknown> =>
          await this.injector.invoke(step, async () => await this.harness.task(step, event));
        const anyhow = async (): Promise<void> => {
          await once().catch(() => undefined);
        };
        const { delivery } = this.options;
        const isHit = delivery?.actor === step && delivery.invocation === this.injector.invocationsOf(step) + 1;
        const due = ranBefore;
        ranBefore = undefined;
        try {
          if (!isHit) return await once();
          this.injector.struck = true;
          if (delivery.fault === "TWICE") {
            await anyhow();
            return await once();
          }
          if (delivery.fault === "TWICE_AT_ONCE") {
            const [response] = await Promise.all([once(), anyhow()]);
            return response;
          }
          // After the next step, and once more after the end.
          ranBefore = anyhow;
          this.later.push(anyhow);
          return await once();
        } finally {
          await due?.();
        }
      },
    });
    this.isExecuting = false;
    this.results.push(result);
    const hasFailed = result.status === "FAILED";
    const ending = result.error === "StepFailed" ? "STEP_FAILED" : "FAILED";
    this.statuses.set(executionName(input), hasFailed ? ending : "CUT_OFF");
    if (result.status !== "SUCCEEDED" && this.options.isEndLost !== true) await this.deliverEnd(input, result.status);
  }

  private async deliverEnd(input: WorkflowInput, status: ExecutionResult["status"]): Promise<void> {
    const time = this.clock.now().toISOString();
    const event = { time, detail: { name: executionName(input), status, input: JSON.stringify(input) } };
    await this.deliver("WorkflowEnded", async () => {
      await workflowEnded({
        ...this.harness.finalizingPorts(),
        executions: this.executions,
        withinTime: this.withinTime,
        event,
      });
    });
  }

  /** As the API does it, and the stream tells it. */
  private async requestStop({ sub: owner, jobId }: WorkflowInput): Promise<void> {
    const OldImage = streamImage(this.rowOf(jobId));
    if (this.isStopTold || !this.harness.trainingJobs.requestStop({ sub: owner, id: jobId })) return;
    this.isStopTold = true;
    const NewImage = streamImage(this.rowOf(jobId));
    await this.deliverRecord({ eventName: "MODIFY", dynamodb: { NewImage, OldImage } });
  }

  private async deliverRecord(record: object): Promise<void> {
    await this.deliver("DispatchWork", async () => {
      const { sageMakerJobs, log, metrics } = this.harness.finalizingPorts();
      await dispatchWork({
        records: [record],
        compositionQueue: { send: async () => undefined },
        freezingQueue: { send: async () => undefined },
        executions: this.executions,
        sageMakerJobs,
        failures: this.injector.watched("failures", { keep: async () => undefined }),
        log,
        metrics,
      });
    });
  }

  private async tellChanges(): Promise<void> {
    for (const [name, { request }] of this.harness.sageMaker.trainingJobs) {
      const described = await this.harness.sageMaker.describe(name);
      const status = `${described?.status ?? ""} ${described?.secondaryStatus ?? ""}`;
      if (this.toldStatuses.get(name) === status) continue;
      this.toldStatuses.set(name, status);
      const { CheckpointConfig, OutputDataConfig } = request;
      const time = this.clock.now().toISOString();
      const event = { time, detail: { TrainingJobName: name, CheckpointConfig, OutputDataConfig } };
      await this.deliver("TrainingJobChanged", async () => {
        await trainingJobChanged({ ...this.harness.finalizingPorts(), event, stage: "dev" });
      });
    }
  }

  private async reconcileWhenDue(): Promise<void> {
    if (this.seconds - this.reconciledAt < reconcileEverySeconds) return;
    this.reconciledAt = this.seconds;
    const { harness, injector } = this;
    // On a schedule: one that fails comes again with the next.
    await injector
      .invoke("ReconcileOpenWork", async () => {
        await reconcileOpenWork({
          ...harness.finalizingPorts(),
          compositions: harness.compositions,
          queue: { send: async () => undefined },
          datasetVersions: harness.stores.datasetVersions,
          freezingQueue: { send: async () => undefined },
          executions: this.executions,
          pendingChanges: injector.watched("pendingChanges", harness.stores.pendingChanges),
          removal: this.removal,
          withinTime: this.withinTime,
          patience: reconcilePatience.aws,
          deadline: new Date(this.clock.now().getTime() + 45_000),
        });
      })
      .catch(() => undefined);
  }

  /** As an asynchronous invocation: tried again when it fails, and given up. */
  private async deliver(actor: string, work: () => Promise<void>): Promise<void> {
    for (let delivery = 1; delivery <= deliveries; delivery += 1) {
      try {
        await this.injector.invoke(actor, work);
        return;
      } catch {
        // AWS waits a minute before the second try, and two more before the third.
        if (!this.isExecuting) this.clock.advance(60 * delivery);
      }
    }
  }

  rowOf(id: string): TrainingJobItem {
    const row = this.harness.trainingJobs.rows.get(`${sub}/${id}`);
    if (row === undefined) throw new Error(`no job ${id}`);
    return row;
  }

  /** What is stuck, doubled, leaked or lost. */
  problems(): readonly string[] {
    const { trainingJobs, slots, tickets, sageMaker, artifacts } = this.harness;
    const found: string[] = [];
    const check = (isWell: boolean, problem: string): void => {
      if (!isWell) found.push(problem);
    };
    const open = [...trainingJobs.rows.values()].filter(({ state }) => !isFinalTrainingJobState(state));
    check(
      trainingJobs.openNow() === open.length,
      `the quota counts ${trainingJobs.openNow()}, open are ${open.length}`,
    );
    for (const row of trainingJobs.rows.values()) {
      const isFinal = isFinalTrainingJobState(row.state);
      check(isFinal, `stuck: the row stays ${row.state}`);
      check(!isFinal || row.openWork === undefined, "stuck: the final row still counts as open work");
      check(
        (row.failure !== undefined) === (row.state === "FAILED"),
        `a row that is ${row.state} and a failure disagree`,
      );
      if (row.failure !== undefined) found.push(...faultsOfText(row.failure));
      const model = this.harness.models.rows.get(`${sub}/${row.id}`);
      check((model === undefined) === (row.modelId === undefined), "the job and the models disagree about a model");
      const files = artifacts.keys(modelPrefix({ sub, id: row.id })).length;
      if (model === undefined) check(files === 0, `leaked: ${files} files of a model that nobody has`);
      else check(files === 2, `lost: a model of ${files} files`);
      const quota = { models: model === undefined && isFinal ? 0 : 1, trainingJobs: 1, storedBytes: model?.bytes ?? 0 };
      for (const [counter, counted] of Object.entries(trainingJobs.quotaNow())) {
        const rows = Object.entries(quota).find(([name]) => name === counter)?.[1];
        check(counted === rows, `the quota counts ${counted} ${counter}, there are ${rows ?? 0}`);
      }
      const kept = artifacts.keys(trainingJobPrefix(row)).some((key) => key.endsWith("progress.jsonl"));
      check(!isFinal || row.progress.epoch === 0 || kept, "lost: the progress was not kept");
    }
    for (const { of, state } of this.harness.stores.pending())
      check(false, `stuck: a change of a ${of} stays ${state}`);
    check(slots.heldNow().size === 0, `leaked: ${slots.heldNow().size} slots`);
    check(tickets.waitingNow().size === 0, `leaked: ${tickets.waitingNow().size} tickets`);
    check(sageMaker.running().length === 0, `leaked: ${sageMaker.running().length} training jobs run on`);
    check(
      sageMaker.maxConcurrent <= this.harness.settings.slots,
      `doubled: ${sageMaker.maxConcurrent} trainings at once`,
    );
    for (const states of trainingJobs.history.values()) {
      for (const [index, to] of states.slice(1).entries()) {
        const from = states[index] ?? "READY";
        check(isLegalTrainingJobTransition(from, to), `the row went from ${from} to ${to}`);
      }
    }
    return found;
  }
}
