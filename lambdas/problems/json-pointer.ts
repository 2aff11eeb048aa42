/** JSON pointers to broken fields (RFC 6901). */
import { beginningOf, readableText } from "../../domain/schemas/text";

/** Returns a name as pointers have it. It stays short and readable, whatever the name is. */
export function pointerName(part: PropertyKey): string {
  return readableText(beginningOf(String(part), 100))
    .replaceAll("~", "~0")
    .replaceAll("/", "~1");
}

/** Returns one step of a pointer. */
export function pointerStep(part: PropertyKey): string {
  return `/${pointerName(part)}`;
}

/** Returns the pointer that a path leads to. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map(pointerStep).join("");
}
