/**
 * Pushes the files of a folder to a data set: it asks what the API knows already, sends the rest side by side, and asks
 * again where something was lost on the way. So whoever was cut off pushes the same folder again.
 */
import type { Client } from "openapi-fetch";
import type { Problem } from "./problem.ts";
import {
  backoffSeconds,
  type Clock,
  isPassing,
  problemOf,
  retryAfterSeconds,
  systemClock,
  withJitter,
} from "./retry.ts";
import type { components, paths } from "./schema.d.ts";

type Answer = components["schemas"]["OfferedFileList"]["items"][number];

/** A file of a folder on this machine. */
export interface FileToPush {
  /** Its path in the data set, with its folders and "/" between them. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
  /** Reads it. This is called twice: for the digest, and when the file is sent. */
  readonly read: () => Promise<Blob | ArrayBuffer | Uint8Array>;
  /** Values by tag, for example `{ genre: ["rock"] }`. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
}

export interface PushProgress {
  readonly files: number;
  /** The files that have arrived with this push. */
  readonly sent: number;
  /** The files that the data set had read before. */
  readonly known: number;
  /** The files whose bytes are those of another file of this push. */
  readonly repeated: number;
  /** The files that the data set does not take. */
  readonly rejected: number;
  /** The files that could not be read or sent. */
  readonly failed: number;
}

export interface RejectedFile {
  readonly path: string;
  readonly code: string;
  /** A sentence for people. */
  readonly reason: string;
}

export interface UnsentFile {
  readonly path: string;
  /** A sentence for people. */
  readonly reason: string;
}

export interface PushResult {
  readonly progress: PushProgress;
  readonly rejected: readonly RejectedFile[];
  /** Pushing them again may help. */
  readonly failed: readonly UnsentFile[];
}

export type PushOutcome =
  /** All files have been dealt with: what became of each is in the result. */
  | (PushResult & { readonly outcome: "done" })
  /** The API refused an offer, so the remaining files were not sent. */
  | (PushResult & { readonly outcome: "refused"; readonly problem: Problem });

export interface PushParams {
  /** Ends the push: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each file. */
  readonly onProgress?: (progress: PushProgress) => void;
  /** How many files are sent at the same time. @default 6, which is what browsers open to one host */
  readonly parallel?: number;
  /** What sends the files. They go to the bucket, so it adds no token. @default the global fetch */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** A clock that tests replace. */
  readonly clock?: Clock;
}

/** The API takes no more files in one offer. */
const filesOfOffer = 100;
/** The API takes no larger file, so it is not read. */
const maxFileBytes = 1_048_576;
/** The time for one file, at 10 kB a second. */
const putMilliseconds = 120_000;
/** How often a file is offered and sent in all. */
const maxRounds = 5;
/** How often an offer is made that fails for a reason that passes: for about a minute and a half. */
const maxOffers = 8;

interface DigestedFile {
  readonly file: FileToPush;
  readonly bytes: number;
  readonly sha256: string;
}

interface PutFailure {
  readonly reason: string;
  /** True if sending the file again may help. */
  readonly passes: boolean;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function bytesOf(file: FileToPush): Promise<Uint8Array<ArrayBuffer>> {
  const read = await file.read();
  return new Uint8Array(read instanceof Blob ? await read.arrayBuffer() : read);
}

/** Returns true where digests can be computed. */
export const hasDigests = (): boolean => "subtle" in crypto;

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Works on all items, on some of them at the same time. */
async function inParallel<Item>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
}

/** What becomes of the files of a push. */
class Tally {
  readonly rejected: RejectedFile[] = [];
  readonly failed: UnsentFile[] = [];
  #counts = { sent: 0, known: 0, repeated: 0 };

  constructor(
    private readonly files: number,
    private readonly onProgress: (progress: PushProgress) => void,
  ) {}

  get progress(): PushProgress {
    return { files: this.files, ...this.#counts, rejected: this.rejected.length, failed: this.failed.length };
  }
  count(kind: "sent" | "known" | "repeated"): void {
    this.#counts[kind] += 1;
    this.onProgress(this.progress);
  }
  reject(file: RejectedFile): void {
    this.rejected.push(file);
    this.onProgress(this.progress);
  }
  fail(file: UnsentFile): void {
    this.failed.push(file);
    this.onProgress(this.progress);
  }
  get result(): PushResult {
    return { progress: this.progress, rejected: this.rejected, failed: this.failed };
  }
}

class Push {
  readonly tally: Tally;
  readonly #seen = new Set<string>();
  readonly #signal: AbortSignal | undefined;
  readonly #clock: Clock;
  readonly #parallel: number;
  readonly #fetch: (url: string, init: RequestInit) => Promise<Response>;

  constructor(
    private readonly api: Pick<Client<paths>, "POST">,
    private readonly datasetId: string,
    files: number,
    { signal, onProgress, parallel = 6, fetch, clock = systemClock }: PushParams,
  ) {
    this.tally = new Tally(files, onProgress ?? (() => undefined));
    this.#signal = signal;
    this.#clock = clock;
    this.#parallel = parallel;
    this.#fetch = fetch ?? (async (url, init) => await globalThis.fetch(url, init));
  }

  /** Returns the problem because of which nothing more can be offered, if there is one. */
  async together(files: readonly FileToPush[]): Promise<Problem | undefined> {
    const digested: DigestedFile[] = [];
    await inParallel(files, this.#parallel, async (file) => {
      this.#signal?.throwIfAborted();
      const one = await this.#digested(file);
      if (one !== undefined) digested.push(one);
    });
    let open: readonly DigestedFile[] = digested;
    for (let round = 1; open.length > 0; round += 1) {
      if (round > 1) await this.#wait(backoffSeconds(round - 2));
      const offered = await this.#offer(open);
      if ("problem" in offered) return offered.problem;
      const answered = open.map((file, index) => ({ file, answer: offered.answers[index] }));
      const lost: DigestedFile[] = [];
      await inParallel(answered, this.#parallel, async ({ file, answer }) => {
        this.#signal?.throwIfAborted();
        if (!(await this.#settled(file, answer, round))) lost.push(file);
      });
      open = lost;
    }
    return undefined;
  }

