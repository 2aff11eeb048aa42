/** A worker that makes compositions in memory, with responses of an endpoint that a test writes. */
import { createHash } from "node:crypto";
import type { Invocation } from "../../../lambdas/aws/endpoint-invoker";
import { executeComposition, type ExecuteCompositionParams } from "../../../lambdas/compositions/execute-composition";
import type { CompositionItem } from "../../../lambdas/stores/items";
import { VirtualClock } from "../../fakes/clock";
import { MemoryBuckets } from "../../fakes/memory-object-store";
import { memoryStores } from "../../fakes/memory-stores";
import { CollectingLog, CollectingMetrics } from "../../fakes/telemetry";

export const sub = "user-1";
export const sha256 = createHash("sha256").update("model").digest("hex");
export const id = (n: number): string => `01K0000000000000000000000${n}`;

export function composition(more: Partial<CompositionItem> = {}): CompositionItem {
  return {
    schemaVersion: 1,
    kind: "COMPOSITION",
    sub,
    id: id(1),
    name: "A piece",
    version: 1,
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
    technique: "unet-gan",
    model: { id: "unet-gan-bach", stock: true, sha256, bytes: 1_000 },
    seed: 7,
    state: "PENDING",
    input: { sampleMelodyId: "twinkle-twinkle" },
    inputOptions: {},
    parameters: {},
    attempt: 0,
    openWork: "COMPOSITION",
    openWorkOwner: `${sub}#${id(1)}`,
    ...more,
  };
}

export const responseOf = (more: object = {}): Invocation => ({
  kind: "RESPONSE",
  body: new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 1,
      technique: "unet-gan",
      modelSha256: sha256,
      tracks: [{ name: "Bass", program: 32, notes: [{ onset: 0, duration: 4, pitch: 40, velocity: 80 }] }],
      metrics: { emptyBarRate: 0 },
      seconds: 0.1,
      ...more,
    }),
  ),
});
export const modelError = (status: number, body: string): Invocation => ({ kind: "MODEL_ERROR", status, body });
export const unavailable: Invocation = { kind: "UNAVAILABLE", reason: "ECONNREFUSED" };

class ComposingHarness {
  readonly clock = new VirtualClock();
  readonly stores = memoryStores(this.clock.now);
  readonly compositions = this.stores.compositions;
  readonly tracks = this.stores.tracks;
  readonly artifacts = new MemoryBuckets().store("artifacts");
  readonly log = new CollectingLog();
  readonly metrics = new CollectingMetrics();
  readonly requests: string[] = [];
  readonly firstDeliveredAt = this.clock.now();
  responses: Invocation[] = [];
  /** Seconds for which the message was hidden, in their order. */
  readonly postponed: number[] = [];
  /** One renewal of the worker's lease. */
  renew: () => Promise<void> = async () => undefined;
  during: () => void | Promise<void> = () => undefined;

  async deliver(n = 1, more: Partial<ExecuteCompositionParams> = {}) {
    return await executeComposition({
      owned: { sub, id: id(n) },
      firstDeliveredAt: this.firstDeliveredAt,
      compositions: this.compositions,
      tracks: this.tracks,
      artifacts: this.artifacts,
      endpoint: {
        invoke: async (endpointName, request) => {
          this.requests.push(`${endpointName} ${new TextDecoder().decode(request)}`);
          await this.during();
          return this.responses.shift() ?? responseOf();
        },
      },
      postpone: async (seconds) => {
        this.postponed.push(seconds);
      },
      repeat: (_, call) => {
        this.renew = call;
        return { stop: async () => undefined };
      },
      presign: async (key) => `https://bucket.example/${key}?signed`,
      stage: "dev",
      now: this.clock.now,
      log: this.log,
      metrics: this.metrics,
      ...more,
    });
  }
  row(n = 1): CompositionItem {
    const row = this.compositions.rows.get(`${sub}/${id(n)}`);
    if (row === undefined) throw new Error("no such composition");
    return row;
  }
}

export function harnessWith(more: Partial<CompositionItem> = {}): ComposingHarness {
  const harness = new ComposingHarness();
  harness.compositions.add(composition(more));
  return harness;
}
