/** Reads what is sent, and writes what was received. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { usageError } from "./exit-codes";
import { type Terminal, write } from "./terminal";

/** The sign of the standard input and output, where a file could stand. */
export const standardStream = "-";

export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Returns true if a text is the path of something that exists. */
export const isFile = (text: string, folder: string): boolean => existsSync(resolve(folder, text));

/** Returns the name that a file gives to what is made of it: its own, without the extension. */
export const nameOfFile = (path: string): string => basename(path, extname(path)).slice(0, 100) || "Untitled";

/** @throws CommandError if there is no file, or nothing on the standard input */
export async function readGivenFile(terminal: Terminal, path: string): Promise<GivenFile> {
  if (path === standardStream) {
    if (terminal.input.isTTY === true) {
      throw usageError("The standard input is a terminal. Send it a MIDI file: opencomposer compose - < in.mid");
    }
    const bytes = new Uint8Array(await buffer(terminal.input));
    if (bytes.length === 0) throw usageError("There is nothing on the standard input; a MIDI file is expected.");
    return { name: "Standard input", bytes };
  }
  const file = resolve(terminal.folder, path);
  if (!existsSync(file)) throw usageError(`There is no file ${path}.`);
  if (!statSync(file).isFile()) throw usageError(`${path} is a folder; a MIDI file is expected.`);
  return { name: nameOfFile(path), bytes: new Uint8Array(readFileSync(file)) };
}

/** Returns a file name of a text that people gave. */
export const fileNameOf = (name: string): string =>
  `${
    name
      .normalize("NFC")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
      .replaceAll(/^-+|-+$/g, "") || "piece"
  }.mid`;

/** Refuses to write bytes on a terminal. @throws CommandError */
export function checkTarget(terminal: Terminal, target: string): void {
  if (target === standardStream && terminal.output.isTerminal) {
    throw usageError(
      "A MIDI file is no text for a terminal. Name a file with -o FILE, or send the output to one: > out.mid",
    );
  }
}

/** Writes a file as a whole: who watches it never sees half of it. */
export async function writeTarget(terminal: Terminal, target: string, bytes: Uint8Array): Promise<void> {
  if (target === standardStream) {
    await write(terminal.output, bytes);
    return;
  }
  const file = resolve(terminal.folder, target);
  await mkdir(dirname(file), { recursive: true });
  const next = `${file}.part`;
  await writeFile(next, bytes);
  await rename(next, file);
}
