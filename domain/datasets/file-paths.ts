/**
 * The paths of files in a data set, as a folder or an archive gives them. A path is a label: nothing is ever written at
 * it, and no key is made of it. It is refused all the same if it can mislead a person or a program that reads it.
 */
import { datasetLimits } from "./limits";
import type { PathRejectionCode, Rejection } from "./rejections";

/** Characters that are not seen, or that change the order in which others are seen, and halves of characters. */
const misleading = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

const shownCharacters = 60;

/** Returns a text in quotes, shortened, and with what cannot be seen written as code points. */
export function shownText(text: string): string {
  const characters = Array.from(text.slice(0, 2 * shownCharacters));
  const shown = characters.slice(0, shownCharacters).map((character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return misleading.test(character) ? `\\u{${code}}` : character;
  });
  const isCut = characters.length > shownCharacters || text.length > 2 * shownCharacters;
  return `"${shown.join("")}${isCut ? "…" : ""}"`;
}

const encoder = new TextEncoder();

export type CheckedPath =
  | { readonly kind: "PATH"; readonly path: string }
  | { readonly kind: "REJECTED"; readonly rejection: Rejection<PathRejectionCode> };

const rejected = (code: PathRejectionCode, path: string, rule: string): CheckedPath => ({
  kind: "REJECTED",
  rejection: { code, reason: `The path ${shownText(path)} ${rule}.` },
});

/** Returns a path with its accents composed (NFC), or the first rule that it breaks. */
export function checkPath(given: string): CheckedPath {
  const bytes = encoder.encode(given).length;
  const { pathBytes, folders: maxFolders } = datasetLimits;
  if (bytes > pathBytes)
    return rejected("PATH_TOO_LONG", given, `has ${bytes} bytes in UTF-8; at most ${pathBytes} are allowed`);
  if (misleading.test(given)) {
    return rejected(
      "PATH_HAS_CONTROL_CHARACTERS",
      given,
      "has characters that are not seen, or that change the order of others",
    );
  }
  if (given.includes("\\")) {
    return rejected("PATH_HAS_BACKSLASH", given, 'has a backslash; folders are told apart by "/"');
  }
  const path = given.normalize("NFC");
  const parts = path.split("/");
  if (parts.at(-1)?.trim() === "") return rejected("PATH_EMPTY", given, "has no name of a file");
  const isOutside = /^[A-Za-z]:/.test(path) || parts.some((part) => part === "" || part === "." || part === "..");
  if (isOutside) {
    return rejected(
      "PATH_NOT_RELATIVE",
      given,
      'must name folders from the top of the data set, without ".", ".." or an empty name',
    );
  }
  const folders = parts.length - 1;
  if (folders > maxFolders) {
    return rejected("PATH_TOO_DEEP", given, `has ${folders} folders; at most ${maxFolders} are allowed`);
  }
  return { kind: "PATH", path };
}

/** Returns true for what systems put beside people's files: folders of macOS, and files whose names begin with a dot. */
export function isOfSystem(path: string): boolean {
  const parts = path.split("/");
  const name = (parts.at(-1) ?? "").toLowerCase();
  return parts.includes("__MACOSX") || name.startsWith(".") || name === "thumbs.db" || name === "desktop.ini";
}
