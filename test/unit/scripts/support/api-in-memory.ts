/** The public API in memory, as far as a smoke run uses it: what was made by whom, and faults that a test asks for. */
import { endTick } from "../../../../domain/music/midi-note";
import { writeMidi } from "../../../../domain/music/score";
import { parseMidi, type Song } from "../../../../domain/music/song";

/** What a test makes the API do otherwise. */
export interface Faults {
  /** The token that the API takes. */
  readonly token?: string;
  readonly techniques?: readonly string[];
  /** Techniques without a stock model. */
  readonly withoutStockModel?: readonly string[];
  /** Techniques whose endpoint fails. */
  readonly failingEndpoints?: readonly string[];
  /** What becomes of the tracks of a piece. */
  readonly piece?: (tracks: Song["tracks"]) => readonly Pick<Song["tracks"][number], "name" | "notes">[];
  /** The failure with which a training ends as soon as it is read. */
  readonly trainingFailure?: { readonly code: string; readonly message: string };
  /** True: a training waits for ever. */
  readonly neverStarts?: boolean;
  /** Pieces by topic. @default enough of them in one topic */
  readonly topics?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Gets each request; a response that it returns comes in place of the API's, a second one after the API's work. */
  readonly intercept?: (request: Request) => Response | "lose the response" | undefined;
}

interface Thing {
  readonly id: string;
  readonly name: string;
  [field: string]: unknown;
}

type Kind = "tracks" | "compositions" | "training-jobs" | "models";
const kinds: readonly Kind[] = ["tracks", "compositions", "training-jobs", "models"];

const smallest = 8;
const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", "retry-after": "1" } });

/** Returns a response with a problem. */
export const problem = (status: number, code: string, detail = code): Response =>
  new Response(
    JSON.stringify({ type: "about:blank", title: code, status, detail, code, instance: "", requestId: "r-1" }),
    {
      status,
      headers: { "content-type": "application/problem+json" },
    },
  );

/** Reads an object of JSON. */
const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};

/** The tracks of a piece, as {@link writeMidi} takes them. */
const written = (name: string, tracks: readonly Pick<Song["tracks"][number], "name" | "notes">[]): Uint8Array =>
  writeMidi({
    schemaVersion: 1,
    name,
    ticksPerBeat: 480,
    tempo: 100,
    bars: 8,
    tracks: tracks.map((track) => ({ ...track, program: 0, source: "input" as const, notes: [...track.notes] })),
  });

/** What a technique makes that adds voices. */
const accompanied = (tracks: Song["tracks"]) => [
  ...tracks,
  ...tracks.map(({ notes }) => ({ name: "Voice", notes: notes.map((note) => ({ ...note, pitch: note.pitch - 12 })) })),
];

/** What a technique makes that goes on with its input: here each track sounds twice. */
const extended = (tracks: Song["tracks"]) => {
  const end = Math.max(...tracks.flatMap(({ notes }) => notes.map(endTick)));
  return tracks.map((track) => ({
    ...track,
    notes: [...track.notes, ...track.notes.map((note) => ({ ...note, startTick: note.startTick + end }))],
  }));
};

export class ApiInMemory {
  /** Everything that is there, by kind. Stock models are there from the beginning. */
  readonly things: Record<Kind, Map<string, Thing>> = {
    tracks: new Map(),
    compositions: new Map(),
    "training-jobs": new Map(),
    models: new Map(),
  };
  /** Method and path of every request, in order. */
  readonly requests: string[] = [];
  readonly #files = new Map<string, Uint8Array>();
  readonly #byKey = new Map<string, Thing>();
  #count = 0;

  constructor(private readonly faults: Faults = {}) {
    for (const technique of this.#techniques) {
      if (faults.withoutStockModel?.includes(technique) === true) continue;
      const id = `${technique}-bach`;
      this.things.models.set(id, { id, name: id, technique, stock: true });
    }
  }

