/**
 * Compares our reader of MIDI files with midi-json-parser's core alone on the same bytes (docs/adr/0034).
 *
 *   npx tsx test/bench/midi-reading.ts                     time and peak memory for large files, results of damaged files
 *   npx tsx test/bench/midi-reading.ts --against FOLDER    the same, beside the reader of another checkout
 *   npx tsx test/bench/midi-reading.ts FILE...             results of these files
 *
 * Each reading runs in a plain Node process of its own. Its time is the median of three, and its memory is the peak
 * that was resident (VmHWM).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import fc from "fast-check";
import * as z from "zod";

const { values, positionals } = parseArgs({
  options: { against: { type: "string" } },
  allowPositionals: true,
});
const root = path.join(__dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "midi-reading-"));
const rounds = 3;

const big = (value: number, bytes: number): number[] =>
  [24, 16, 8, 0].slice(4 - bytes).map((shift) => (value >>> shift) & 0xff);
const text = (characters: string): number[] => Array.from(characters, (character) => character.charCodeAt(0));
const repeated = (count: number, events: readonly number[]): number[] =>
  Array.from({ length: count }, () => events).flat();
const endOfTrack = [0, 0xff, 0x2f, 0];
const chunk = (events: readonly number[], kind = "MTrk", length = events.length): number[] => [
  ...text(kind),
  ...big(length, 4),
  ...events,
];
const repeatedChunk = (count: number, events: readonly number[]): number[][] =>
  Array.from({ length: count }, () => chunk(events));
const file = (division: number, ...chunks: readonly number[][]): Uint8Array =>
  Uint8Array.from([
    ...text("MThd"),
    ...big(6, 4),
    ...big(1, 2),
    ...big(chunks.length, 2),
    ...big(division, 2),
    ...chunks.flat(),
  ]);
const song = (events: readonly number[]): Uint8Array => file(96, chunk([...events, ...endOfTrack]));

const note = [0, 0x90, 60, 90, 96, 0x80, 60, 0];
const shortNote = [0, 0x90, 60, 90, 24, 0x80, 60, 0];
const longestWait = [0xff, 0xff, 0xff, 0x7f];
const noteAfterMaxWaits = [
  ...[0, 0x90, 60, 90, 0, 0x80, 60, 0, ...longestWait, 0xd0, 0],
  ...repeated(508, [...longestWait, 0]),
  ...note,
  ...endOfTrack,
];

const largeFiles: Readonly<Record<string, Uint8Array>> = {
  "two notes": song(repeated(2, note)),
  "20,000 notes": song(repeated(20_000, shortNote)),
  "20,000 notes, 20,000 controllers (60,000 events)": song(repeated(20_000, [...shortNote, 0, 0xb0, 1, 2])),
  "20,000 notes, 259,000 note-offs of nothing": song([
    ...repeated(20_000, shortNote),
    ...[0, 0x80, 61, 0],
    ...repeated(258_999, [0, 61, 0]),
  ]),
  "a note, 299,000 pitch bends": song([...note, 0, 0xe0, 0, 64, ...repeated(298_999, [0, 0, 64])]),
  "a note, 209,000 longest waits": song([
    ...[0, 0x90, 60, 90, ...longestWait, 0xd0, 0],
    ...repeated(208_999, [...longestWait, 0]),
  ]),
  "256 tracks, each of 509 longest waits between notes": file(32_767, ...repeatedChunk(256, noteAfterMaxWaits)),
  "the same in bars of 255/1, under 4,096 bars": file(
    32_767,
    ...repeatedChunk(256, [0, 0xff, 0x58, 4, 255, 0, 24, 8, ...noteAfterMaxWaits]),
  ),
  "a note, 149,000 tempos": song([...repeated(149_000, [0, 0xff, 0x51, 3, 7, 0xa1, 0x20]), ...note]),
  "a note, 1 MB of SysEx": song([0, 0xf0, 0xbf, 0xd0, 0x40, ...repeated(1_042_496, [1]), ...note]),
  "a note, 1 MB of text": song([0, 0xff, 1, 0xbf, 0xd0, 0x40, ...repeated(1_042_496, [65]), ...note]),
};

const damagedFiles: Readonly<Record<string, Uint8Array>> = {
  "running status": song([0, 0x90, 60, 90, 96, 60, 0]),
  "running status after SysEx": song([0, 0x90, 60, 90, 0, 0xf0, 1, 0xf7, 96, 60, 0]),
  "a data byte over 127": song([0, 0x90, 200, 90, 96, 0x80, 200, 0]),
  "a delta of five bytes": song([0, 0x90, 60, 90, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x80, 60, 0]),
  "an F7 escape": song([0, 0xf7, 1, 0xf8, ...note]),
  "a clock byte between events": song([0, 0xf8, ...note]),
  "a clock byte in an event": song([0, 0x90, 60, 0xf8, 90, 96, 0x80, 60, 0]),
  "song position (F2)": song([0, 0xf2, 0, 0, ...note]),
  "a meta event of type 0x60": song([0, 0xff, 0x60, 0, ...note]),
  "a tempo of length 0 at the end": song([...note, 0, 0xff, 0x51, 0]),
  "an unknown chunk before the track": file(96, chunk([1, 2, 3], "XFIH"), chunk([...note, ...endOfTrack])),
  "a header that counts one track more": Uint8Array.from(
    [...song(note)].map((byte, index) => (index === 11 ? 2 : byte)),
  ),
  "a chunk length one too small": file(96, chunk([...note, ...endOfTrack], "MTrk", 11)),
  "a chunk length far too large": file(96, chunk([...note, ...endOfTrack], "MTrk", 500)),
  "a file cut in an event": song(repeated(2, note)).subarray(0, -6),
  "bytes before the header": Uint8Array.from([0, 0, ...song(note)]),
};

const outcomeSchema = z.object({
  outcome: z.string(),
  milliseconds: z.number(),
  mebibytes: z.number(),
});
type Outcome = z.infer<typeof outcomeSchema>;
type Reader = (bytes: Uint8Array) => Outcome;

/**
 * Builds a program that reads one file by one expression, and returns a function that runs it in a process of its own.
 */
