/** The versions of objects on S3, and those in memory that stand for them in the tests of erasures, behave alike. */
import { CreateBucketCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { createObjectVersions, type ObjectVersion, type ObjectVersions } from "../../lambdas/stores/object-versions";
import { createObjectStore, type ObjectStore } from "../../lambdas/stores/objects";
import { MemoryBuckets } from "../fakes/memory-object-store";
import { type LocalTable, startLocalTable } from "./support/local-table";

let local: LocalTable;
beforeAll(async () => {
  local = await startLocalTable();
});
afterAll(async () => {
  await local.stop();
});

interface Bucket {
  readonly objects: ObjectStore;
  readonly versions: ObjectVersions;
}

let buckets = 0;
const open: Readonly<Record<"in memory" | "on S3" | "on S3 without versions", () => Promise<Bucket>>> = {
  "in memory": async () => {
    const objects = new MemoryBuckets().store("kept");
    return await Promise.resolve({ objects, versions: objects.versions });
  },
  "on S3": async () => {
    buckets += 1;
    const bucket = `versions-${buckets}`;
    await local.s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await local.s3.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    const params = { client: local.s3, bucket };
    return { objects: createObjectStore(params), versions: createObjectVersions(params) };
  },
  "on S3 without versions": async () => {
    buckets += 1;
    const bucket = `plain-${buckets}`;
    await local.s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const params = { client: local.s3, bucket };
    return { objects: createObjectStore(params), versions: createObjectVersions(params) };
  },
};

async function versionsUnder({ versions }: Bucket, prefix: string): Promise<readonly ObjectVersion[]> {
  const all: ObjectVersion[] = [];
  for await (const page of versions.pages(prefix)) all.push(...page);
  return all;
}

const write = async ({ objects }: Bucket, key: string, body: string): Promise<void> => {
  await objects.write({ key, body, contentType: "text/plain" });
};

describe.each(["in memory", "on S3"] as const)("versions %s", (place) => {
  test("earlier versions and delete markers are listed, and deleted for good", async () => {
    const bucket = await open[place]();
    for (const body of ["one", "two", "three"]) await write(bucket, "users/a/piece", body);
    await write(bucket, "users/a/gone", "one");
    await bucket.objects.delete(["users/a/gone"]);
    await write(bucket, "users/ab/piece", "another user's");
    const found = await versionsUnder(bucket, "users/a/");
    expect(found.map(({ key }) => key).sort()).toEqual([
      ...Array.from({ length: 2 }, () => "users/a/gone"),
      ...Array.from({ length: 3 }, () => "users/a/piece"),
    ]);
    await bucket.versions.delete(found);
    expect(await versionsUnder(bucket, "users/a/")).toEqual([]);
    expect(await bucket.objects.exists("users/a/piece")).toBe(false);
    expect(await bucket.objects.exists("users/ab/piece")).toBe(true);
    // What is gone counts as deleted.
    await bucket.versions.delete(found);
    await bucket.versions.delete([]);
  });

  test("more than one page is listed, each version once", async () => {
    const bucket = await open[place]();
    const keys = Array.from({ length: 502 }, (_, index) => `users/a/${String(index).padStart(4, "0")}`);
    for (const key of keys) for (const body of ["one", "two"]) await write(bucket, key, body);
    const found = await versionsUnder(bucket, "users/a/");
    expect(new Set(found.map(({ key, versionId }) => `${key} ${versionId}`)).size).toBe(1_004);
    expect(found).toHaveLength(1_004);
    await bucket.versions.delete(found.slice(0, 1_000));
    expect(await versionsUnder(bucket, "users/a/")).toHaveLength(4);
  });
});

test("a bucket without versions has one of each object", async () => {
  const bucket = await open["on S3 without versions"]();
  for (const body of ["one", "two"]) await write(bucket, "users/a/checkpoint", body);
  const found = await versionsUnder(bucket, "users/a/");
  expect(found.map(({ key }) => key)).toEqual(["users/a/checkpoint"]);
  await bucket.versions.delete(found);
  expect(await versionsUnder(bucket, "users/a/")).toEqual([]);
  expect(await bucket.objects.exists("users/a/checkpoint")).toBe(false);
});
