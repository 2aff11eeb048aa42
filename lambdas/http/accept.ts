/**
 * Negotiates the type of a response: the one of the resource's types that the client accepts best (RFC 9110, 12.5.1).
 */
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { Request } from "./request";

interface AcceptedRange {
  /** The media range or, in Accept-Encoding, the content coding. */
  readonly type: string;
  readonly quality: number;
}

/** Returns the entries of a header of the form of Accept, each with its quality from 0 to 1. */
export function parseAccept(header: string): AcceptedRange[] {
  return header
    .split(",")
    .slice(0, 50)
    .map((range) => {
      const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      const parsed = quality === undefined ? 1 : Number(quality);
      return { type, quality: Number.isFinite(parsed) ? Math.min(1, Math.max(0, parsed)) : 0 };
    });
}

/** Returns the quality that a header gives a type. The most specific range that matches decides. */
function qualityOf(ranges: readonly AcceptedRange[], type: string): number {
  const [group = ""] = type.split("/");
  for (const pattern of [type, `${group}/*`, "*/*"]) {
    const found = ranges.find((range) => range.type === pattern);
    if (found !== undefined) return found.quality;
  }
  return 0;
}

/**
 * Returns the type in which the resource is sent.
 * @param types - the types in which it can be sent, the default first
 * @throws Problem NOT_ACCEPTABLE
 */
export function negotiate<Type extends string>(request: Request, types: readonly [Type, ...Type[]]): Type {
  const header = request.header("accept");
  if (header === undefined || header.trim() === "") return types[0];
  const ranges = parseAccept(header);
  const best = types
    .map((type) => ({ type, quality: qualityOf(ranges, type) }))
    .reduce((one, other) => (other.quality > one.quality ? other : one));
  if (best.quality > 0) return best.type;
  const allowed = types.join(" or ");
  throw new Problem("NOT_ACCEPTABLE", {
    detail: `The resource can be sent as ${allowed}.`,
    errors: [
      { pointer: "Accept:", reason: "names no type that the resource is available in", ...shortValue(header), allowed },
    ],
  });
}
