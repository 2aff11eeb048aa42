/** The choice of music: tags with the values of which a piece must have one. A tag without values is left out. */
import type { Topics } from "./training-resources";

export const withoutTopic = (topics: Topics, tag: string): Topics =>
  Object.fromEntries(Object.entries(topics).filter(([other]) => other !== tag));

export function withTopic(topics: Topics, tag: string, value: string, isChosen: boolean): Topics {
  const before = topics[tag] ?? [];
  const after = isChosen ? [...before, value] : before.filter((one) => one !== value);
  return after.length === 0 ? withoutTopic(topics, tag) : { ...topics, [tag]: after };
}
