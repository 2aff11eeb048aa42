import { trainingTexts } from "../texts/en-training";

const { create, list } = trainingTexts;
const names: Readonly<Record<string, string>> = create.topicNames;
const values: Readonly<Record<string, string>> = create.topicValues;

const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;

export const topicName = (tag: string): string => names[tag] ?? capital(tag);

/** Returns the value of a topic as one writes it: `b-flat-minor` is “B♭ minor”. */
export function topicValue(value: string): string {
  const known = values[value];
  if (known !== undefined) return known;
  const key = /^([a-g])(?:-(flat|sharp))?-(major|minor)$/.exec(value);
  if (key !== null) {
    const [, letter = "", sign, mode = ""] = key;
    return `${letter.toUpperCase()}${sign === undefined ? "" : sign === "flat" ? "♭" : "♯"} ${mode}`;
  }
  return capital(value.replaceAll("-", " "));
}

export function topicsInWords(topics: Readonly<Record<string, readonly string[]>>): string {
  const chosen = Object.values(topics).flat().map(topicValue);
  return chosen.length === 0 ? list.everyPiece : chosen.join(", ");
}
