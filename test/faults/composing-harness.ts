/**
 * The composing plane in memory: the whole API, the outbox, a queue that delivers again, the worker, the endpoint and the
 * reconciler, on one table and one bucket. Time is virtual. Every call of a port may break.
 */
import { type QuotaAmounts, quotaCounterSchema } from "../../domain/schemas/user-quotas";
import { isFinalCompositionState } from "../../domain/states/composition-state";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import type { Invocation } from "../../lambdas/aws/endpoint-invoker";
import { executeComposition, retrySeconds } from "../../lambdas/compositions/execute-composition";
import { dispatchWork } from "../../lambdas/open-work/dispatch-work";
import { reconcileOpenWork, reconcilePatience } from "../../lambdas/open-work/reconcile-open-work";
import { readItem } from "../../lambdas/stores/item-codec";
import { type CompositionItem, quotaHeld, ratingTotalsItemSchema } from "../../lambdas/stores/items";
import { ratingCounts } from "../../lambdas/stores/ratings";
import {
  compositionMidiKey,
  compositionScoreKey,
  modelCardFile,
  modelFile,
  modelPrefix,
  trackKey,
} from "../../naming/object-keys";
import { kindPrefix, ratingsPartition, sortKey } from "../../naming/table-keys";
import { pendingChangeGraceSeconds } from "../../naming/time-limits";
import { VirtualClock } from "../fakes/clock";
import { CollectingLog, CollectingMetrics } from "../fakes/telemetry";
import { openPlaces } from "../support/open-places";
import { type ComposerApi, composerApi, now as apiNow } from "../unit/api/support/composer-api";
import type { Call, Reply } from "../unit/api/support/documented-api";
import { alice } from "../unit/api/support/items";
import { TrainingHarness } from "../workflow/training-harness";
import { type CallTarget, CutOff, type DeliveryFault, FaultInjector } from "./fault-injector";
import { faultsOfText } from "./outcomes";
import { streamImage } from "./stream-image";

/**
 * After everything else is quiet: what was cut off is finished when its grace is over, by the next reconciliation or
 * the one after.
 */
const finishedWithinSeconds = pendingChangeGraceSeconds + 600;

/** Of the queue, and how often it delivers: as lib/constructs/composition-work.ts sets them. */
const visibilitySeconds = 120;
const maxDeliveries = 20;
const reconcileEverySeconds = 300;
const quietWithinSeconds = 2 * 3_600;
const timeOuts: Readonly<Record<string, number>> = { ExecuteComposition: 90, DispatchWork: 60, ReconcileOpenWork: 240 };
const apiTimeOut = 10;

interface Message {
  readonly sub: string;
  readonly compositionId: string;
  visibleAt: number;
  firstDeliveredAt: Date | undefined;
  deliveries: number;
}

/** What a model's container responds when all is well. */
export const responseOf = (composition: CompositionItem, more: object = {}): Invocation => ({
  kind: "RESPONSE",
  body: new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 1,
      technique: composition.technique,
      modelSha256: composition.model?.sha256,
      tracks: [{ name: "Bass", program: 32, notes: [{ onset: 0, duration: 4, pitch: 40, velocity: 80 }] }],
      metrics: { emptyBarRate: 0 },
      seconds: 0.1,
      ...more,
    }),
  ),
});

/** The methods that an object has of its own: those of a fake that are the port's. */
const methodsOf = (port: object): string[] =>
  Object.entries(port)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name);

export interface ComposingHarnessOptions {
  readonly call?: CallTarget | undefined;
  /** Delivers the first message of the queue otherwise than once. */
  readonly delivery?: DeliveryFault | undefined;
  readonly isDispatchLost?: boolean;
  /** A client that meets no response, or a fault of the service, asks again with the same Idempotency-Key. */
  readonly isPatient?: boolean;
}