  /** Returns a file that is to be offered. */
  async #digested(file: FileToPush): Promise<DigestedFile | undefined> {
    const { path } = file;
    if (file.bytes > maxFileBytes) {
      const reason = `The file has ${file.bytes} bytes; at most ${maxFileBytes} are allowed.`;
      this.tally.reject({ path, code: "FILE_TOO_LARGE", reason });
      return undefined;
    }
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await bytesOf(file);
    } catch (error) {
      this.tally.fail({ path, reason: `The file could not be read: ${messageOf(error)}` });
      return undefined;
    }
    const sha256 = await sha256Of(bytes);
    if (this.#seen.has(sha256)) {
      this.tally.count("repeated");
      return undefined;
    }
    this.#seen.add(sha256);
    return { file, bytes: bytes.length, sha256 };
  }

  async #offer(
    files: readonly DigestedFile[],
  ): Promise<{ readonly answers: readonly Answer[] } | { readonly problem: Problem }> {
    const offered = files.map(({ file: { path, tags }, bytes, sha256 }) => ({
      ...{ path, bytes, sha256 },
      ...(tags !== undefined && {
        tags: Object.fromEntries(Object.entries(tags).map(([tag, all]) => [tag, [...all]])),
      }),
    }));
    for (let offers = 1; ; offers += 1) {
      const result = await this.api.POST("/datasets/{datasetId}/uploads", {
        params: { path: { datasetId: this.datasetId } },
        body: { files: offered },
        ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      });
      if (result.data !== undefined) return { answers: result.data.items };
      const problem = problemOf(result);
      if (!isPassing(problem) || offers === maxOffers) return { problem };
      await this.#wait(backoffSeconds(offers - 1, retryAfterSeconds(result.response, this.#clock.now())));
    }
  }

  /** Does what the API has answered for a file. Returns false if the file is to be offered again. */
  async #settled(file: DigestedFile, answer: Answer | undefined, round: number): Promise<boolean> {
    const { path } = file.file;
    if (answer === undefined) {
      this.tally.fail({ path, reason: "The response to the offer does not name the file." });
      return true;
    }
    if (answer.kind === "rejected") {
      this.tally.reject({ path, code: answer.code, reason: answer.reason });
      return true;
    }
    if (answer.kind === "known") {
      // In a later round it is one that has arrived although no response said so.
      this.tally.count(round === 1 ? "known" : "sent");
      return true;
    }
    const failure = await this.#put(file, answer);
    if (failure?.passes === true && round < maxRounds) return false;
    if (failure === undefined) this.tally.count("sent");
    else this.tally.fail({ path, reason: failure.reason });
    return true;
  }

  async #put(
    { file, bytes, sha256 }: DigestedFile,
    { url, headers }: Extract<Answer, { readonly kind: "upload" }>,
  ): Promise<PutFailure | undefined> {
    const changed = { passes: false, reason: "The file changed while it was pushed." };
    let body: Uint8Array<ArrayBuffer>;
    try {
      body = await bytesOf(file);
    } catch (error) {
      return { passes: false, reason: `The file could not be read: ${messageOf(error)}` };
    }
    if (body.length !== bytes || (await sha256Of(body)) !== sha256) return changed;
    const late = AbortSignal.timeout(putMilliseconds);
    const signal = this.#signal === undefined ? late : AbortSignal.any([this.#signal, late]);
    try {
      const response = await this.#fetch(url, { method: "PUT", headers, body, signal });
      const text = await response.text();
      // 412 means that these bytes are there: the URL has been used, and its response was lost.
      if (response.ok || response.status === 412) return undefined;
      const said = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
      const why = said === undefined ? "" : ` (${said})`;
      return { passes: true, reason: `The store answered with the status ${response.status}${why}.` };
    } catch (error) {
      this.#signal?.throwIfAborted();
      return { passes: true, reason: `The file could not be sent: ${messageOf(error)}` };
    }
  }

  async #wait(seconds: number): Promise<void> {
    await this.#clock.sleep(withJitter(seconds, this.#clock), this.#signal);
  }
}

/**
 * Returns true for paths that are named as MIDI files are, and that no system has made for itself. A folder of music
 * holds texts, pictures and recordings, too, which need not be offered.
 */
export const isMidiPath = (path: string): boolean =>
  /\.(mid|midi|kar|rmi|smf)$/i.test(path) && !/(^|\/)(\.|__MACOSX\/)/.test(path);

/**
 * Offers all files to a data set, 100 at a time, and sends those that it does not have. Pushing the same files again
 * goes on where a push was cut off. A page needs https or localhost, because browsers compute digests only there.
 * @throws the reason of the signal, as soon as it is aborted; an Error where there are no digests
 */
export async function pushFiles(
  api: Pick<Client<paths>, "POST">,
  datasetId: string,
  files: readonly FileToPush[],
  params: PushParams = {},
): Promise<PushOutcome> {
  if (!hasDigests()) throw new Error("Files can be pushed from https and from localhost only.");
  const push = new Push(api, datasetId, files.length, params);
  for (let start = 0; start < files.length; start += filesOfOffer) {
    params.signal?.throwIfAborted();
    const problem = await push.together(files.slice(start, start + filesOfOffer));
    if (problem !== undefined) return { outcome: "refused", problem, ...push.tally.result };
  }
  return { outcome: "done", ...push.tally.result };
}
