/** Shortens values of a request, so that a response can repeat them and they can be read. */
import { beginningOf, readableText } from "../../domain/schemas/text";

const maxCharacters = 100;

/** Returns the beginning of a value's JSON text, a little longer than `length` at most. It does not read the rest. */
function beginningOfJson(value: unknown, length: number): string {
  if (typeof value === "string") return JSON.stringify(beginningOf(value, length));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let text = "[";
    for (const element of value as readonly unknown[]) {
      if (text.length > length) return text;
      text += `${text.length > 1 ? "," : ""}${beginningOfJson(element, length - text.length)}`;
    }
    return `${text}]`;
  }
  let text = "{";
  for (const [name, inner] of Object.entries(value)) {
    if (text.length > length) return text;
    text += `${text.length > 1 ? "," : ""}${JSON.stringify(beginningOf(name, length))}:`;
    text += beginningOfJson(inner, length - text.length);
  }
  return `${text}}`;
}

/**
 * Returns a value short enough to be repeated in a response. Text is made readable; a long object or array becomes the
 * beginning of its JSON text. The result has no value if the value was not sent.
 */
export function shortValue(value: unknown): { readonly value?: unknown } {
  if (value === undefined) return {};
  if (typeof value === "string") {
    const text = readableText(beginningOf(value, maxCharacters));
    return { value: value.length > maxCharacters ? `${text}…` : text };
  }
  if (typeof value !== "object" || value === null) return { value };
  const json = beginningOfJson(value, maxCharacters);
  const isWhole = json.length <= maxCharacters && readableText(json) === json;
  return { value: isWhole ? value : `${readableText(beginningOf(json, maxCharacters))}…` };
}
