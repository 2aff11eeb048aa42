/** One user of a soak: uploads, composes, renames, deletes, reads, trains and stops, in an order of chance. */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { trainedTechniqueIds } from "../../naming/resource-names";
import { randomMelody } from "../e2e/random-melody";
import type { Entry, Kind, Ledger } from "./ledger";
import type { Asked, PoliteClient, Response } from "./polite-client";

/** Training jobs of all users together. */
export class TrainingBudget {
  accepted = 0;
  private asked = 0;

  constructor(private readonly jobs: number) {}

  take(): boolean {
    if (this.asked >= this.jobs) return false;
    this.asked += 1;
    return true;
  }

  giveBack(): void {
    this.asked -= 1;
  }
}

const pauseMilliseconds = 1_000;
const createdSchema = z.object({ id: z.string() });
const stateSchema = z.object({ state: z.string().optional() });
const modelsSchema = z.object({ items: z.array(z.object({ id: z.string(), technique: z.string() })) });
const paths: Readonly<Record<Kind, string>> = {
  TRACK: "/tracks",
  COMPOSITION: "/compositions",
  MODEL: "/models",
  TRAINING_JOB: "/training-jobs",
  DATASET: "/datasets",
};
const finals: ReadonlySet<string> = new Set(["COMPLETED", "READY", "FAILED", "STOPPED"]);

let creations = 0;

interface Kept {
  readonly entry: Entry;
  etag: string | undefined;
  state: string | undefined;
}

export interface SoakingUserParams {
  readonly sub: string;
  readonly client: PoliteClient;
  readonly ledger: Ledger;
  readonly budget: TrainingBudget;
}

export class SoakingUser {
  private readonly kept: Kept[] = [];
  private models: readonly { readonly id: string; readonly technique: string }[] = [];

  constructor(private readonly params: SoakingUserParams) {}

  /** Works until it is time; each piece of work is a few requests. */
  async work(ending: AbortSignal): Promise<void> {
    await this.readAgain("/models");
    while (!ending.aborted) {
      const training = this.params.budget.take();
      if (training) await this.train();
      const works: (() => Promise<void>)[] = [
        async () => {
          await this.upload();
        },
        ...[1, 2, 3].map(() => async () => {
          await this.compose();
        }),
        ...[1, 2, 3, 4].map(() => async () => {
          await this.poll();
        }),
        async () => {
          await this.rename();
        },
        async () => {
          await this.remove();
        },
        async () => {
          await this.list();
        },
        async () => {
          await this.stopOne();
        },
      ];
      await works[randomInt(works.length)]?.();
      await sleep(pauseMilliseconds * (0.5 + Math.random()), undefined, { signal: ending }).catch(() => undefined);
    }
  }

  /** Stops what still trains. */
  async stopTraining(): Promise<void> {
    for (const { entry } of this.kept.filter(
      ({ entry: { kind, isDeleted } }) => kind === "TRAINING_JOB" && !isDeleted,
    )) {
      await this.params.client.ask("POST", `${paths.TRAINING_JOB}/${entry.id}/stop`);
    }
  }

  private pick(kinds: readonly Kind[], isWanted: (kept: Kept) => boolean = () => true): Kept | undefined {
    const fitting = this.kept.filter(
      (kept) => kinds.includes(kept.entry.kind) && !kept.entry.isDeletionAsked && isWanted(kept),
    );
    return fitting.length === 0 ? undefined : fitting[randomInt(fitting.length)];
  }

  private async create(kind: Kind, name: string, path: string, asked: Asked): Promise<boolean> {
    const { client, ledger, sub } = this.params;
    const response = await client.ask("POST", path, asked);
    if (response === undefined || response.status >= 300) return false;
    const { id } = createdSchema.parse(JSON.parse(response.text));
    const entry = ledger.accept({ kind, sub, name, id });
    const etag = response.headers.get("etag") ?? undefined;
    this.kept.push({ entry, etag, state: kind === "TRACK" ? undefined : "PENDING" });
    return true;
  }

  private newName(): string {
    creations += 1;
    return `soak ${creations}`;
  }

  private async upload(): Promise<void> {
    const name = this.newName();
    await this.create("TRACK", name, `/tracks?name=${encodeURIComponent(name)}`, { bytes: randomMelody(4).midi });
  }