export class ComposingHarness {
  readonly clock = new VirtualClock(apiNow.toISOString());
  readonly api: ComposerApi = composerApi({ clock: this.clock.now });
  readonly injector: FaultInjector;
  readonly queue: Message[] = [];
  /** What the endpoint responds, one after the other; then as it should. */
  readonly responses: (Invocation | ((composition: CompositionItem) => Invocation))[] = [];
  /** What else the endpoint always responds. */
  always: Invocation | undefined;
  /** How often the endpoint was asked. */
  invocations = 0;

  private readonly artifacts = this.api.files;
  private readonly log = new CollectingLog();
  private readonly metrics = new CollectingMetrics();
  private readonly training = new TrainingHarness();
  /** The compositions that were ever rated, deleted ones included. */
  private readonly rated = new Set<string>();
  private reconciledAt = this.seconds;
  private requests = 0;
  private readonly again: (() => Promise<void>)[] = [];

  constructor(readonly options: ComposingHarnessOptions = {}) {
    this.injector = new FaultInjector(options.call, (actor) => {
      this.clock.advance(timeOuts[actor] ?? apiTimeOut);
    });
    const { api } = this;
    for (const [name, port] of Object.entries({
      tracks: api.tracks,
      compositions: api.compositions,
      models: api.models,
      trainingJobs: api.trainingJobs,
      files: api.files,
      work: api.work,
      idempotencyRecords: api.stores.idempotencyRecords,
      pendingChanges: api.stores.pendingChanges,
      ratings: api.stores.ratings,
    })) {
      this.injector.watchInPlace(name, port, methodsOf(port));
    }
    api.stores.table.onWrite(({ sk }, row) => {
      if (sk.startsWith(kindPrefix("COMPOSITION")) && row?.["rating"] !== undefined) this.rated.add(sk);
    });
  }

  private get seconds(): number {
    return this.clock.now().getTime() / 1000;
  }

  /** A request of the API that may break, as one that is not to break. @returns undefined when there was no response */
  async request(actor: string, method: string, path: string, call: Call = {}): Promise<Reply | undefined> {
    this.requests += 1;
    const headers = { ...call.headers, ...(method === "POST" ? { "idempotency-key": `key-${this.requests}` } : {}) };
    const tries = this.options.isPatient === false ? 1 : 4;
    for (let attempt = 1; ; attempt += 1) {
      const before = new Set(this.api.compositions.all().map(({ id }) => id));
      let reply: Reply | undefined;
      try {
        reply = await this.injector.invoke(actor, async () => await this.api.call(method, path, { ...call, headers }));
      } catch (error) {
        if (!(error instanceof CutOff)) throw error;
      }
      for (const item of this.api.compositions.all().filter(({ id }) => !before.has(id))) await this.dispatch(item);
      if ((reply !== undefined && reply.status < 500) || attempt === tries) return reply;
      this.clock.advance(1);
    }
  }

