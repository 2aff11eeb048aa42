import { createHash, createHmac, randomBytes } from "node:crypto";
import * as z from "zod";
import type { RequestBody } from "./request-validation";
import { validationException } from "./service-error";

/** The members that every List operation has. Times are epoch seconds. */
const listRequest = z.looseObject({
  MaxResults: z.int().default(10),
  NextToken: z.string().optional(),
  NameContains: z.string().optional(),
  CreationTimeAfter: z.number().optional(),
  CreationTimeBefore: z.number().optional(),
  LastModifiedTimeAfter: z.number().optional(),
  LastModifiedTimeBefore: z.number().optional(),
  StatusEquals: z.string().optional(),
  SortBy: z.string().optional(),
  SortOrder: z.enum(["Ascending", "Descending"]).optional(),
});

/** The content of a NextToken: the last resource on the page, and a digest of the request. */
const token = z.strictObject({
  question: z.string(),
  name: z.string(),
  creationTime: z.number(),
  status: z.string(),
});

/**
 * The key of the tokens. It is drawn at each start, so that only a token that this server gave out is valid, and none
 * outlives the server.
 */
const tokenKey = randomBytes(32);

export interface ListedResource {
  readonly name: string;
  readonly creationTime: number;
  readonly lastModifiedTime: number;
  readonly status: string;
  readonly summary: Record<string, unknown>;
}

/**
 * Returns one page of a List operation. `StatusEquals` is applied after the page is cut, as the service does: a page
 * may be short or empty and still carry a NextToken. The next page begins after the last resource of this one, even if
 * that has changed its place or was deleted: resources that are created or deleted meanwhile shift no others between
 * pages.
 */
export function listPage(params: {
  readonly operation: string;
  readonly body: RequestBody;
  readonly resources: readonly ListedResource[];
  readonly defaultSortOrder: "Ascending" | "Descending";
}): { summaries: Record<string, unknown>[]; nextToken: string | undefined } {
  const { operation, body, resources, defaultSortOrder } = params;
  const asked = listRequest.parse(body);
  const question = digestOf(operation, body);
  const after = asked.NextToken === undefined ? undefined : readToken(asked.NextToken, question);
  const kept = resources.filter(
    (resource) =>
      (asked.NameContains === undefined || resource.name.includes(asked.NameContains)) &&
      isWithin(resource.creationTime, asked.CreationTimeAfter, asked.CreationTimeBefore) &&
      isWithin(resource.lastModifiedTime, asked.LastModifiedTimeAfter, asked.LastModifiedTimeBefore),
  );
  const direction = (asked.SortOrder ?? defaultSortOrder) === "Ascending" ? 1 : -1;
  const inOrder = (one: Place, other: Place): number => direction * compare(one, other, asked.SortBy);
  const rest = kept.filter((resource) => after === undefined || inOrder(resource, after) > 0).sort(inOrder);
  const page = rest.slice(0, asked.MaxResults);
  const last = page.at(-1);
  return {
    summaries: page
      .filter((resource) => asked.StatusEquals === undefined || resource.status === asked.StatusEquals)
      .map((resource) => resource.summary),
    nextToken: last !== undefined && page.length < rest.length ? writeToken(last, question) : undefined,
  };
}

function isWithin(time: number, after: number | undefined, before: number | undefined): boolean {
  return (after === undefined || time > after) && (before === undefined || time < before);
}

/** The attributes by which a list is ordered. */
type Place = Pick<ListedResource, "name" | "creationTime" | "status">;

function compare(one: Place, other: Place, sortBy: string | undefined): number {
  const byName = one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
  if (sortBy === "Name") return byName;
  if (sortBy === "Status") return one.status < other.status ? -1 : one.status > other.status ? 1 : byName;
  return one.creationTime - other.creationTime || byName;
}

/**
 * Returns the digest of all members that choose resources and their order. With a token of another request, the place
 * in the list would be wrong.
 */
function digestOf(operation: string, body: RequestBody): string {
  const { NextToken: _token, MaxResults: _size, ...question } = body;
  const members = Object.entries(question).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([operation, members]))
    .digest("base64url");
}

function writeToken({ name, creationTime, status }: Place, question: string): string {
  const content: z.infer<typeof token> = { question, name, creationTime, status };
  const text = Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${text}.${seal(text)}`;
}

function readToken(given: string, question: string): Place {
  const [text = "", sealed, ...more] = given.split(".");
  if (sealed === seal(text) && more.length === 0) {
    const content: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const read = token.parse(content);
    if (read.question === question) return read;
  }
  throw validationException("Invalid NextToken");
}

function seal(text: string): string {
  return createHmac("sha256", tokenKey).update(text).digest("base64url");
}
