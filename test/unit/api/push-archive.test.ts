/** Pushing an archive: against an API and a bucket in memory, which lose requests and responses as networks do. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { createClient, pushArchive, type PushArchiveParams } from "../../../client/client";
import type { Clock } from "../../../client/retry";

const archive = new Blob([Buffer.from("PK\u0003\u0004 some songs of a band")]);
const sha256 = createHash("sha256").update("PK\u0003\u0004 some songs of a band").digest("hex");

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

type Fate = "arrives" | "arrives unheard" | "is lost" | "is late" | "meets a fault";

/** An API that answers with these bodies or statuses, one after the other, and then with an upload; and its bucket. */
function cloudOf({
  fates = [],
  answers = [],
}: { fates?: readonly Fate[]; answers?: readonly (object | number)[] } = {}) {
  const offers: unknown[] = [];
  const stored: Buffer[] = [];
  const left = [...answers];
  const leftFates = [...fates];
  const clock = jumping();
  const api = createClient({
    baseUrl: "https://api.test",
    accessToken: () => "secret",
    fetch: async (request) => {
      expect(new URL(request.url).pathname).toBe("/datasets/set/archives");
      offers.push(await request.json());
      const answer = left.shift();
      if (typeof answer === "number") {
        const problem = { type: "about:blank", title: "No", detail: "No.", code: "NOT_NOW", requestId: "1" };
        return Response.json({ ...problem, status: answer }, { status: answer });
      }
      const upload = { kind: "upload", sha256, url: "https://bucket.test/a.zip", headers: { "if-none-match": "*" } };
      return Response.json(answer ?? { ...upload, expiresAt: "2026-01-01T00:15:00Z" });
    },
  });
  const put = async (url: string, init: RequestInit): Promise<Response> => {
    expect([url, init.method, init.headers]).toEqual(["https://bucket.test/a.zip", "PUT", { "if-none-match": "*" }]);
    init.signal?.throwIfAborted();
    const fate = leftFates.shift() ?? "arrives";
    if (fate === "is lost") throw new TypeError("fetch failed");
    if (fate === "is late") return new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 });
    if (fate === "meets a fault") return new Response("", { status: 503 });
    if (stored.length > 0) return new Response("<Error><Code>PreconditionFailed</Code></Error>", { status: 412 });
    if (!(init.body instanceof Blob)) throw new Error("The body is no Blob.");
    stored.push(Buffer.from(await init.body.arrayBuffer()));
    if (fate === "arrives unheard") throw new TypeError("fetch failed");
    return new Response("");
  };
  const push = async (params: PushArchiveParams = {}, body = archive) =>
    await pushArchive(api, "set", body, { fetch: put, clock, ...params });
  return { offers, stored, clock, push };
}

test("offers the archive by its size and digest, and sends its bytes", async () => {
  const cloud = cloudOf();
  expect(await cloud.push({ tagsFrom: "csv" })).toEqual({ outcome: "sent", sha256 });
  expect(cloud.offers).toEqual([{ bytes: archive.size, sha256, tagsFrom: "csv" }]);
  expect(cloud.stored).toEqual([Buffer.from(await archive.arrayBuffer())]);
});

test("takes tags from folders if nothing is said", async () => {
  const cloud = cloudOf();
  await cloud.push();
  expect(cloud.offers).toMatchObject([{ tagsFrom: "folders" }]);
});

test("whatever becomes of single requests, the archive arrives once, and its sender knows", async () => {
  const fate = fc.constantFrom<Fate>("arrives", "arrives unheard", "is lost", "is late", "meets a fault");
  const status = fc.constantFrom(429, 500, 503);
  await fc.assert(
    // It is sent up to four times, so three that fail are never too many.
    fc.asyncProperty(fc.array(fate, { maxLength: 3 }), fc.array(status, { maxLength: 4 }), async (fates, answers) => {
      const cloud = cloudOf({ fates, answers });
      expect(await cloud.push()).toEqual({ outcome: "sent", sha256 });
      expect(cloud.stored).toHaveLength(1);
    }),
    { numRuns: 60 },
  );
});

test("gives up an archive that never arrives, and says why", async () => {
  const cloud = cloudOf({ fates: Array<Fate>(9).fill("is late") });
  const reason = "The store answered with the status 403 (AccessDenied).";
  expect(await cloud.push()).toEqual({ outcome: "failed", sha256, reason });
  expect(cloud.offers).toHaveLength(4);
  expect(cloud.clock.sleeps).toEqual([1000, 2000, 4000]);
});

test("sends nothing where the same archive is being read, or was refused", async () => {
  const known = cloudOf({ answers: [{ kind: "known", sha256 }] });
  expect(await known.push()).toEqual({ outcome: "known", sha256 });
  const why = { code: "ARCHIVE_NOT_A_ZIP", reason: "The archive is no ZIP." };
  const refused = cloudOf({ answers: [{ kind: "rejected", sha256, ...why }] });
  expect(await refused.push()).toEqual({ outcome: "rejected", sha256, ...why });
  expect([...known.stored, ...refused.stored]).toEqual([]);
});

test("neither reads nor offers an archive that is too large", async () => {
  const cloud = cloudOf();
  const large = new Blob([]);
  Object.defineProperty(large, "size", { value: 268_435_457 });
  expect(await cloud.push({}, large)).toMatchObject({ outcome: "rejected", code: "ARCHIVE_TOO_LARGE" });
  expect(cloud.offers).toEqual([]);
});

test("ends with the problem of an offer that will not pass", async () => {
  const cloud = cloudOf({ answers: [404] });
  expect(await cloud.push()).toMatchObject({ outcome: "refused", problem: { status: 404 } });
  expect(cloud.offers).toHaveLength(1);
});

test("ends with the reason of its signal", async () => {
  const abort = new AbortController();
  const reason = new Error("The lid was closed.");
  const cloud = cloudOf();
  const fetch = async (): Promise<Response> => {
    abort.abort(reason);
    throw new TypeError("fetch failed");
  };
  await expect(cloud.push({ fetch, signal: abort.signal })).rejects.toBe(reason);
});
