import { z } from "zod";

import type { RequestBody } from "./request-validation";
import { validationException } from "./service-error";

/** The members that every List operation shares. Times are epoch seconds. */
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

const token = z.strictObject({ operation: z.string(), offset: z.int().min(0) });

export interface ListedResource {
  readonly name: string;
  readonly creationTime: number;
  readonly lastModifiedTime: number;
  readonly status: string;
  readonly summary: Record<string, unknown>;
}

/**
 * One page of a List operation. `StatusEquals` is applied after the page is cut, as the service does: a page may be
 * short or empty and still carry a NextToken.
 */
export function listPage(params: {
  readonly operation: string;
  readonly body: RequestBody;
  readonly resources: readonly ListedResource[];
  readonly defaultSortOrder: "Ascending" | "Descending";
}): { summaries: Record<string, unknown>[]; nextToken: string | undefined } {
  const { operation, body, resources, defaultSortOrder } = params;
  const asked = listRequest.parse(body);
  const offset = asked.NextToken === undefined ? 0 : readToken(asked.NextToken, operation);
  const kept = resources.filter(
    (resource) =>
      (asked.NameContains === undefined || resource.name.includes(asked.NameContains)) &&
      isWithin(resource.creationTime, asked.CreationTimeAfter, asked.CreationTimeBefore) &&
      isWithin(resource.lastModifiedTime, asked.LastModifiedTimeAfter, asked.LastModifiedTimeBefore),
  );
  const direction = (asked.SortOrder ?? defaultSortOrder) === "Ascending" ? 1 : -1;
  const sorted = kept.sort((one, other) => direction * compare(one, other, asked.SortBy));
  const page = sorted.slice(offset, offset + asked.MaxResults);
  const next = offset + page.length;
  return {
    summaries: page
      .filter((resource) => asked.StatusEquals === undefined || resource.status === asked.StatusEquals)
      .map((resource) => resource.summary),
    nextToken: next < sorted.length ? writeToken({ operation, offset: next }) : undefined,
  };
}

function isWithin(time: number, after: number | undefined, before: number | undefined): boolean {
  return (after === undefined || time > after) && (before === undefined || time < before);
}

function compare(one: ListedResource, other: ListedResource, sortBy: string | undefined): number {
  const byName = one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
  if (sortBy === "Name") return byName;
  if (sortBy === "Status") return one.status < other.status ? -1 : one.status > other.status ? 1 : byName;
  return one.creationTime - other.creationTime || byName;
}

function writeToken(content: z.infer<typeof token>): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

function readToken(text: string, operation: string): number {
  try {
    const content: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const read = token.parse(content);
    if (read.operation === operation) return read.offset;
  } catch {
    // Answered below, as any token that this operation did not give out.
  }
  throw validationException("Invalid NextToken");
}
