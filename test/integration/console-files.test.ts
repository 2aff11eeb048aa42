/** The console's files in a bucket of S3, and CloudFront's part of it, as MiniStack has both. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudFrontClient,
  CreateDistributionCommand,
  GetInvalidationCommand,
  ListInvalidationsCommand,
} from "@aws-sdk/client-cloudfront";
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { localCredentials, type MiniStack, startMiniStack } from "../../local/cloud/ministack";
import { invalidate } from "../../scripts/seed/publish-console";
import { environmentPython, findPython, makeEnvironments } from "../../tools/python/environments";
import { compareConsole, type ConsoleFile, seedConsole, type SeededConsole } from "../../tools/seeding/console-files";

const immutable = "public, max-age=31536000, immutable";
const file = (path: string, text: string, contentType = "text/javascript"): ConsoleFile => ({
  path,
  body: Buffer.from(text),
  contentType,
  cacheControl: path.startsWith("/assets/") ? immutable : "no-cache",
});
const page = (text: string): ConsoleFile => file("/index.html", text, "text/html");
const configFile = file("/config.json", "{}", "application/json");
const first = [file("/assets/a-1.js", "a"), file("/assets/b-1.js", "b"), configFile, page("a-1")];
const second = [file("/assets/a-2.js", "a2"), file("/assets/b-1.js", "b"), configFile, page("a-2")];

const region = "eu-west-1";
const directory = mkdtempSync(join(tmpdir(), "opencomposer-console-files-"));
let cloud: MiniStack;
let s3: S3Client;
let cloudFront: CloudFrontClient;
let bucket: string;
let made = 0;

beforeAll(async () => {
  await makeEnvironments({ names: ["cloud"], python: findPython(), report: () => undefined });
  cloud = await startMiniStack({ python: environmentPython("cloud"), directory, region, persist: false });
  const settings = { endpoint: cloud.endpointUrl, region, credentials: localCredentials };
  s3 = new S3Client({ ...settings, forcePathStyle: true });
  cloudFront = new CloudFrontClient(settings);
});
afterAll(async () => {
  s3.destroy();
  cloudFront.destroy();
  await cloud.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  bucket = `console-${++made}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});

const keys = async (): Promise<readonly (string | undefined)[]> =>
  ((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? []).map(({ Key }) => Key);

/** Seeds the files, and says besides what was invalidated and which objects there were at that moment. */
async function seed(
  files: readonly ConsoleFile[],
): Promise<SeededConsole & { readonly invalidated: readonly unknown[] }> {
  const invalidated: unknown[] = [];
  const seeded = await seedConsole({
    files,
    s3,
    bucket,
    invalidate: async (paths) => {
      invalidated.push([paths, await keys()]);
    },
  });
  return { ...seeded, invalidated };
}

test("every file is there with its type and its cache header, and only then a new page is told of", async () => {
  const names = ["assets/a-1.js", "assets/b-1.js", "config.json", "index.html"];
  expect(await seed(first)).toEqual({
    uploaded: first.map(({ path }) => path),
    deleted: [],
    invalidated: [[["/config.json", "/index.html"], names]],
  });
  for (const { path, contentType, cacheControl, body } of first) {
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: path.slice(1) }));
    expect(head).toMatchObject({
      ContentType: contentType,
      CacheControl: cacheControl,
      ETag: `"${createHash("md5").update(body).digest("hex")}"`,
    });
  }
});

test("a comparison names what is missing, what is other and what is old, and changes nothing", async () => {
  const compare = async (files: readonly ConsoleFile[]) => await compareConsole({ files, s3, bucket });
  const paths = first.map(({ path }) => path);
  expect(await compare(first)).toEqual({ missing: paths, changed: [], old: [] });
  await seed(first);
  expect(await compare(first)).toEqual({ missing: [], changed: [], old: [] });
  const before = await keys();
  expect(await compare(second)).toEqual({
    missing: ["/assets/a-2.js"],
    changed: ["/index.html"],
    old: ["/assets/a-1.js"],
  });
  expect(await keys()).toEqual(before);
});

test("repeating it changes nothing", async () => {
  await seed(first);
  expect(await seed(first)).toEqual({ uploaded: [], deleted: [], invalidated: [] });
});

test("a new version uploads what is new, and deletes the old only when its page is up", async () => {
  await seed(first);
  expect(await seed(second)).toEqual({
    uploaded: ["/assets/a-2.js", "/index.html"],
    deleted: ["/assets/a-1.js"],
    invalidated: [[["/index.html"], ["assets/a-1.js", "assets/a-2.js", "assets/b-1.js", "config.json", "index.html"]]],
  });
  expect(await keys()).toEqual(["assets/a-2.js", "assets/b-1.js", "config.json", "index.html"]);
});

test("what was interrupted is finished by the next seeding: the old page stays whole until then", async () => {
  await seed(first);
  const broken = seedConsole({
    files: second,
    s3,
    bucket,
    invalidate: async () => {
      await Promise.reject(new Error("CloudFront is away"));
    },
  });
  await expect(broken).rejects.toThrow("CloudFront is away");
  expect(await keys()).toContain("assets/a-1.js");
  expect((await seed(second)).deleted).toEqual(["/assets/a-1.js"]);
});

test("a file with other headers, or another's bytes, is uploaded anew", async () => {
  await seed(first);
  const Bucket = bucket;
  await s3.send(new PutObjectCommand({ Bucket, Key: "assets/a-1.js", Body: "a", ContentType: "text/plain" }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "assets/b-1.js", Body: "other" }));
  expect((await seed(first)).uploaded).toEqual(["/assets/a-1.js", "/assets/b-1.js"]);
  expect((await seed(first)).uploaded).toEqual([]);
});

test("more old files than one request may delete are all deleted", async () => {
  const many = Array.from({ length: 1_001 }, (_, index) => file(`/assets/old-${index}.js`, String(index)));
  await seed([...many, ...first]);
  expect((await seed(first)).deleted).toHaveLength(1_001);
  expect(await keys()).toHaveLength(first.length);
});

test("CloudFront is asked to forget the paths, each time by a request of its own", async () => {
  const { Distribution: distribution } = await cloudFront.send(
    new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: "test",
        Comment: "console",
        Enabled: true,
        Origins: { Quantity: 1, Items: [{ Id: "files", DomainName: "files.example.org" }] },
        DefaultCacheBehavior: { TargetOriginId: "files", ViewerProtocolPolicy: "redirect-to-https" },
      },
    }),
  );
  const distributionId = distribution?.Id ?? "";
  for (const paths of [["/index.html", "/config.json"], ["/index.html"]]) {
    await invalidate(cloudFront, { distributionId, paths });
  }
  const { InvalidationList: list } = await cloudFront.send(
    new ListInvalidationsCommand({ DistributionId: distributionId }),
  );
  const asked = await Promise.all(
    (list?.Items ?? []).map(async ({ Id }) => {
      const { Invalidation: found } = await cloudFront.send(
        new GetInvalidationCommand({ DistributionId: distributionId, Id }),
      );
      return [...(found?.InvalidationBatch?.Paths?.Items ?? [])].sort();
    }),
  );
  expect(asked.sort((one, other) => one.length - other.length)).toEqual([
    ["/index.html"],
    ["/config.json", "/index.html"],
  ]);
});
