/**
 * Real MIDI files of other programs, which public packages ship (see README.md beside this file): what our reader takes
 * from them equals what mido reads, note for note, in every track.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import { barAt, barRanges, otherTimeSignatures, timeSignatureName, usableBars } from "../../domain/music/bar-lines";
import { midiLimits, UnreadableMidiError } from "../../domain/music/byte-reader";
import { applyInputOptions } from "../../domain/music/chosen-part";
import { MelodyError, type TrackMelody, trackMelody } from "../../domain/music/melody";
import { melodyChanges } from "../../domain/music/melody-changes";
import { chooseMelodyTrack } from "../../domain/music/melody-choice";
import { composeScore, writeMidi } from "../../domain/music/score";
import { parseMidi, type Song } from "../../domain/music/song";
import { environmentPython } from "../../tools/python/environments";

const fileSchema = z.object({
  package: z.string(),
  name: z.string(),
  file: z.string(),
  error: z.string().optional(),
  format: z.int().optional(),
  ticksPerBeat: z.int().optional(),
  noteOns: z.int().default(0),
  tempos: z.array(z.tuple([z.int(), z.number()])).default([]),
  timeSignatures: z.array(z.tuple([z.int(), z.string()])).default([]),
  tracks: z
    .array(
      z.object({
        index: z.int(),
        program: z.int(),
        notes: z.array(z.tuple([z.int(), z.int(), z.int(), z.int()])),
      }),
    )
    .default([]),
});
type ReadByMido = z.infer<typeof fileSchema>;

/** Packages of .venv/training and .venv/midi-files; the last one as the source package that it is. */
function places(): string[] {
  const sitePackages = (name: "training" | "midi-files"): string => {
    const lib = join(dirname(environmentPython(name)), "..", "lib");
    if (!existsSync(lib)) throw new Error(`.venv/${name} is not there: npm run pretest makes it`);
    const [version = ""] = readdirSync(lib).filter((entry) => entry.startsWith("python"));
    return join(lib, version, "site-packages");
  };
  const sources = join(dirname(environmentPython("midi-files")), "..", "sources");
  const installed = ["giantmusictransformer", "monsterpianotransformer", "tegridymidi", "miditoolkit", "partitura"];
  return [
    `music21=${join(sitePackages("training"), "music21")}`,
    ...installed.map((name) => `${name}=${join(sitePackages("midi-files"), name)}`),
    ...readdirSync(sources).map((archive) => `${archive.replace(/-[\d.]+\.tar\.gz$/, "")}=${join(sources, archive)}`),
  ];
}

const directory = mkdtempSync(join(tmpdir(), "midi-files-"));
let files: readonly ReadByMido[] = [];
const outcomes = new Map<ReadByMido, Outcome>();

