/**
 * Refuses queries of operations that take none. It stands apart from validation.ts, which would bring the whole of Zod
 * into functions that need no schema.
 */
import type { FieldError } from "../../domain/schemas/api/problem";
import { pointerName } from "../problems/json-pointer";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { Request } from "./request";

/** Returns what a query gives for a name: its value, or all of them if the name comes more than once. */
export function valuesGivenFor(query: URLSearchParams, name: string): string | readonly string[] | undefined {
  const values = query.getAll(name);
  return values.length > 1 ? values : values[0];
}

/** Requires that a request has no query. @throws Problem INVALID_REQUEST that names every query parameter */
export function requireNoQuery(request: Request): void {
  const names = [...new Set(request.query.keys())];
  if (names.length === 0) return;
  const errors = names.map((name): FieldError => ({
    pointer: `?${pointerName(name)}`,
    reason: "unknown query parameter",
    ...shortValue(valuesGivenFor(request.query, name)),
    allowed: "no query parameters",
  }));
  throw new Problem("INVALID_REQUEST", { detail: "This path takes no query parameters, see `errors`.", errors });
}
