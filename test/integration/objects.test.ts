/** The store of objects on S3, and the one in memory that stands for it in all other tests, behave alike. */
import { createHash } from "node:crypto";
import { GetObjectTaggingCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";
import pMap from "p-map";
import {
  createObjectStore,
  type ObjectStore,
  ObjectTooLargeError,
  type StoredObject,
} from "../../lambdas/stores/objects";
import { createPresigningObjectStore, type PresigningObjectStore } from "../../lambdas/stores/presigned-urls";
import { localCredentials } from "../../local/cloud/ministack";
import { MemoryBuckets } from "../fakes/memory-object-store";
import { startListeningServer } from "../support/listening-server";
import { type LocalTable, startLocalTable } from "./support/local-table";

interface Attributes {
  readonly contentType: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Two buckets, and what the product never asks of their objects. */
interface Buckets {
  readonly work: PresigningObjectStore;
  readonly kept: PresigningObjectStore;
  readonly attributesOf: (store: ObjectStore, key: string) => Promise<Attributes>;
}

let local: LocalTable;
beforeAll(async () => {
  local = await startLocalTable();
});
afterAll(async () => {
  await local.stop();
});

const now = () => new Date();

const open: Readonly<Record<"in memory" | "on S3", () => Buckets>> = {
  "in memory": () => {
    const buckets = new MemoryBuckets({ now });
    return {
      work: buckets.store("work"),
      kept: buckets.store("kept"),
      attributesOf: async ({ bucket }, key) => {
        const { contentType = "", tags = {} } = buckets.store(bucket).attributesOf(key) ?? {};
        return { contentType, tags };
      },
    };
  },
  "on S3": () => ({
    work: createPresigningObjectStore({ client: local.s3, bucket: local.workBucket, now }),
    kept: createPresigningObjectStore({ client: local.s3, bucket: local.artifactsBucket, now }),
    attributesOf: async ({ bucket: Bucket }, Key) => {
      const { ContentType = "" } = await local.s3.send(new HeadObjectCommand({ Bucket, Key }));
      const { TagSet = [] } = await local.s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
      return {
        contentType: ContentType,
        tags: Object.fromEntries(TagSet.map(({ Key: name = "", Value = "" }) => [name, Value])),
      };
    },
  }),
};
const contentType = "application/octet-stream";
const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();
const keysOf = (objects: readonly StoredObject[]): string[] => objects.map(({ key }) => key);
const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Keys that some part of the way to S3 could read as something else: a URL, a query, XML. */
const specialKeys = [
  "a model.onnx",
  "a+b=c&d.mid",
  "50%25.mid",
  "why?#fragment",
  '<tag attribute="it\'s">',
  "Ténor.mid",
  "旋律/第一.mid",
  "🎹.mid",
  "(1)!*'~.mid",
  "back\\slash",
  "a,b;c:d@e",
] as const;

/** More than S3 lists or deletes in one call. */
const manyKeys = Array.from({ length: 1_003 }, (_, index) => `many/${String(index).padStart(4, "0")}`);

describe.each(["in memory", "on S3"] as const)("objects %s", (place) => {
  let buckets: Buckets;
  let work: PresigningObjectStore;
  let kept: PresigningObjectStore;
  beforeEach(async () => {
    buckets = open[place]();
    ({ work, kept } = buckets);
    await work.deleteAllUnder("");
    await kept.deleteAllUnder("");
  });
  const write = async (store: ObjectStore, key: string, body: Uint8Array | string = "x"): Promise<void> => {
    await store.write({ key, body, contentType });
  };

  test("what was written is read, and written again it is replaced", async () => {
    await write(work, "a", "first");
    await write(work, "a", "second");
    expect(await work.exists("a")).toBe(true);
    expect(text(await work.read("a", 100))).toBe("second");
    expect(await kept.exists("a")).toBe(false);
  });

  test("any bytes come back as they were, with their digest", async () => {
    const sizes = fc.uint8Array({ maxLength: 300_000, size: "max" });
    await fc.assert(
      fc.asyncProperty(sizes, async (bytes) => {
        await write(work, "bytes", bytes);
        expect(Buffer.from((await work.read("bytes", bytes.length)) ?? []).equals(bytes)).toBe(true);
        const digest = await work.digest("bytes", bytes.length);
        expect(digest).toMatchObject({ sha256: sha256Of(bytes), bytes: bytes.length });
      }),
      { numRuns: 20 },
    );
  });

  test("an object that is not there is a missing one, whatever else has a similar key", async () => {
    await write(work, "folder/object");
    for (const key of ["folder", "folder/", "folder/object/", "folder/objec"]) {
      expect([key, await work.exists(key)]).toEqual([key, false]);
      expect(await work.read(key, 100)).toBeUndefined();
      expect(await work.digest(key, 100)).toBeUndefined();
    }
  });

  test("an object of the allowed size is read, and one byte more is refused with both numbers", async () => {
    await write(work, "a", "12345");
    await write(work, "empty", "");
    expect(text(await work.read("a", 5))).toBe("12345");
    expect((await work.digest("a", 5))?.bytes).toBe(5);
    expect(text(await work.read("empty", 0))).toBe("");
    expect((await work.digest("empty", 0))?.sha256).toBe(sha256Of(new Uint8Array()));
    for (const reading of [async () => await work.read("a", 4), async () => await work.digest("a", 4)]) {
      const error: unknown = await reading().catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(ObjectTooLargeError);
      expect(error).toMatchObject({ key: "a", bytes: 5, maxBytes: 4, message: "a has 5 bytes; allowed are 4" });
    }
    expect(text(await work.read("a", 5))).toBe("12345");
  });

  test("the same bytes have the same etag, and other bytes another one", async () => {
    const etagOf = async (key: string) => (await work.digest(key, 100))?.etag;
    await write(work, "a", "same");
    await write(work, "b", "same");
    await write(work, "c", "other");
    expect(await etagOf("a")).toMatch(/^".+"$/);
    expect(await etagOf("a")).toBe(await etagOf("b"));
    expect(await etagOf("a")).not.toBe(await etagOf("c"));
  });

  test("the head says size and etag, and a range is read of the object that has it alone", async () => {
    const key = "ranges";
    await write(work, key, "0123456789");
    const head = await work.head(key);
    expect(head).toEqual({ bytes: 10, etag: (await work.digest(key, 10))?.etag });
    const etag = head?.etag ?? "";
    expect(text(await work.readRange({ key, start: 2, end: 5, etag }))).toBe("234");
    expect(text(await work.readRange({ key, start: 9, end: 10, etag }))).toBe("9");
    // A range that ends behind the object is cut off there, and one of no bytes has none.
    expect(text(await work.readRange({ key, start: 8, end: 50, etag }))).toBe("89");
    expect(text(await work.readRange({ key, start: 4, end: 4, etag }))).toBe("");
    await write(work, key, "abcdefghij");
    expect(await work.readRange({ key, start: 2, end: 5, etag })).toBeUndefined();
    await work.delete([key]);
    expect(await work.head(key)).toBeUndefined();
    expect(await work.readRange({ key, start: 2, end: 5, etag })).toBeUndefined();
  });

  test("a copy into another bucket has bytes, content type and tags of its source", async () => {
    const source = { key: "a", body: "song", contentType: "audio/midi", tags: { lifetime: "brief" } };
    await work.write(source);
    const digest = await work.digest("a", 100);
    if (digest === undefined) throw new Error("the object is not there");
    const from = { bucket: work.bucket, key: "a" };
    expect(await kept.copy({ from, to: "b" })).toBe(true);
    expect(await kept.copy({ from: { ...from, etag: digest.etag }, to: "c" })).toBe(true);
    for (const key of ["b", "c"]) {
      expect(await kept.digest(key, 100)).toEqual(digest);
      expect(await buckets.attributesOf(kept, key)).toEqual({ contentType: "audio/midi", tags: { lifetime: "brief" } });
    }
    expect(await work.exists("b")).toBe(false);
  });

  test("a copy takes no other bytes than those that were asked for, and leaves what it would have replaced", async () => {
    await write(work, "a", "hashed");
    await write(kept, "b", "before");
    const etag = (await work.digest("a", 100))?.etag;
    if (etag === undefined) throw new Error("the object is not there");
    await write(work, "a", "replaced");
    expect(await kept.copy({ from: { bucket: work.bucket, key: "a", etag }, to: "b" })).toBe(false);
    expect(text(await kept.read("b", 100))).toBe("before");
    expect(await kept.copy({ from: { bucket: work.bucket, key: "a" }, to: "b" })).toBe(true);
    expect(text(await kept.read("b", 100))).toBe("replaced");
  });

  test("a copy of what is not there says so and writes nothing", async () => {
    await write(work, "a");
    const etag = (await work.digest("a", 100))?.etag ?? "";
    await work.delete(["a"]);
    expect(await kept.copy({ from: { bucket: work.bucket, key: "a" }, to: "b" })).toBe(false);
    expect(await kept.copy({ from: { bucket: work.bucket, key: "a", etag }, to: "b" })).toBe(false);
    expect(await kept.exists("b")).toBe(false);
  });

  test("a list has key, size and time of what begins with the prefix, in the order of the keys' bytes", async () => {
    const since = Math.floor(Date.now() / 1000) * 1000;
    // The last two change places where texts are compared by their UTF-16 units.
    const inOrder = ["l/-", "l/0/z", "l/00", "l/A", "l/a", "l/a/b", "l/é", "l/\uFF5E", "l/🎹"];
    for (const key of inOrder.toReversed()) await write(work, key, "12");
    await write(work, "k");
    await write(work, "l");
    await write(work, "m/a");
    const listed = await work.list("l/", 100);
    expect(keysOf(listed)).toEqual(inOrder);
    for (const { bytes, modifiedAt } of listed) {
      expect(bytes).toBe(2);
      expect(modifiedAt.getTime()).toBeGreaterThanOrEqual(since);
      expect(modifiedAt.getTime()).toBeLessThanOrEqual(Date.now());
    }
    expect(keysOf(await work.list("l/a", 100))).toEqual(["l/a", "l/a/b"]);
    expect(keysOf(await work.list("l/", 3))).toEqual(inOrder.slice(0, 3));
    expect(await work.list("nothing/", 3)).toEqual([]);
  });

  test("more than a thousand are listed, paged and deleted as few are", async () => {
    await pMap(
      manyKeys,
      async (key) => {
        await work.write({ key, body: "x", contentType });
      },
      { concurrency: 16 },
    );
    await write(work, "manz");
    expect(keysOf(await work.list("many/", 20_000))).toEqual(manyKeys);
    expect(keysOf(await work.list("many/", 1_001))).toEqual(manyKeys.slice(0, 1_001));
    expect(keysOf(await work.list("many/", 1_000))).toEqual(manyKeys.slice(0, 1_000));
    const pages: (readonly StoredObject[])[] = [];
    for await (const page of work.pages("many/")) pages.push(page);
    expect(pages.map(({ length }) => length)).toEqual([1_000, 3]);
    expect(pages.flat()).toEqual(await work.list("many/", 20_000));
    await work.deleteAllUnder("many/");
    expect(keysOf(await work.list("", 10))).toEqual(["manz"]);
    // On both sides of the thousandth; the others are not there any more.
    for (const index of [0, 999, 1_000, 1_002]) await write(work, manyKeys[index] ?? "");
    await work.delete(manyKeys);
    expect(keysOf(await work.list("", 10))).toEqual(["manz"]);
  });

  test("deleting takes what was named, and what is not there counts as deleted", async () => {
    for (const key of ["a", "ab", "b"]) await write(work, key);
    await work.delete([]);
    await work.delete(["a", "not-there"]);
    await work.delete(["a"]);
    expect(keysOf(await work.list("", 10))).toEqual(["ab", "b"]);
    await work.deleteAllUnder("not-there/");
    expect(keysOf(await work.list("", 10))).toEqual(["ab", "b"]);
  });

  test("deleting all under a prefix leaves what lies beside it", async () => {
    for (const key of ["u/1/a", "u/1/b/c", "u/1", "u/10/a", "u/2/a"]) await write(work, key);
    await write(kept, "u/1/a");
    await work.deleteAllUnder("u/1/");
    expect(keysOf(await work.list("", 10))).toEqual(["u/1", "u/10/a", "u/2/a"]);
    expect(await kept.exists("u/1/a")).toBe(true);
  });

  test.each(specialKeys)("the key %s is a key like any other", async (name) => {
    const key = `special/${name}`;
    await write(work, key, "special");
    await write(work, "beside");
    expect(await work.exists(key)).toBe(true);
    expect(text(await work.read(key, 100))).toBe("special");
    expect(keysOf(await work.list(key, 10))).toEqual([key]);
    expect(await kept.copy({ from: { bucket: work.bucket, key }, to: `copy/${name}` })).toBe(true);
    expect(text(await kept.read(`copy/${name}`, 100))).toBe("special");
    await work.delete([key]);
    expect(keysOf(await work.list("", 10))).toEqual(["beside"]);
    await kept.deleteAllUnder("copy/");
    expect(await kept.list("", 10)).toEqual([]);
  });

  test("an object has the content type and the tags that it was written with last", async () => {
    const tags = { versions: "brief", "made by": "a+b=c/d:e@f_g.h-i" };
    await work.write({ key: "a", body: "x", contentType: "audio/midi", tags });
    expect(await buckets.attributesOf(work, "a")).toEqual({ contentType: "audio/midi", tags });
    const other = { contentType: "application/json", tags: { other: "" } };
    await work.write({ key: "a", body: "x", ...other });
    expect(await buckets.attributesOf(work, "a")).toEqual(other);
    await write(work, "b");
    expect(await buckets.attributesOf(work, "b")).toEqual({ contentType, tags: {} });
  });

  test("a URL says until when it can be used, by the clock that the store was given", async () => {
    await write(work, "a");
    const [before, { url, expiresAt }] = [Date.now(), await work.presign("a", 300)];
    const lifetime = Date.parse(expiresAt) - before;
    expect(lifetime).toBeGreaterThanOrEqual(300_000);
    expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 300_000);
    expect(new URL(url).pathname.endsWith("/a")).toBe(true);
  });
});

/** One call of a store, and what it gives in a form that can be compared. */
type StoreCall = (stores: Pick<Buckets, "work" | "kept">) => Promise<unknown>;

const key = fc.constantFrom("a", "b", "f/a", "f/b", "f/g/a");
const body = fc.constantFrom("", "x", "yy", "zzz");
const side = fc.constantFrom("work" as const, "kept" as const);
const prefix = fc.constantFrom("", "f/", "f/g/", "a");
const maxBytes = fc.constantFrom(0, 1, 2, 3);
const etagIn = async (store: ObjectStore, name: string) => (await store.digest(name, 10))?.etag;
const storeCalls: fc.Arbitrary<StoreCall> = fc.oneof(
  fc.tuple(side, key, body).map(([at, name, content]): StoreCall => {
    return async (stores) => {
      await stores[at].write({ key: name, body: content, contentType });
    };
  }),
  fc.tuple(side, key, maxBytes).map(
    ([at, name, max]): StoreCall =>
      async (stores) =>
        text(await stores[at].read(name, max)),
  ),
  fc.tuple(side, key, maxBytes).map(
    ([at, name, max]): StoreCall =>
      async (stores) =>
        await stores[at].digest(name, max),
  ),
  fc.tuple(side, key).map(
    ([at, name]): StoreCall =>
      async (stores) =>
        await stores[at].exists(name),
  ),
  fc.tuple(side, side, key, key, fc.option(key)).map(([at, source, name, to, sameAs]): StoreCall => {
    return async (stores) => {
      // The etag of any object: it fits the source where both have the same bytes.
      const etag = sameAs === null ? undefined : await etagIn(stores[source], sameAs);
      const from = { bucket: stores[source].bucket, key: name, ...(etag === undefined ? {} : { etag }) };
      // Onto itself an object is copied by nobody, and S3 refuses it.
      return at === source && name === to ? undefined : await stores[at].copy({ from, to });
    };
  }),
  fc.tuple(side, prefix, fc.integer({ min: 1, max: 6 })).map(([at, name, limit]): StoreCall => {
    return async (stores) => (await stores[at].list(name, limit)).map(({ key: name, bytes }) => [name, bytes]);
  }),
  fc.tuple(side, fc.array(key)).map(([at, name]): StoreCall => async (stores) => {
    await stores[at].delete(name);
  }),
  fc.tuple(side, prefix).map(([at, name]): StoreCall => async (stores) => {
    await stores[at].deleteAllUnder(name);
  }),
);

test("whatever is done to objects has the same outcome in memory and on S3", async () => {
  const outcome = async (call: StoreCall, stores: Buckets): Promise<unknown> => {
    try {
      return await call(stores);
    } catch (error) {
      return String(error);
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.array(storeCalls, { minLength: 5, maxLength: 30 }), async (calls) => {
      const [memory, s3] = [open["in memory"](), open["on S3"]()];
      await s3.work.deleteAllUnder("");
      await s3.kept.deleteAllUnder("");
      for (const [index, call] of calls.entries()) {
        expect([index, await outcome(call, s3)]).toEqual([index, await outcome(call, memory)]);
      }
    }),
    { numRuns: 30 },
  );
});

describe("on S3", () => {
  const at = (endpoint: string) =>
    new S3Client({ endpoint, region: local.region, credentials: localCredentials, forcePathStyle: true });

  test("of an object that is too large no byte is waited for, and the connection is given back", async () => {
    let cutOff: Promise<void> | undefined;
    // It promises a gigabyte and sends none of it: whoever reads waits for ever.
    const server = await startListeningServer((_, response) => {
      cutOff = new Promise((resolve) => response.once("close", resolve));
      response.writeHead(200, { "content-length": 1_000_000_000, etag: '"e"' });
      response.flushHeaders();
    });
    const client = at(server.url);
    try {
      const store = createObjectStore({ client, bucket: "bucket" });
      for (const reading of [async () => await store.read("a", 10), async () => await store.digest("a", 10)]) {
        await expect(reading()).rejects.toThrow(new ObjectTooLargeError("a", 1_000_000_000, 10));
        expect(cutOff).toBeDefined();
        await cutOff;
        cutOff = undefined;
      }
    } finally {
      client.destroy();
      await server.stop();
    }
  });

  test("a fault of S3 is no missing object", async () => {
    const server = await startListeningServer((_, response) => {
      response.writeHead(403, { "content-type": "application/xml" });
      response.end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    });
    const client = at(server.url);
    try {
      const store = createObjectStore({ client, bucket: "bucket" });
      for (const call of [
        async () => await store.exists("a"),
        async () => await store.read("a", 10),
        async () => await store.digest("a", 10),
        async () => await store.copy({ from: { bucket: "other", key: "a" }, to: "b" }),
      ]) {
        const error: unknown = await call().catch((cause: unknown) => cause);
        expect(error).toMatchObject({ $metadata: { httpStatusCode: 403 } });
      }
    } finally {
      client.destroy();
      await server.stop();
    }
  });

  test("keys that S3 could not delete are an error with their number and the first reason", async () => {
    const server = await startListeningServer((_, response) => {
      response.writeHead(200, { "content-type": "application/xml" });
      const faults = ["a", "b"].map((name) => `<Error><Key>${name}</Key><Code>InternalError</Code></Error>`);
      response.end(`<DeleteResult>${faults.join("")}</DeleteResult>`);
    });
    const client = at(server.url);
    try {
      const store = createObjectStore({ client, bucket: "bucket" });
      await expect(store.delete(["a", "b", "c"])).rejects.toThrow(
        "2 objects were not deleted; the first: InternalError",
      );
    } finally {
      client.destroy();
      await server.stop();
    }
  });

  test("a presigned URL gives the object to whoever has it, and is dated by the clock", async () => {
    const instant = new Date(Math.floor(Date.now() / 1000) * 1000);
    const params = { client: local.s3, bucket: local.workBucket, now: () => instant };
    const store = createPresigningObjectStore(params);
    await store.write({ key: "urls/a b.mid", body: "MThd", contentType: "audio/midi" });
    const { url, expiresAt } = await store.presign("urls/a b.mid", 300);
    expect(expiresAt).toBe(new Date(instant.getTime() + 300_000).toISOString());
    const { searchParams } = new URL(url);
    expect(searchParams.get("X-Amz-Date")).toBe(instant.toISOString().replace(/[-:]|\.\d+/g, ""));
    expect(searchParams.get("X-Amz-Expires")).toBe("300");
    const response = await fetch(url);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "audio/midi",
      "MThd",
    ]);
  });
});