beforeAll(() => {
  const program = join(__dirname, "read_with_mido.py");
  const done = spawnSync(environmentPython("training"), [program, directory, ...places()], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (done.status !== 0) throw new Error(`mido could not read the files: ${done.stderr}`);
  files = done.stdout
    .trim()
    .split("\n")
    .map((line) => fileSchema.parse(JSON.parse(line)));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

const bytesOf = ({ file }: ReadByMido): Uint8Array => readFileSync(join(directory, file));
const labelOf = ({ package: from, name }: ReadByMido): string => `${from}: ${name.split("/").at(-1) ?? name}`;

type Outcome =
  | { readonly kind: "READ"; readonly song: Song; readonly melody: TrackMelody; readonly changes: readonly string[] }
  | { readonly kind: "REFUSED"; readonly song?: Song; readonly reason: string };

function outcomeOf(file: ReadByMido): Outcome {
  const outcome = outcomes.get(file) ?? read(file);
  outcomes.set(file, outcome);
  return outcome;
}

function read(file: ReadByMido): Outcome {
  let song: Song | undefined;
  try {
    song = parseMidi(bytesOf(file));
    const choice = chooseMelodyTrack(song.tracks);
    if (choice === undefined) return { kind: "REFUSED", song, reason: "no track is a melody" };
    const melody = trackMelody(song, choice.track.index);
    return { kind: "READ", song, melody, changes: melodyChanges({ song, track: choice.track, melody }) };
  } catch (error) {
    if (!(error instanceof UnreadableMidiError || error instanceof MelodyError)) throw error;
    return { kind: "REFUSED", ...(song === undefined ? {} : { song }), reason: error.message };
  }
}

/** Why a file is refused, with what mido says of it that makes that right. */
const reasonsByFile: Readonly<Record<string, readonly [reason: RegExp, isRight: (file: ReadByMido) => boolean]>> = {
  ...Object.fromEntries(
    [
      ["music21: test15.mid", "1/4"],
      ["music21: test16.mid", "3/8"],
      ["miditok: POP909_022.mid", "1/4"],
    ].map(([label = "", timeSignatures = ""]) => [
      label,
      [
        new RegExp(`^the music is in ${timeSignatures};`),
        // Where the first sign is 4/4, no note begins under it.
        ({ timeSignatures: found, tracks }: ReadByMido) => {
          const first = Math.min(...tracks.flatMap(({ notes }) => notes.map(([tick]) => tick)));
          return (
            found.map(([, timeSignature]) => timeSignature).join(", then ") === timeSignatures &&
            timeSignatureAt(found, first) !== "4/4"
          );
        },
      ],
    ]),
  ),
  "monsterpianotransformer: The Ultimate 200 Anime Songs Piano Medley - Long Chords Texturing.mid": [
    /has 70829 notes; at most 20000/,
    ({ noteOns }) => noteOns === 70_829,
  ],
  "miditok: Maestro_7.mid": [/has 20450 notes; at most 20000/, ({ noteOns }) => noteOns === 20_450],
  "miditok: ValueError_Control168.mid": [
    /^track 3 has the data byte 168 at offset 6042/,
    ({ error }) => error?.includes("data byte must be in range 0..127") === true,
  ],
  "miditok: empty.mid": [/has no notes/, ({ noteOns, error }) => error === undefined && noteOns === 0],
};

const timeSignatureAt = (timeSignatures: ReadByMido["timeSignatures"], tick: number): string | undefined =>
  timeSignatures.findLast(([from]) => from <= tick)?.[1];

test("there are at least 60 different files", () => {
  expect(files.length).toBeGreaterThanOrEqual(60);
  expect(new Set(files.map(({ file }) => file)).size).toBe(files.length);
});

test("every file that is refused is one of those known, for the reason that mido gives or counts", () => {
  const refused = files.flatMap((file) => {
    const outcome = outcomeOf(file);
    if (outcome.kind === "READ") return [];
    const [reason, isRight] = reasonsByFile[labelOf(file)] ?? [];
    return [
      {
        file: labelOf(file),
        reason: outcome.reason,
        expected: reason?.test(outcome.reason) === true,
        isRight: isRight?.(file) === true,
      },
    ];
  });
  expect(refused.filter(({ expected, isRight }) => !expected || !isRight)).toEqual([]);
  expect(refused.map(({ file }) => file).sort()).toEqual(Object.keys(reasonsByFile).sort());
});

test("every track of every file that can be parsed is what mido reads, note for note, with tempo and time signatures", () => {
  let compared = 0;
  for (const file of files) {
    const { song } = outcomeOf(file);
    if (song === undefined) continue;
    expect(file.error).toBeUndefined();
    expect([0, 1]).toContain(file.format);
    const own = {
      ticksPerBeat: song.ticksPerBeat,
      tempos: song.tempos.map(({ tick, beatsPerMinute }) => [tick, beatsPerMinute]),
      timeSignatures: song.timeSignatures.map((sign) => [sign.tick, timeSignatureName(sign)]),
      tracks: song.tracks.map(({ index, program, notes }) => ({
        index,
        program,
        notes: notes.map(({ startTick, pitch, durationTicks, velocity }) => [
          startTick,
          pitch,
          durationTicks,
          velocity,
        ]),
      })),
    };
    const { ticksPerBeat, tempos, timeSignatures, tracks } = file;
    // Compared as text first: a difference in 10,000 notes would take minutes to print.
    if (JSON.stringify(own) !== JSON.stringify({ ticksPerBeat, tempos, timeSignatures, tracks })) {
      const text = (value: unknown): string => JSON.stringify([value]);
      const differing = tracks.findIndex((track, at) => text(track) !== text(own.tracks[at]));
      const notes = tracks[differing]?.notes ?? [];
      const ours = own.tracks[differing]?.notes ?? [];
      const at = notes.findIndex((note, index) => text(note) !== text(ours[index]));
      throw new Error(
        `${labelOf(file)} differs: tempos ${text(own.tempos)} and ${text(tempos)}, time signatures ${text(own.timeSignatures)} and ` +
          `${text(timeSignatures)}, track ${differing}, note ${at}: ours ${text(ours[at])}, mido's ${text(notes[at])}`,
      );
    }
    compared += 1;
  }
  expect(compared).toBeGreaterThanOrEqual(60);
});

test("the melody that is chosen is named as one, wherever a track of the file is", () => {
  const chosen = Object.fromEntries(
    files.flatMap((file) => {
      const outcome = outcomeOf(file);
      return outcome.kind === "READ" ? [[labelOf(file), outcome.melody.name] as const] : [];
    }),
  );
  expect(chosen).toMatchObject({
    "miditok: Aicha.mid": "Chant",
    "miditok: All The Small Things.mid": "Vocals",
    "miditok: Funkytown.mid": "Vocal",
    "miditok: Girls Just Want to Have Fun.mid": "Melody",
    "miditok: In Too Deep.mid": "Lead",
    "miditok: Mr. Blue Sky.mid": "Melody",
    "miditok: What a Fool Believes.mid": "Lead Voca",
  });
});

test("every melody, as long as one composition takes, comes out of the MIDI file that we write as it went in", () => {
  for (const file of files) {
    const outcome = outcomeOf(file);
    if (outcome.kind === "REFUSED") continue;
    expect(outcome.changes.every((change) => change.length > 0)).toBe(true);
    const choice = sounding(outcome);
    if (choice === undefined) continue;
    const melody = applyInputOptions(outcome.melody, choice, "arranger");
    const written = parseMidi(writeMidi(composeScore({ name: "Piece", melody, generated: [] })));
    const finer = written.ticksPerBeat / melody.ticksPerBeat;
    expect(written.tracks[0]?.name).toBe(melody.name);
    expect(written.tracks[0]?.notes).toEqual(
      melody.notes.map((note) => ({
        ...note,
        startTick: note.startTick * finer,
        durationTicks: note.durationTicks * finer,
      })),
    );
  }
});

/** From the first bar on in which a note begins and with which one can compose: as many bars as are left, at most 64. */
function sounding({
  melody,
}: {
  readonly melody: TrackMelody;
}): { readonly startBar: number; readonly bars: number } | undefined {
  const ranges = usableBars(barRanges(melody.bars, otherTimeSignatures(melody.barLines)));
  for (const { startTick } of melody.notes) {
    const startBar = barAt(melody.barLines, startTick);
    const range = ranges.find(({ firstBar, lastBar }) => firstBar <= startBar && startBar <= lastBar);
    if (range !== undefined) return { startBar, bars: Math.min(64, range.lastBar - startBar + 1) };
  }
  return undefined;
}

test("the limit on notes is the one that refuses the two longest", () => {
  expect(files.filter(({ noteOns }) => noteOns > midiLimits.notes)).toHaveLength(2);
});
