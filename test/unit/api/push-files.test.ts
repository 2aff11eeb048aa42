/** Pushing a folder: against an API and a bucket in memory, which lose requests and responses as networks do. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { createClient, type FileToPush, isMidiPath, pushFiles, waitForDataset } from "../../../client/client";
import type { Clock } from "../../../client/retry";
import { offerRefusal } from "../../../domain/datasets/offered-file";

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.padEnd(14, "."), "utf8"));
const file = (path: string, text = path): FileToPush => {
  const bytes = bytesOf(text);
  return { path, bytes: bytes.length, read: async () => bytes };
};
const folderOf = (count: number): FileToPush[] =>
  Array.from({ length: count }, (_, index) => file(`song-${index}.mid`));

/** A clock whose sleeps take no time, and are remembered. */
function jumping(): Clock & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => 0,
    random: () => 0,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      sleeps.push(milliseconds);
    },
  };
}

/** What happens to one PUT: it arrives or not, and its sender hears of it or not. */
type Fate = "arrives" | "arrives unheard" | "is lost" | "is late" | "meets a fault";

interface Cloud {
  readonly offers: string[][];
  readonly puts: string[];
  readonly stored: Map<string, Buffer>;
  readonly read: Set<string>;
  readonly push: (files: readonly FileToPush[], more?: object) => ReturnType<typeof pushFiles>;
}

interface CloudParams {
  readonly fates?: Iterator<Fate>;
  /** The statuses with which offers are answered first. */
  readonly statuses?: readonly number[];
  readonly clock?: Clock;
}

function cloudOf({ fates, statuses = [], clock = jumping() }: CloudParams = {}): Cloud {
  const offers: string[][] = [];
  const puts: string[] = [];
  const stored = new Map<string, Buffer>();
  const read = new Set<string>();
  const left = [...statuses];
  const offered = (body: string): Response => {
    const { files } = JSON.parse(body) as { files: { path: string; bytes: number; sha256: string }[] };
    offers.push(files.map(({ path }) => path));
    const items = files.map(({ path, bytes, sha256 }) => {
      const refusal = offerRefusal({ path, bytes, sha256 });
      if (refusal !== undefined) return { path, sha256, kind: "rejected", ...refusal };
      if (read.has(sha256)) return { path, sha256, kind: "known" };
      const url = `https://bucket.test/${sha256}`;
      return {
        path,
        sha256,
        kind: "upload",
        url,
        headers: { "if-none-match": "*" },
        expiresAt: "2026-01-01T00:15:00Z",
      };
    });
    return Response.json({ items });
  };
  const api = createClient({
    baseUrl: "https://api.test",
    accessToken: () => "secret",
    fetch: async (request) => {
      const status = left.shift() ?? 200;
      const problem = { type: "about:blank", title: "No", status, detail: "No.", code: "NOT_NOW", requestId: "1" };
      return status === 200 ? offered(await request.text()) : Response.json(problem, { status });
    },
  });
  const put = async (url: string, init: RequestInit): Promise<Response> => {
    init.signal?.throwIfAborted();
    expect(init.headers).toEqual({ "if-none-match": "*" });
    const key = url.split("/").at(-1) ?? "";
    const fate = fates?.next().value ?? "arrives";
    puts.push(key);
    if (fate === "is lost") throw new TypeError("fetch failed");
    if (fate === "is late") return new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 });
    if (fate === "meets a fault") return new Response("", { status: 503 });
    if (stored.has(key)) return new Response("<Error><Code>PreconditionFailed</Code></Error>", { status: 412 });
    stored.set(key, Buffer.from(init.body as Uint8Array));
    if (fate === "arrives unheard") throw new TypeError("fetch failed");
    return new Response("");
  };
  const push: Cloud["push"] = async (files, more = {}) =>
    await pushFiles(api, "set", files, { fetch: put, clock, ...more });
  return { offers, puts, stored, read, push };
}

const nothing = { sent: 0, known: 0, repeated: 0, rejected: 0, failed: 0 };

test("offers a hundred files at a time, and sends each with its headers alone", async () => {
  const cloud = cloudOf();
  const files = folderOf(205);
  const seen: number[] = [];
  const outcome = await cloud.push(files, { onProgress: ({ sent }: { sent: number }) => seen.push(sent) });
  expect(outcome).toEqual({
    ...{ outcome: "done", rejected: [], failed: [] },
    progress: { ...nothing, files: 205, sent: 205 },
  });
  expect(cloud.offers.map(({ length }) => length)).toEqual([100, 100, 5]);
  expect(cloud.stored.size).toBe(205);
  for (const [sha256, bytes] of cloud.stored) expect(sha256Of(bytes)).toBe(sha256);
  expect(seen).toEqual(Array.from({ length: 205 }, (_, index) => index + 1));
});

test("sends no more files at the same time than it may", async () => {
  let now = 0;
  let most = 0;
  const cloud = cloudOf();
  const files = folderOf(30).map((one) => ({
    ...one,
    read: async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return await one.read();
    },
  }));
  await cloud.push(files, { parallel: 3 });
  expect(most).toBe(3);
});

test("sends nothing that is known, and equal bytes once", async () => {
  const cloud = cloudOf();
  cloud.read.add(sha256Of(bytesOf("song-1.mid")));
  const { progress } = await cloud.push([...folderOf(3), file("again/song-2.mid", "song-2.mid")]);
  expect(progress).toEqual({ ...nothing, files: 4, sent: 2, known: 1, repeated: 1 });
});

