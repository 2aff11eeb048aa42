/** JSON pointers to broken fields (RFC 6901). */
import { beginningOf, readableText } from "../../domain/schemas/text";

/** Returns one step of a pointer. It stays short and readable, whatever the name is. */
export function pointerStep(part: PropertyKey): string {
  return `/${readableText(beginningOf(String(part), 100))
    .replaceAll("~", "~0")
    .replaceAll("/", "~1")}`;
}

/** Returns the pointer that a path leads to. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map(pointerStep).join("");
}
