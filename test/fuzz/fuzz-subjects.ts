/** The files of which mutants are made: MIDI files, and archives of them. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { arrangedFiles } from "../support/arranged-files";
import { type ZipEntry, zipFile } from "../support/zip-files";
import type { FuzzSubject } from "./fuzz-mutants";
import { archiveMutantOf } from "./mutate-archive";
import { mutantOf } from "./mutate-midi";

const fixtures = resolve(__dirname, "../fixtures/midi-from-the-field");

/** Returns the files from which mutants are made: files from the field, and bands small and large. */
export function filesToMutate(): Uint8Array[] {
  const fromTheField = readdirSync(fixtures)
    .filter((name) => name.endsWith(".mid"))
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(fixtures, name))));
  const small = arrangedFiles({ count: 40, seed: 3 })
    .map(({ bytes }) => bytes)
    .filter(({ length }) => length < 6000);
  return [...fromTheField, ...small];
}

/** Returns the archives from which mutants are made: of one file to forty, stored and packed, with a table, with a comment. */
export function archivesToMutate(): Uint8Array[] {
  const songs = arrangedFiles({ count: 6, seed: 4 }).map(({ bytes }) => bytes.subarray(0, 1500));
  const entry = (name: string, index: number, more: Partial<ZipEntry> = {}): ZipEntry => ({
    ...{ name, bytes: songs[index % songs.length] ?? new Uint8Array() },
    ...more,
  });
  const table = { name: "tags.csv", bytes: Buffer.from('path,genre\na.mid,rock;pop\n"b, c.mid",jazz\n') };
  return [
    zipFile([entry("a.mid", 0)]),
    zipFile([entry("a.mid", 0, { method: 0 }), entry("b, c.mid", 1), table]),
    zipFile([entry("rock/", 0, { bytes: new Uint8Array() }), entry("rock/\u00fc.mid", 2), entry("rock/b.mid", 3)]),
    zipFile(
      Array.from({ length: 40 }, (_, index) => entry(`${index}.mid`, index, { bytes: Buffer.from(`MThd ${index}`) })),
    ),
    zipFile([entry("a.mid", 4), entry("b.mid", 5, { method: 0 })], { comment: Buffer.from("made by hand") }),
  ];
}

export const midiSubject = (): FuzzSubject => ({ worker: "midi-worker.ts", files: filesToMutate(), mutantOf });

export const archiveSubject = (): FuzzSubject => ({
  ...{ worker: "archive-worker.ts", files: archivesToMutate(), mutantOf: archiveMutantOf },
});