  private async dispatch(item: CompositionItem): Promise<void> {
    if (this.options.isDispatchLost === true) return;
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      try {
        await this.injector.invoke("DispatchWork", async () => {
          await dispatchWork({
            records: [{ eventName: "INSERT", dynamodb: { NewImage: streamImage(item) } }],
            compositionQueue: this.injector.watched("queue", { send: this.send }),
            freezingQueue: { send: async () => undefined },
            executions: { start: async () => undefined },
            sageMakerJobs: { stop: async () => undefined },
            failures: this.injector.watched("failures", { keep: async () => undefined }),
            log: this.log,
            metrics: this.metrics,
          });
        });
        return;
      } catch {
        this.clock.advance(10);
      }
    }
  }

  private readonly send = async ({ sub, compositionId }: Pick<Message, "sub" | "compositionId">): Promise<void> => {
    this.queue.push({ sub, compositionId, visibleAt: this.seconds, firstDeliveredAt: undefined, deliveries: 0 });
  };

  /** Delivers one message to a worker, and does with it what the queue then does. */
  async deliver(message: Message): Promise<void> {
    message.deliveries += 1;
    message.firstDeliveredAt ??= this.clock.now();
    // Out of sight until the worker is done with it, or dead.
    message.visibleAt = this.seconds + visibilitySeconds;
    try {
      const response = await this.injector.invoke("ExecuteComposition", async () => await this.execute(message));
      if (response.kind === "DONE") this.removeMessage(message);
    } catch {
      if (message.deliveries >= maxDeliveries) this.removeMessage(message);
    }
  }

  private removeMessage(message: Message): void {
    const index = this.queue.indexOf(message);
    if (index >= 0) this.queue.splice(index, 1);
  }

  /** As the worker's handler. */
  private async execute(message: Message): ReturnType<typeof executeComposition> {
    const queue = this.injector.watched("queue", {
      postpone: async (seconds: number): Promise<void> => {
        message.visibleAt = this.seconds + seconds;
      },
    });
    const response = await this.executeOnce(message, queue.postpone).catch(async (error: unknown): Promise<never> => {
      await queue.postpone(retrySeconds(message.deliveries));
      throw error;
    });
    if (response.kind === "AGAIN") await queue.postpone(response.afterSeconds);
    return response;
  }

  private async executeOnce(
    { sub, compositionId, firstDeliveredAt }: Message,
    postpone: (seconds: number) => Promise<void>,
  ): ReturnType<typeof executeComposition> {
    return await executeComposition({
      owned: { sub, id: compositionId },
      firstDeliveredAt: firstDeliveredAt ?? this.clock.now(),
      postpone,
      // One renewal, at the begin of the work: no virtual time passes while it is done.
      repeat: (_, call) => {
        const underWay = call();
        return {
          stop: async () => {
            await underWay;
          },
        };
      },
      // Both are watched where the API holds them.
      compositions: this.api.compositions,
      tracks: this.api.tracks,
      artifacts: this.injector.watched("artifacts", this.artifacts),
      endpoint: this.injector.watched("endpoint", {
        invoke: async (): Promise<Invocation> => {
          this.invocations += 1;
          const composition = this.api.compositions.rows.get(`${sub}/${compositionId}`);
          if (composition === undefined) return { kind: "UNAVAILABLE", reason: "ECONNREFUSED" };
          const response = this.responses.shift() ?? this.always ?? responseOf(composition);
          return typeof response === "function" ? response(composition) : response;
        },
      }),
      presign: async (key) => `https://bucket.example/${key}?signed`,
      stage: "dev",
      now: this.clock.now,
      log: this.log,
      metrics: this.metrics,
    });
  }

  private async reconcile(): Promise<void> {
    await this.injector
      .invoke("ReconcileOpenWork", async () => {
        await reconcileOpenWork({
          ...this.training.finalizingPorts(),
          now: this.clock.now,
          // These are watched where the API holds them.
          trainingJobs: this.api.trainingJobs,
          compositions: this.api.compositions,
          queue: this.injector.watched("queue", { send: this.send }),
          datasetVersions: this.api.stores.datasetVersions,
          freezingQueue: { send: async () => undefined },
          executions: { start: async () => undefined, status: async () => "RUNNING" },
          pendingChanges: this.api.stores.pendingChanges,
          removal: { ...this.api.stores, artifacts: this.api.files, work: this.api.work },
          withinTime: async (seconds, work) =>
            await this.injector.inTime(work, () => {
              this.clock.advance(seconds);
            }),
          patience: reconcilePatience.aws,
          deadline: new Date(this.clock.now().getTime() + 45_000),
        });
      })
      .catch(() => undefined);
  }

  /** Lives on until the queue is empty and every composition final, then finishes what was cut off. */
  async live(): Promise<void> {
    const until = this.seconds + quietWithinSeconds;
    let { delivery } = this.options;
    while (this.seconds < until) {
      const due = this.queue.find(({ visibleAt }) => visibleAt <= this.seconds);
      if (due !== undefined) {
        const hit = delivery;
        delivery = undefined;
        if (hit !== undefined) this.injector.struck = true;
        const copy: Message = { ...due };
        if (hit === "TWICE_AT_ONCE") await Promise.all([this.deliver(due), this.deliver(copy)]);
        else await this.deliver(due);
        if (hit === "TWICE") await this.deliver(copy);
        if (hit === "AGAIN_LATER") {
          this.again.push(async () => {
            await this.deliver(copy);
          });
        }
        continue;
      }
      if (this.queue.length === 0 && this.api.compositions.all().every(({ state }) => isFinalCompositionState(state))) {
        break;
      }
      this.clock.advance(5);
      if (this.seconds - this.reconciledAt < reconcileEverySeconds) continue;
      this.reconciledAt = this.seconds;
      await this.reconcile();
    }
    for (const act of this.again.splice(0)) await act();
    const finished = this.seconds + finishedWithinSeconds;
    while (this.api.stores.pending().length > 0 && this.seconds < finished) {
      this.clock.advance(reconcileEverySeconds);
      await this.reconcile();
    }
  }

  /** What is stuck, doubled, leaked or lost. */
  problems(): readonly string[] {
    const { tracks, compositions, models, trainingJobs, files, work, stores } = this.api;
    const found: string[] = [];
    const check = (isWell: boolean, problem: string): void => {
      if (!isWell) found.push(problem);
    };
    const has = (key: string): boolean => files.objects.has(key);
    for (const row of tracks.all()) check(has(trackKey(row)), "lost: a track without its file");
    for (const row of models.all()) {
      const names = [modelFile, modelCardFile].map((name) => `${modelPrefix(row)}${name}`);
      check(names.every(has), "lost: a model without its files");
    }
    for (const row of compositions.all()) {
      check(isFinalCompositionState(row.state), `stuck: a composition stays ${row.state}`);
      check((row.failure !== undefined) === (row.state === "FAILED"), `${row.state} and a failure disagree`);
      if (row.failure !== undefined) found.push(...faultsOfText(row.failure));
      if (row.state !== "COMPLETED") continue;
      const hasFiles = has(compositionScoreKey(row)) && has(compositionMidiKey(row, row.midi ?? { revision: 0 }));
      check(hasFiles, "lost: a composition without its files");
    }
    const ids = new Set(
      [tracks, compositions, models, trainingJobs, stores.datasets].flatMap((all) => all.all().map(({ id }) => id)),
    );
    const orphans = [...files.objects.keys(), ...work.objects.keys()].filter((key) => {
      const [, id] = /^users\/[^/]+\/[^/]+\/([0-9A-Z]{26})/.exec(key) ?? [];
      return id !== undefined && !ids.has(id);
    });
    check(orphans.length === 0, `leaked: ${orphans.length} files that nobody has`);
    const open = openPlaces(compositions.all().filter(({ state }) => !isFinalCompositionState(state)));
    const openJobs = trainingJobs.all().filter(({ state }) => !isFinalTrainingJobState(state)).length;
    const held = [tracks, compositions, models, trainingJobs, stores.datasets].flatMap((all) =>
      all.all().map(quotaHeld),
    );
    const unfinished: QuotaAmounts = { openCompositions: open, openTrainingJobs: openJobs };
    for (const counter of quotaCounterSchema.options) {
      const rows = [...held, unfinished].reduce((sum, amounts) => sum + (amounts[counter] ?? 0), 0);
      const counted = stores.quotaOf(alice, counter);
      check(counted === rows, `the quota counts ${counted} ${counter}, there are ${rows}`);
    }
    for (const row of stores.table.peek(ratingsPartition)) {
      const { poor, neutral, good } = ratingCounts(readItem(ratingTotalsItemSchema, row));
      const counted = poor + neutral + good;
      check(counted === this.rated.size, `${String(row[sortKey])} counts ${counted} ratings of ${this.rated.size}`);
    }
    for (const group of stores.variationGroups()) {
      const members = compositions.all().filter(({ variationGroup }) => variationGroup === group.id);
      const unfinished = members.filter(({ state }) => !isFinalCompositionState(state)).length;
      check(group.open === unfinished, `a group counts ${group.open} open variations, there are ${unfinished}`);
    }
    for (const { of, state } of stores.pending()) check(false, `stuck: a change of a ${of} stays ${state}`);
    check(this.queue.length === 0, "stuck: a message stays in the queue");
    return found;
  }
}