function reader(name: string, expression: string, checkout: string): Reader {
  const program = path.join(folder, `${name}.cjs`);
  buildSync({
    stdin: {
      contents: `
        import { readFileSync } from "node:fs";
        import { parseMidi } from "./domain/music/song";
        import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
        const whole = readFileSync(process.argv[2]);
        const bytes = new Uint8Array(whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length));
        const begun = (events) => events.filter((event) => "noteOn" in event).length;
        const began = performance.now();
        let outcome;
        try { outcome = ${expression}; } catch (error) { outcome = error.name + ": " + error.message; }
        const milliseconds = performance.now() - began;
        const [, kibibytes] = /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"));
        console.log(JSON.stringify({ outcome, milliseconds, mebibytes: kibibytes / 1024 }));`,
      resolveDir: checkout,
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    outfile: program,
    logLevel: "error",
  });
  return (bytes) => {
    const midi = path.join(folder, "file.mid");
    writeFileSync(midi, bytes);
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, midi], { encoding: "utf8" });
    if (status !== 0) throw new Error(`reading by ${name} failed: ${stderr}`);
    return outcomeSchema.parse(JSON.parse(stdout));
  };
}

const ourNotes = `parseMidi(bytes).tracks.reduce((sum, { notes }) => sum + notes.length, 0) + " notes"`;
const parserNotes = `parseArrayBuffer(bytes.buffer).tracks.reduce((sum, track) => sum + begun(track), 0) + " notes"`;
const readers: Readonly<Record<string, Reader>> = {
  ours: reader("ours", ourNotes, root),
  "parser alone": reader("parser", parserNotes, root),
  ...(values.against === undefined
    ? {}
    : { "other checkout": reader("other", ourNotes, path.resolve(values.against)) }),
};

const row = (cells: readonly string[]): void => {
  console.log(`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
};
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN;

/** Compares the readers on large files. They take turns, so that other work on the machine slows all of them alike. */
function compareLargeFiles(): void {
  row(["File", ...Object.keys(readers)]);
  row(["---", ...Object.keys(readers).map(() => "---")]);
  for (const [name, bytes] of Object.entries(largeFiles)) {
    const readings = Object.values(readers).map((): Outcome[] => []);
    for (let round = 0; round < rounds; round += 1) {
      Object.values(readers).forEach((read, index) => readings[index]?.push(read(bytes)));
    }
    row([
      name,
      ...readings.map((outcomes) => {
        const seconds = median(outcomes.map(({ milliseconds }) => milliseconds)) / 1000;
        const peak = Math.max(...outcomes.map(({ mebibytes }) => mebibytes));
        return `${peak.toFixed(0)} MiB, ${seconds.toFixed(2)} s: ${outcomes[0]?.outcome ?? ""}`;
      }),
    ]);
  }
}

function listOutcomes(files: Readonly<Record<string, Uint8Array>>): void {
  row(["File", ...Object.keys(readers)]);
  row(["---", ...Object.keys(readers).map(() => "---")]);
  for (const [name, bytes] of Object.entries(files)) {
    row([name, ...Object.values(readers).map((read) => read(bytes).outcome)]);
  }
}

/** Counts how damaged songs end: one byte of a song of twenty notes becomes another one. */
function countDamagedBytes(): void {
  const whole = song(repeated(20, note));
  const samples = fc.sample(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { numRuns: 100, seed: 1 });
  for (const [name, read] of Object.entries(readers)) {
    const counts = new Map<string, number>();
    for (const [offset, value] of samples) {
      const { outcome } = read(Uint8Array.from(whole, (byte, index) => (index === offset ? value : byte)));
      const kind = outcome.endsWith(" notes") && !outcome.includes(":") ? "read" : (outcome.split(":")[0] ?? "");
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const listed = [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ");
    console.log(`${name}, ${samples.length} songs with one byte changed: ${listed}`);
  }
}

try {
  if (positionals.length > 0) {
    listOutcomes(Object.fromEntries(positionals.map((name) => [path.basename(name), readFileSync(name)])));
  } else {
    compareLargeFiles();
    console.log();
    listOutcomes(damagedFiles);
    console.log();
    countDamagedBytes();
  }
} finally {
  rmSync(folder, { recursive: true });
}
