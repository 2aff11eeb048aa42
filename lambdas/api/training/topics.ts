/** Topics against the tags that a data set has. */
import type { FieldError } from "../../../domain/schemas/api/problem";
import type { CatalogueItem } from "../../../domain/schemas/items";
import { jsonPointer } from "../../http/validation";

/** Every tag of a data set with all its values, tags in the order of the alphabet. */
export function tagValues(pieces: CatalogueItem["pieces"]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const { tags } of pieces) {
    for (const [tag, values] of Object.entries(tags)) {
      const known = all.get(tag) ?? new Set<string>();
      for (const value of values) known.add(value);
      all.set(tag, known);
    }
  }
  return new Map([...all].sort(([one], [other]) => one.localeCompare(other)));
}

export interface UnknownTopic {
  readonly tag: string;
  /** Its pointer leads into the topics. */
  readonly error: FieldError;
}

/** Every tag and every value that no piece carries. */
export function unknownTopics(
  topics: Readonly<Record<string, readonly string[]>>,
  all: ReadonlyMap<string, ReadonlySet<string>>,
): UnknownTopic[] {
  const allTags = [...all.keys()].join(", ");
  return Object.entries(topics).flatMap(([tag, values]): UnknownTopic[] => {
    const pointer = jsonPointer([tag]);
    const known = all.get(tag);
    if (known === undefined) {
      return [{ tag, error: { pointer, reason: "no piece has this tag", value: tag, allowed: allTags } }];
    }
    const allowed = [...known].sort().join(", ");
    return values.flatMap((value, index): UnknownTopic[] =>
      known.has(value)
        ? []
        : [{ tag, error: { pointer: jsonPointer([tag, index]), reason: "no piece has this value", value, allowed } }],
    );
  });
}