  get #techniques(): readonly string[] {
    return this.faults.techniques ?? ["unet-gan", "ar-cnn"];
  }

  /** Names of what users have made. */
  get names(): readonly string[] {
    const all = kinds.flatMap((kind) => [...this.things[kind].values()]);
    return all.filter(({ stock }) => stock !== true).map(({ name }) => name);
  }

  /** Stands for the global fetch. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const { pathname, host } = new URL(request.url);
    request.signal.throwIfAborted();
    this.requests.push(`${request.method} ${pathname}`);
    const instead = this.faults.intercept?.(request);
    if (instead instanceof Response) return instead;
    const response = host === "files.test" ? this.#file(pathname.slice(1)) : await this.#respond(request, pathname);
    if (instead === "lose the response") throw new TypeError("fetch failed");
    return response;
  };

  #file(id: string): Response {
    const bytes = this.#files.get(id);
    return bytes === undefined ? new Response("", { status: 404 }) : this.#midi(bytes);
  }

  #midi(bytes: Uint8Array): Response {
    return new Response(new Uint8Array(bytes), { headers: { "content-type": "audio/midi" } });
  }

  async #respond(request: Request, path: string): Promise<Response> {
    if (path === "/techniques") return json(200, { items: this.#techniques.map(describeTechnique) });
    if (request.headers.get("authorization") !== `Bearer ${this.faults.token ?? "token"}`) {
      return problem(401, "UNAUTHENTICATED");
    }
    if (path === "/training-topics") {
      return json(200, { topics: this.faults.topics ?? { key: { few: 1, enough: 9 }, mode: { all: 99 } } });
    }
    const [, kindName, id, action] = path.split("/");
    const kind = kinds.find((name) => name === kindName);
    if (kind === undefined) return problem(404, "NOT_FOUND");
    if (id === undefined) {
      return request.method === "GET" ? this.#list(kind) : await this.#create(kind, request);
    }
    const thing = this.things[kind].get(id);
    if (thing === undefined) return problem(404, "NOT_FOUND");
    if (request.method === "DELETE") return this.#remove(kind, thing);
    if (action === "stop") {
      thing["stopRequested"] = true;
      return json(202, thing);
    }
    if (action === "midi") {
      if (request.headers.get("accept") === "application/json") {
        return json(200, { url: `http://files.test/${id}`, expiresAt: "2026-11-29T12:00:00.000Z" });
      }
      return this.#file(id);
    }
    if (kind === "training-jobs") this.#train(thing);
    return json(200, thing);
  }

  #list(kind: Kind): Response {
    return json(200, { items: [...this.things[kind].values()].reverse() });
  }

  #remove(kind: Kind, thing: Thing): Response {
    const { id, state } = thing;
    if (kind === "training-jobs") {
      if (!["READY", "FAILED", "STOPPED"].includes(String(state))) return problem(409, "NOT_FINAL");
      const resumed = [...this.things["training-jobs"].values()].some((job) => job["resumeFrom"] === id);
      if (resumed) return problem(409, "IN_USE");
    }
    this.things[kind].delete(id);
    return new Response(null, { status: 204 });
  }

  async #create(kind: Kind, request: Request): Promise<Response> {
    const key = request.headers.get("idempotency-key") ?? "";
    const known = this.#byKey.get(key);
    if (known !== undefined) return json(202, known);
    const id = String(++this.#count).padStart(26, "0");
    const thing = kind === "tracks" ? await this.#track(id, request) : await this.#work(kind, id, request);
    if (thing instanceof Response) return thing;
    this.things[kind].set(id, thing);
    this.#byKey.set(key, thing);
    return json(kind === "tracks" ? 201 : 202, thing);
  }

  async #track(id: string, request: Request): Promise<Thing> {
    const midi = new Uint8Array(await request.arrayBuffer());
    this.#files.set(id, midi);
    const notes = parseMidi(midi).tracks.flatMap((track) => track.notes);
    return { id, name: new URL(request.url).searchParams.get("name") ?? "", noteCount: notes.length, bars: 8 };
  }

  async #work(kind: Kind, id: string, request: Request): Promise<Thing | Response> {
    const body = objectOf(await request.json());
    const name = String(body["name"]);
    return kind === "compositions" ? this.#compose(id, { ...body, id, name }) : this.#begin({ ...body, id, name });
  }

  #compose(id: string, asked: Thing): Thing | Response {
    if (this.faults.failingEndpoints?.includes(String(asked["technique"])) === true) {
      return {
        ...asked,
        state: "FAILED",
        failure: { code: "ENDPOINT_FAILED", message: "It failed.", retryable: true },
      };
    }
    const byRule = asked["technique"] === "arranger" && !Object.hasOwn(asked, "modelId");
    if (!byRule && !this.things.models.has(String(asked["modelId"]))) return problem(422, "MODEL_NOT_FOUND");
    const upload = this.#files.get(String(objectOf(asked["input"])["trackId"]));
    if (upload === undefined) return problem(422, "TRACK_NOT_FOUND");
    const { tracks } = parseMidi(upload);
    const goesOn = asked["technique"] === "transformer";
    this.#files.set(
      id,
      written(asked.name, this.faults.piece?.(tracks) ?? (goesOn ? extended(tracks) : accompanied(tracks))),
    );
    return { ...asked, state: "COMPLETED" };
  }

  #begin(asked: Thing): Thing | Response {
    const parent = this.things["training-jobs"].get(String(asked["resumeFrom"]));
    const topics = objectOf(parent?.["topics"] ?? asked["topics"]);
    const counts = this.faults.topics ?? { key: { few: 1, enough: 9 }, mode: { all: 99 } };
    const [[tag, values] = ["", []]] = Object.entries(topics);
    const pieces = Array.isArray(values) ? (counts[tag]?.[String(values[0])] ?? 0) : 0;
    if (pieces < smallest) return problem(422, "TOPIC_TOO_SMALL");
    const epochs = Number(objectOf(asked["hyperparameters"])["epochs"]);
    const epoch = Number(objectOf(parent?.["progress"])["epoch"] ?? 0);
    return {
      ...asked,
      topics,
      state: "PENDING",
      stopRequested: false,
      resumable: false,
      progress: { epoch, epochs, percent: 0, secondsRemaining: null },
      latestMetrics: null,
      usage: { trainingSeconds: 0, billableSeconds: 0 },
    };
  }

  /** A turn of the workflow: an epoch, or the end. */
  #train(job: Thing): void {
    if (["READY", "FAILED", "STOPPED"].includes(String(job["state"]))) return;
    const { trainingFailure, neverStarts } = this.faults;
    const progress = objectOf(job["progress"]);
    const epoch = Number(progress["epoch"]) + 1;
    const end = (state: string, endReason: string): void => {
      Object.assign(job, { state, endReason, resumable: true, usage: { trainingSeconds: 90, billableSeconds: 90 } });
    };
    if (trainingFailure !== undefined) {
      end("FAILED", "FAILURE");
      job["failure"] = { ...trainingFailure, retryable: false };
    } else if (job["stopRequested"] === true) {
      end("STOPPED", "USER_STOP");
    } else if (neverStarts === true) {
      job["state"] = "QUEUED";
    } else {
      Object.assign(job, {
        state: "TRAINING",
        progress: { ...progress, epoch },
        latestMetrics: { epoch, criticLoss: 1 },
      });
      if (epoch < Number(progress["epochs"])) return;
      end("READY", "EPOCHS_COMPLETED");
      const id = `${job.id}-model`;
      job["modelId"] = id;
      this.things.models.set(id, { id, name: job.name, technique: job["technique"], stock: false });
    }
  }
}

const describeTechnique = (id: string) => ({
  id,
  name: id.toUpperCase(),
  description: "",
  byRule: id === "arranger",
  extends: id === "transformer",
  parameters: [],
  hyperparameters: [
    { name: "epochs", title: "Epochs", type: "integer", minimum: 1, maximum: 2000, default: 60, description: "" },
  ],
});