test("goes on where it was cut off", async () => {
  const cloud = cloudOf();
  const abort = new AbortController();
  const reason = new Error("The lid was closed.");
  const onProgress = ({ sent }: { sent: number }): void => {
    if (sent === 120) abort.abort(reason);
  };
  await expect(cloud.push(folderOf(250), { onProgress, signal: abort.signal })).rejects.toBe(reason);
  const before = cloud.stored.size;
  expect(before).toBeGreaterThanOrEqual(120);
  expect(before).toBeLessThan(150);
  for (const sha256 of cloud.stored.keys()) cloud.read.add(sha256);
  const { progress } = await cloud.push(folderOf(250));
  expect(progress).toEqual({ ...nothing, files: 250, sent: 250 - before, known: before });
});

test("whatever becomes of single requests, every file arrives once, and its sender knows", async () => {
  const fate = fc.constantFrom<Fate>("arrives", "arrives unheard", "is lost", "is late", "meets a fault");
  await fc.assert(
    // Each file is sent up to five times, so four that fail are never too many.
    fc.asyncProperty(fc.array(fate, { maxLength: 4 }), fc.integer({ min: 1, max: 130 }), async (fates, count) => {
      const cloud = cloudOf({ fates: fates.values() });
      const outcome = await cloud.push(folderOf(count));
      expect(outcome).toMatchObject({ outcome: "done", progress: { ...nothing, files: count, sent: count } });
      expect(cloud.stored.size).toBe(count);
    }),
    { numRuns: 60 },
  );
});

test("gives up a file that never arrives, and says why", async () => {
  const always = function* (): Generator<Fate> {
    for (;;) yield "is late";
  };
  const clock = jumping();
  const cloud = cloudOf({ fates: always(), clock });
  const { failed, progress } = await cloud.push([file("a.mid")]);
  expect(failed).toEqual([{ path: "a.mid", reason: "The store answered with the status 403 (AccessDenied)." }]);
  expect(progress.failed).toBe(1);
  expect(cloud.puts).toHaveLength(5);
  expect(clock.sleeps).toEqual([1000, 2000, 4000, 8000]);
});

test("tells of files that the data set does not take, and reads none that is too large", async () => {
  const cloud = cloudOf();
  const large: FileToPush = {
    path: "long.mid",
    bytes: 1_048_577,
    read: async () => await Promise.reject(new Error("it is read")),
  };
  const { rejected, progress } = await cloud.push([file("../up.mid"), large, file("good.mid")]);
  expect(progress).toEqual({ ...nothing, files: 3, sent: 1, rejected: 2 });
  expect(rejected.map(({ path, code }) => [path, code]).sort()).toEqual([
    ["../up.mid", "PATH_NOT_RELATIVE"],
    ["long.mid", "FILE_TOO_LARGE"],
  ]);
  // The words are the API's.
  const own = rejected.find(({ code }) => code === "FILE_TOO_LARGE");
  expect(own).toEqual({ path: "long.mid", ...offerRefusal({ path: "long.mid", bytes: 1_048_577, sha256: "" }) });
  expect(offerRefusal({ path: "long.mid", bytes: 1_048_576, sha256: "" })).toBeUndefined();
});

test("tells of files that cannot be read, or that change meanwhile", async () => {
  const cloud = cloudOf();
  let reads = 0;
  const changing: FileToPush = { path: "new.mid", bytes: 14, read: async () => bytesOf(`${(reads += 1)}`) };
  const gone: FileToPush = {
    path: "gone.mid",
    bytes: 14,
    read: async () => await Promise.reject(new Error("no disk")),
  };
  const { failed } = await cloud.push([changing, gone, file("good.mid")]);
  expect(failed).toEqual([
    { path: "gone.mid", reason: "The file could not be read: no disk" },
    { path: "new.mid", reason: "The file changed while it was pushed." },
  ]);
  expect(cloud.stored.size).toBe(1);
});

test("offers again while the API is busy, and ends when it refuses", async () => {
  const clock = jumping();
  const busy = cloudOf({ statuses: [503, 429], clock });
  expect(await busy.push(folderOf(2))).toMatchObject({ outcome: "done", progress: { sent: 2 } });
  expect(clock.sleeps).toEqual([1000, 2000]);
  const refusing = cloudOf({ statuses: [200, 404] });
  const outcome = await refusing.push(folderOf(150));
  expect(outcome).toMatchObject({ outcome: "refused", problem: { status: 404 }, progress: { files: 150, sent: 100 } });
  expect(await cloudOf({ statuses: new Array<number>(20).fill(503) }).push(folderOf(1))).toMatchObject({
    ...{ outcome: "refused", problem: { status: 503 } },
  });
});

test("waits until all files are read", async () => {
  const counts = [3, 1, 0];
  const api = createClient({
    baseUrl: "https://api.test",
    fetch: async () => Response.json({ id: "set", state: "OPEN", files: { pending: counts.shift() ?? 0 } }),
  });
  const seen: number[] = [];
  const waited = await waitForDataset(api, "set", {
    ...{ deadlineSeconds: 60, clock: jumping() },
    onChange: ({ files }) => seen.push(files.pending),
  });
  expect(waited).toMatchObject({ outcome: "reached", resource: { files: { pending: 0 } } });
  expect(seen).toEqual([3, 1, 0]);
});

test.each([
  ["rock/song.mid", true],
  ["SONG.MIDI", true],
  ["karaoke/a.b.kar", true],
  ["cover.jpg", false],
  ["song.mid.txt", false],
  ["midi", false],
  ["._song.mid", false],
  ["a/.hidden/song.mid", false],
  ["__MACOSX/song.mid", false],
])("%s is named as a MIDI file is: %s", (path, is) => {
  expect(isMidiPath(path)).toBe(is);
});
