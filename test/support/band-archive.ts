/** An archive as a band has one: 200 multi-track MIDI files of two kinds, and 12 hostile or useless files among them. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { deflateRawSync, gunzipSync } from "node:zlib";
import * as z from "zod";
import { unpackNotes } from "../../domain/datasets/packed-notes";
import { writeMidi } from "../../domain/music/score";
import { arrangedFiles } from "./arranged-files";
import { type ZipEntry, zipFile } from "./zip-files";

const pieceSchema = z.object({
  id: z.string(),
  bars: z.int(),
  tags: z.object({ game: z.array(z.string()) }),
  voices: z.array(
    z.object({ name: z.string(), program: z.int(), kind: z.literal("drums").optional(), notes: z.string() }),
  ),
});

const shard = resolve(__dirname, "../../datasets/game-rock-band/pieces-0001.jsonl.gz");
const ticksPerStep = 120;
const stepsOfBar = 16;

/** Pieces of the stock data set of game music, each written as a MIDI file. */
export function gamePieces(count: number): ZipEntry[] {
  const lines = gunzipSync(readFileSync(shard)).toString().trim().split("\n");
  const chosen = lines.filter((_, index) => index % Math.floor(lines.length / count) === 0).slice(0, count);
  return chosen.map((line) => {
    const { id, bars, tags, voices } = pieceSchema.parse(JSON.parse(line));
    const bytes = writeMidi({
      ...{ schemaVersion: 1, name: id, ticksPerBeat: 480, tempo: 120, bars },
      tracks: voices.map(({ name, program, kind, notes }) => ({
        ...{ name, program, source: "generated" as const },
        ...(kind === "drums" && { isDrums: true }),
        notes: unpackNotes(notes, bars * stepsOfBar).map(({ onset, duration, pitch, velocity }) => ({
          ...{ startTick: onset * ticksPerStep, durationTicks: duration * ticksPerStep, pitch, velocity },
        })),
      })),
    });
    return { name: `${tags.game[0] ?? "game"}/${id}.mid`, bytes };
  });
}

/** Hostile and useless entries, each with the code by which it is rejected. */
export function hostileEntries(song: Uint8Array): readonly (readonly [ZipEntry, string])[] {
  const text = (content: string): Uint8Array => Buffer.from(content, "latin1");
  return [
    [{ name: "../../etc/cron.d/song.mid", bytes: song }, "PATH_NOT_RELATIVE"],
    [{ name: "rock\\..\\song.mid", bytes: song }, "PATH_HAS_BACKSLASH"],
    [{ name: "song\u202edim.exe", bytes: song }, "PATH_HAS_CONTROL_CHARACTERS"],
    [{ name: `${"long".repeat(1250)}.mid`, bytes: song }, "PATH_TOO_LONG"],
    [{ name: "zeros.mid", bytes: new Uint8Array(1_000_000) }, "ENTRY_PACKED_TOO_WELL"],
    [{ name: "large.mid", bytes: song, declared: { bytes: 2 ** 30 } }, "ENTRY_TOO_LARGE"],
    [{ name: "locked.mid", bytes: song, flags: 0x801 }, "ENTRY_ENCRYPTED"],
    [{ name: "squeezed.mid", bytes: song, method: 14 }, "ENTRY_METHOD_NOT_SUPPORTED"],
    [{ name: "passwd.mid", bytes: text("/etc/passwd"), mode: 0o120_777 }, "ENTRY_IS_A_LINK"],
    [{ name: "more.zip", bytes: zipFile([{ name: "a.mid", bytes: song }]) }, "ENTRY_IS_AN_ARCHIVE"],
    [{ name: "broken.mid", bytes: deflateRawSync(song), declared: { crc32: 1 } }, "ENTRY_DAMAGED"],
    [{ name: "cover.mid", bytes: text("\x89PNG\r\n\x1a\n is a picture") }, "NOT_MIDI"],
  ];
}

export interface BandArchive {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The number of files that are accepted. */
  readonly good: number;
  /** How many are rejected, by their codes. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Returns an archive of so many files of the arranger and of game music, with the hostile ones among them. */
export function bandArchive({ arranged, game }: { readonly arranged: number; readonly game: number }): BandArchive {
  const songs = arrangedFiles({ count: arranged, seed: 5, isHidden: false }).map(({ bytes, name }, index) => ({
    ...{ name: `Our band/${index % 2 === 0 ? "rock" : "pop"}/${index} ${name}.mid`, bytes },
  }));
  const [first] = songs;
  if (first === undefined) throw new Error("there is no song");
  const hostile = hostileEntries(first.bytes);
  const entries: ZipEntry[] = [...songs, ...gamePieces(game)];
  for (const [index, [entry]] of hostile.entries()) entries.splice(index * 9, 0, entry);
  const reasons: Record<string, number> = {};
  for (const [, code] of hostile) reasons[code] = (reasons[code] ?? 0) + 1;
  return { bytes: new Uint8Array(zipFile(entries)), good: arranged + game, reasons };
}