  private async compose(): Promise<void> {
    const model = this.models[randomInt(Math.max(1, this.models.length))];
    if (model === undefined) return;
    const source = this.pick(["TRACK", "COMPOSITION"], ({ state }) => state === undefined || state === "COMPLETED");
    const input =
      source === undefined
        ? { sampleMelodyId: "twinkle-twinkle" }
        : source.entry.kind === "TRACK"
          ? { trackId: source.entry.id }
          : { compositionId: source.entry.id };
    const name = this.newName();
    const json = { name, technique: model.technique, modelId: model.id, input };
    await this.create("COMPOSITION", name, "/compositions", { json });
  }

  private async train(): Promise<void> {
    const { budget } = this.params;
    const name = this.newName();
    const technique = trainedTechniqueIds[randomInt(trainedTechniqueIds.length)];
    const json = { name, technique, topics: { length: ["short"], mode: ["major"] }, hyperparameters: { epochs: 1 } };
    if (await this.create("TRAINING_JOB", name, "/training-jobs", { json })) budget.accepted += 1;
    else budget.giveBack();
  }

  private async poll(): Promise<void> {
    const kept =
      this.pick(["COMPOSITION", "TRAINING_JOB"], ({ state }) => state !== undefined && !finals.has(state)) ??
      this.pick(["TRACK", "COMPOSITION", "TRAINING_JOB"]);
    if (kept === undefined) return;
    const { entry, etag } = kept;
    const headers = etag === undefined ? {} : { "if-none-match": etag };
    const response = await this.params.client.ask("GET", `${paths[entry.kind]}/${entry.id}`, { headers });
    if (response?.status === 404) this.params.ledger.notFound(entry);
    if (response?.status !== 200) return;
    kept.etag = response.headers.get("etag") ?? undefined;
    kept.state = stateSchema.parse(JSON.parse(response.text)).state;
    if (kept.state === "READY") await this.readAgain("/models");
    if (kept.state === "COMPLETED") await this.params.client.ask("GET", `/compositions/${entry.id}/midi`);
  }

  private async rename(): Promise<void> {
    const kept = this.pick(["TRACK", "COMPOSITION"]);
    if (kept === undefined) return;
    // Names tell doubles apart, so the new one is new, too.
    const json = { name: this.newName() };
    const headers = kept.etag === undefined || randomInt(2) === 0 ? {} : { "if-match": kept.etag };
    const response = await this.params.client.ask("PATCH", `${paths[kept.entry.kind]}/${kept.entry.id}`, {
      json,
      headers,
    });
    if (response?.status === 404) this.params.ledger.notFound(kept.entry);
    if (response?.status === 200) kept.etag = response.headers.get("etag") ?? undefined;
  }

  private async remove(): Promise<void> {
    const isDone = ({ state }: Kept): boolean => state === undefined || finals.has(state);
    const kept = this.pick(["TRACK", "COMPOSITION", "TRAINING_JOB"], isDone);
    if (kept === undefined) return;
    const { entry, etag } = kept;
    const headers = etag === undefined || randomInt(2) === 0 ? {} : { "if-match": etag };
    entry.isDeletionAsked = true;
    const response = await this.params.client.ask("DELETE", `${paths[entry.kind]}/${entry.id}`, { headers });
    // The second try of a deletion whose response was lost finds nothing.
    if (response?.status === 204 || response?.status === 404) entry.isDeleted = true;
    else if (response !== undefined && response.status < 500) entry.isDeletionAsked = false;
  }

  private async list(): Promise<void> {
    const lists = ["/tracks", "/compositions?limit=20", "/training-jobs", "/models", "/training-topics"];
    await this.readAgain(lists[randomInt(lists.length)] ?? "/models");
  }

  private async readAgain(path: string): Promise<Response | undefined> {
    const response = await this.params.client.ask("GET", path);
    if (path === "/models" && response?.status === 200)
      this.models = modelsSchema.parse(JSON.parse(response.text)).items;
    return response;
  }

  private async stopOne(): Promise<void> {
    if (randomInt(3) > 0) return;
    const kept = this.pick(["TRAINING_JOB"], ({ state }) => state !== undefined && !finals.has(state));
    if (kept === undefined) return;
    const response = await this.params.client.ask("POST", `/training-jobs/${kept.entry.id}/stop`);
    if (response?.status === 404) this.params.ledger.notFound(kept.entry);
  }
}
