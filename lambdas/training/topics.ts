/** Compares topics with the tags that a data set has. */
import type { FieldError } from "../../domain/schemas/api/problem";
import { jsonPointer } from "../problems/json-pointer";
import { maxErrors } from "../problems/problem";
import { shortValue } from "../problems/short-value";

export interface UnknownTopic {
  readonly tag: string;
  /** The error, whose pointer leads into the topics. */
  readonly error: FieldError;
}

/** Returns every tag and every value that no piece has: as many as a response lists, and one more. */
export function unknownTopics(
  topics: Readonly<Record<string, readonly string[]>>,
  all: ReadonlyMap<string, ReadonlySet<string>>,
): UnknownTopic[] {
  const allTags = [...all.keys()].join(", ");
  const unknown: UnknownTopic[] = [];
  for (const [tag, values] of Object.entries(topics)) {
    const known = all.get(tag);
    if (known === undefined) {
      const error = {
        pointer: jsonPointer([tag]),
        reason: "no piece has this tag",
        ...shortValue(tag),
        allowed: allTags,
      };
      unknown.push({ tag, error });
    } else {
      const allowed = [...known].sort().join(", ");
      values.forEach((value, index) => {
        if (known.has(value)) return;
        const pointer = jsonPointer([tag, index]);
        unknown.push({ tag, error: { pointer, reason: "no piece has this value", ...shortValue(value), allowed } });
      });
    }
    if (unknown.length > maxErrors) break;
  }
  return unknown;
}
