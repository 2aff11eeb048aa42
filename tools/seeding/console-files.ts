/** Puts the console's files into the bucket from which CloudFront serves them. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import pMap from "p-map";
import { cacheControlOf, connectPolicy } from "../../naming/console-headers";
import { type ConsoleConfig, consolePaths } from "../../naming/console-paths";

/** A file of the console as CloudFront serves it. */
export interface ConsoleFile {
  /** As `/assets/index-1a2b3c4d.js`. */
  readonly path: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Browsers are told not to guess a type (nosniff), so each kind of file has to be here. */
const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".mid": "audio/midi",
  ".png": "image/png",
  ".sf3": "application/octet-stream",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/**
 * What is published in the place of the quiz's excerpts. They are cut out of a data set whose files carry no license of
 * their own, so they stay on the machine that has built it.
 */
const noExcerpts = { source: "", license: "", excerpts: [] };

const pagePath = "/index.html";
/** What names the other files, and is fetched anew by every visitor. The page comes last: it is what people open. */
const namingPaths: readonly string[] = [consolePaths.config, pagePath];

/**
 * Returns the files of a built console, each after those that it names, and `config.json`. The page is told to which
 * addresses exactly it may send requests: the header, which is made before the API is, knows their Region only.
 *
 * @param workBucket - the bucket to which browsers send the files of data sets
 * @throws Error where the folder holds no built console, or a file whose type is not known
 */
export function readConsoleFiles(
  folder: string,
  config: ConsoleConfig,
  { workBucket }: { readonly workBucket: string },
): readonly ConsoleFile[] {
  const uploadUrl = `https://${workBucket}.s3.${config.region}.amazonaws.com`;
  const origins = [config.apiUrl, config.auth.tokenUrl, uploadUrl].map((url) => new URL(url).origin);
  const bodyOf = (path: string): Buffer => {
    if (path === consolePaths.config) return Buffer.from(JSON.stringify(config));
    if (path === consolePaths.bachExcerpts) return Buffer.from(JSON.stringify(noExcerpts));
    const body = readFileSync(join(folder, path));
    return path === pagePath ? Buffer.from(withPolicy(body.toString("utf8"), connectPolicy({ origins }))) : body;
  };
  const others = filesIn(folder).filter((path) => !namingPaths.includes(path));
  return [...others, ...namingPaths].map((path) => {
    const contentType = contentTypes[extname(path)];
    if (contentType === undefined) {
      throw new Error(`${join(folder, path)} has the ending "${extname(path)}", whose content type is not known here.`);
    }
    return { path, body: bodyOf(path), contentType, cacheControl: cacheControlOf(path) };
  });
}

/** Returns the paths of all files to serve. The build's manifest, in `.vite`, is for tests. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/")}`)
    .filter((path) => !path.startsWith("/.vite/"))
    .sort();
}

function withPolicy(page: string, policy: string): string {
  const head = "<head>";
  if (page.split(head).length !== 2) throw new Error(`The console's index.html must have one ${head}.`);
  return page.replace(head, () => `${head}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`);
}

/** How the files in a bucket differ from those of a build, by path. */
export interface ConsoleDifference {
  readonly missing: readonly string[];
  readonly changed: readonly string[];
  /** What no longer belongs to the console. */
  readonly old: readonly string[];
}

/** Compares what is in the bucket with the files of a build. It changes nothing. */
export async function compareConsole(params: {
  readonly files: readonly ConsoleFile[];
  readonly s3: S3Client;
  readonly bucket: string;
}): Promise<ConsoleDifference> {
  const { files, s3, bucket } = params;
  const found = await listETags(s3, bucket);
  const current = new Set(files.map(({ path }) => path));
  const pathsOf = (which: (file: ConsoleFile) => boolean): string[] => files.filter(which).map(({ path }) => path);
  return {
    missing: pathsOf(({ path }) => !found.has(path)),
    changed: pathsOf((file) => found.has(file.path) && found.get(file.path) !== etagOf(file)),
    old: [...found.keys()].filter((path) => !current.has(path)),
  };
}

/** What a seeding has changed, by path. */
export interface SeededConsole {
  readonly uploaded: readonly string[];
  readonly deleted: readonly string[];
}

const requestsAtOnce = 16;

/**
 * Uploads the files that are not there as they are here, in their order; tells CloudFront of a new page; and only then
 * deletes what is no longer of the console, so that the page that people get always finds its files.
 *
 * @param params.invalidate forgets what CloudFront keeps of these paths
 */
export async function seedConsole(params: {
  readonly files: readonly ConsoleFile[];
  readonly s3: S3Client;
  readonly bucket: string;
  readonly invalidate: (paths: readonly string[]) => Promise<void>;
}): Promise<SeededConsole> {
  const { files, s3, bucket, invalidate } = params;
  const found = await listETags(s3, bucket);
  const changed = new Set<string>();
  const checkAndUpload = async (file: ConsoleFile): Promise<void> => {
    if (found.get(file.path) === etagOf(file) && (await hasHeaders(s3, bucket, file))) return;
    const { path, body, contentType, cacheControl } = file;
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: keyOf(path),
        Body: body,
        ContentType: contentType,
        CacheControl: cacheControl,
      }),
    );
    changed.add(path);
  };
  const isNaming = ({ path }: ConsoleFile): boolean => namingPaths.includes(path);
  await pMap(
    files.filter((file) => !isNaming(file)),
    checkAndUpload,
    { concurrency: requestsAtOnce },
  );
  for (const file of files.filter(isNaming)) await checkAndUpload(file);
  // What has no digest in its name may be kept under its old content.
  const stale = files.map(({ path }) => path).filter((path) => changed.has(path) && !isImmutable(path));
  if (stale.length > 0) await invalidate(stale);

  const current = new Set(files.map(({ path }) => path));
  const deleted = [...found.keys()].filter((path) => !current.has(path));
  // The limit of one request (API_DeleteObjects).
  for (let from = 0; from < deleted.length; from += 1_000) {
    const keys = deleted.slice(from, from + 1_000).map((path) => ({ Key: keyOf(path) }));
    const { Errors: errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys, Quiet: true } }),
    );
    const [first] = errors;
    if (first !== undefined) {
      throw new Error(`${errors.length} old files could not be deleted, the first is ${first.Key}: ${first.Message}`);
    }
  }
  return { uploaded: files.map(({ path }) => path).filter((path) => changed.has(path)), deleted };
}

/** S3 names an object that was sent in one piece by the MD5 of its content. */
const etagOf = ({ body }: ConsoleFile): string => `"${createHash("md5").update(body).digest("hex")}"`;
const keyOf = (path: string): string => path.slice(1);
const isImmutable = (path: string): boolean => cacheControlOf(path).includes("immutable");

async function listETags(s3: S3Client, bucket: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { Contents } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key: key = "", ETag: etag = "" } of Contents ?? []) found.set(`/${key}`, etag);
  }
  return found;
}

async function hasHeaders(s3: S3Client, bucket: string, file: ConsoleFile): Promise<boolean> {
  const { ContentType, CacheControl } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(file.path) }));
  return ContentType === file.contentType && CacheControl === file.cacheControl;
}
