import fc from "fast-check";
import { encode } from "json-midi-encoder-worker/build/es2019/midi-file-encoder";
import type { TMidiEvent } from "midi-json-parser-worker";
import { timeSignatureName } from "../../../domain/music/bar-lines";
import { midiLimits, UnreadableMidiError } from "../../../domain/music/byte-reader";
import { applyInputOptions } from "../../../domain/music/chosen-part";
import { Tally } from "../../../domain/music/left-out-events";
import { type Melody, MelodyError, toGrid, trackMelody } from "../../../domain/music/melody";
import { melodyChanges } from "../../../domain/music/melody-changes";
import { readNotation, sampleAsMelody, sampleMelodies } from "../../../domain/music/sample-melodies";
import {
  composeScore,
  type Score,
  scoreMelody,
  scoreOutput,
  scoreSchema,
  writeMidi,
} from "../../../domain/music/score";
import { parseMidi, tempoAt } from "../../../domain/music/song";
import { techniqueIds } from "../../../naming/resource-names";
import {
  ascii,
  meta,
  middleC as c4,
  midiFile as file,
  repeated,
  trackChunk as track,
  uint32,
  variableLength,
} from "../../support/midi-bytes";

const reasonOf = (bytes: Uint8Array): string => {
  try {
    parseMidi(bytes);
  } catch (error) {
    if (error instanceof UnreadableMidiError) return error.message;
    throw error;
  }
  throw new Error("the file was read");
};

/** What is said of the track that is asked for. */
const changesOf = (bytes: Uint8Array, trackIndex = 0): readonly string[] => {
  const song = parseMidi(bytes);
  const track = song.tracks.find(({ index }) => index === trackIndex);
  if (track === undefined) throw new Error("there is no such track");
  return melodyChanges({ song, track, melody: trackMelody(song, trackIndex) });
};

const signs = (song: ReturnType<typeof parseMidi>): string[] =>
  song.timeSignatures.map((sign) => `${sign.tick}: ${timeSignatureName(sign)}`);

describe("parseMidi reads what real files have", () => {
  it.each([
    [1, "1 byte before the header was left out"],
    [1023, "1023 bytes before the header were left out"],
    [1024, "1024 bytes before the header were left out"],
  ])("and %d bytes before the header", (count, change) => {
    const whole = file([track(c4)]);
    expect(parseMidi(Uint8Array.from([...repeated(count, [0]), ...whole])).changes).toEqual([change]);
    expect(reasonOf(Uint8Array.from([...repeated(1025, [0]), ...whole]))).toContain("not a MIDI file");
  });

  it("and counts one byte as one", () => {
    const whole = [...file([track(c4)])];
    expect(parseMidi(Uint8Array.from([...whole, 0])).changes).toEqual(["1 byte after the last track was left out"]);
  });

  it("reads notes, name, program, tempo and time signature", () => {
    const song = parseMidi(
      file([
        track([0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20, 0, 0xff, 0x58, 4, 4, 2, 24, 8]),
        track([0, 0xff, 0x03, 4, ...ascii("Lead"), 0, 0xc0, 40, ...c4, 0, 0x90, 64, 1, 48, 64, 0]),
      ]),
    );
    expect(song.ticksPerBeat).toBe(96);
    expect(song.tempos).toEqual([{ tick: 0, beatsPerMinute: 120 }]);
    expect(signs(song)).toEqual(["0: 4/4"]);
    expect(song.changes).toEqual([]);
    expect(song.tracks).toEqual([
      {
        index: 1,
        name: "Lead",
        program: 40,
        isDrums: false,
        mix: {},
        leftOut: new Tally(),
        notes: [
          { startTick: 0, durationTicks: 96, pitch: 60, velocity: 90 },
          { startTick: 96, durationTicks: 48, pitch: 64, velocity: 1 },
        ],
      },
    ]);
  });

  it.each([
    ["an unknown meta event 0x60", [0, 0xff, 0x60, 2, 1, 2]],
    ["an F7 escape", [0, 0xf7, 3, 1, 2, 3]],
    ["a system exclusive message", [0, 0xf0, 3, 1, 2, 0xf7]],
    ["a text event of 100 kB", meta(1, repeated(100_000, [65]))],
  ])("accepts %s", (_, event) => {
    expect(parseMidi(file([track([...event, ...c4])])).tracks[0]?.notes).toHaveLength(1);
  });

  it("numbers further channels of one chunk after the last chunk", () => {
    const song = parseMidi(file([track([...c4, 0, 0x91, 50, 80, 96, 0x81, 50, 0])], { format: 0 }));
    expect(song.tracks.map(({ index }) => index)).toEqual([0, 1]);
  });

  it("says what it altered", () => {
    const tempo = [0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20];
    const slower = [0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40];
    const bytes = file([
      track([...tempo, ...c4, 0, 0x90, 70, 90, 0, 0x80, 70, 0, ...slower, 0, 0x90, 72, 90], [96, 0xff, 0x2f, 0]),
    ]);
    expect(changesOf(bytes)).toEqual([
      "the tempo changes once, in bar 1 to 60: 120 beats a minute, as at the first note, is used throughout",
      "1 note without an end in bar 1: ended with the track",
      "1 note of no length in bar 1: left out",
    ]);
    expect(parseMidi(bytes).tracks[0]?.notes).toHaveLength(2);
  });
});

describe("parseMidi hands the parser all that counts, and only that", () => {
  const maxWait = [0xff, 0xff, 0xff, 0x7f];
  const maxTicks = 0x0fff_ffff;

  it("reads ticks that no delta can say, where events between them were left out", () => {
    const wait = [...maxWait, 0xd0, 0, ...maxWait, 0xb0, 1, 2];
    const music = [...wait, 0, 0x90, 60, 90, ...wait, 0, 0x90, 62, 80, 5, 0x80, 60, 0];
    const maxBar = meta(0x58, [255, 0, 24, 8]);
    const song = parseMidi(file([track([...maxBar, ...music], [...wait, 0, 0xff, 0x2f, 0])], { division: 32_767 }));
    expect(song.tracks[0]?.notes).toEqual([
      { startTick: 2 * maxTicks, durationTicks: 2 * maxTicks + 5, pitch: 60, velocity: 90 },
      { startTick: 4 * maxTicks, durationTicks: 2 * maxTicks + 5, pitch: 62, velocity: 80 },
    ]);
  });

  it("reads as many tracks as may be, and refuses one more", () => {
    const tracks = Array.from({ length: midiLimits.tracks }, () => track(c4));
    const song = parseMidi(file(tracks));
    expect(song.tracks).toHaveLength(256);
    expect(song.changes).toEqual([]);
    expect(reasonOf(file([...tracks, track(c4)]))).toBe("the file has more than 256 tracks");
  });

  it("reads as many waits that no delta can say as may be, and refuses one more", () => {
    // In bars of 255 whole notes, which no music has: 4,096 bars of 4/4 are not long enough.
    const maxBar = meta(0x58, [255, 0, 24, 8]);
    const waits = (count: number): number[] => repeated(count, [...maxWait, 0xd0, 0]);
    const waiting = (count: number): number[] => track([...maxBar, ...waits(count), 0, 0x90, 60, 90, 1, 60, 0]);
    // The last of a track's waits is a delta's own.
    const tracks = Array.from({ length: 16 }, () => waiting(257));
    const song = parseMidi(file(tracks, { division: 32_767 }));
    const note = { startTick: 257 * maxTicks, durationTicks: 1, pitch: 60, velocity: 90 };
    expect(song.tracks.map(({ notes }) => notes)).toEqual(Array.from({ length: 16 }, () => [note]));
    const reason = "the file has more than 4096 waits of over 268435455 ticks";
    expect(reasonOf(file([...tracks, waiting(2)], { division: 32_767 }))).toBe(reason);
  });

  it.each([
    ["that lasts", 96, 2],
    ["of no length", 0, 1],
  ])("takes a note %s in bar 4,096, and refuses it behind", (_, ticks, notes) => {
    const division = 24;
    const wait = (bar: number): number[] => variableLength((bar - 1) * 4 * division - 96);
    const withNoteIn = (bar: number): Uint8Array =>
      file([track([...c4, ...wait(bar), 0x90, 62, 90, ticks, 62, 0])], { division });
    expect(parseMidi(withNoteIn(4096)).tracks[0]?.notes).toHaveLength(notes);
    expect(reasonOf(withNoteIn(4097))).toBe("the music is more than 4096 bars long");
    // Beyond the longest bars that a time signature can say.
    expect(reasonOf(withNoteIn(4097 * 255))).toBe("the music is more than 4096 bars long");
  });

  it("takes the first name that can be read, in Latin-1", () => {
    const names = [meta(3, [5, 32]), meta(3, [0x46, 0xfc, 0x72]), meta(3, ascii("Later"))].flat();
    expect(parseMidi(file([track([...names, ...c4])])).tracks[0]?.name).toBe("F\u00fcr");
  });

  it("takes the program with which a channel's first note begins, or the first one after it", () => {
    const empty = [0, 0x90, 60, 90, 0, 0x80, 60, 0];
    const programs = [0, 0xc0, 1, ...empty, 0, 0xc0, 2, 0, 0x90, 60, 90, 48, 0xc0, 3, 48, 0x80, 60, 0];
    const unended = [0, 0xc1, 4, 0, 0x91, 60, 90, 0, 0xc1, 5];
    const late = [0, 0x92, 60, 90, 1, 0xc2, 9, 1, 0xc2, 8, 94, 0x82, 60, 0];
    const { tracks } = parseMidi(
      file([track([...programs, 0, 0xc0, 6, ...c4, ...late, ...unended], [9, 0xff, 0x2f, 0])]),
    );
    expect(tracks.map(({ program }) => program)).toEqual([1, 4, 9]);
  });

  it("takes tempo and time signature from whatever track has them", () => {
    const late = [96, 0xff, 0x51, 3, 0x0f, 0x42, 0x40, 0, 0xff, 0x58, 4, 3, 2, 24, 8, 0, 0xff, 0x58, 4, 6, 3, 24, 8];
    const early = [...meta(0x51, [0x07, 0xa1, 0x20]), ...meta(0x58, [4, 2, 24, 8]), ...meta(0x58, [6, 3, 24, 8])];
    const song = parseMidi(file([track([...late, ...c4]), track(early)]));
    expect(tempoAt(song, 95)).toBe(120);
    expect(tempoAt(song, 96)).toBe(60);
    // At one tick the last sign holds.
    expect(signs(song)).toEqual(["0: 6/8"]);
  });

  it("ends nothing that does not sound", () => {
    const ends = repeated(100_000, [0, 0x80, 60, 0]);
    const bytes = file([track([...ends, ...c4, ...ends])]);
    expect(parseMidi(bytes).tracks[0]?.notes).toEqual([{ startTick: 0, durationTicks: 96, pitch: 60, velocity: 90 }]);
    expect(changesOf(bytes)).toEqual([]);
  });
});

describe("parseMidi reads time and patterns of every kind", () => {
  const setTempo = (microsecondsPerBeat: number): number[] => meta(0x51, uint32(microsecondsPerBeat).slice(1));
  const placesOf = (bytes: Uint8Array): number[][] =>
    parseMidi(bytes).tracks.map(({ notes }) =>
      notes.flatMap(({ startTick, durationTicks }) => [startTick, durationTicks]),
    );

  it.each<[string, number, number, number]>([
    ["25 frames of 40 ticks, without a tempo", 0xe728, 500_000, 500],
    ["24 frames of 4 ticks, 60 beats a minute", 0xe804, 1_000_000, 96],
    ["30 frames of 80 ticks, 100 beats a minute", 0xe250, 600_000, 1440],
  ])("counts beats in %s", (_, division, microsecondsPerBeat, ticksOfBeat) => {
    const beat = variableLength(ticksOfBeat);
    const notes = [...beat, 0x90, 60, 90, ...beat, 60, 0];
    const bytes = file([track([...setTempo(microsecondsPerBeat), ...notes])], { division });
    expect(placesOf(bytes)).toEqual([[480, 480]]);
    expect(tempoAt(parseMidi(bytes), 0)).toBe(60_000_000 / microsecondsPerBeat);
    expect(changesOf(bytes)).toEqual([expect.stringContaining("parts of a second (SMPTE)")]);
  });

  it("takes 29 frames a second for 30 frames in 1.001 seconds", () => {
    const bytes = file([track([0, 0x90, 60, 90, ...variableLength(30_000), 60, 0])], { division: 0xe364 });
    // 30,000 hundredths of a frame are 10.01 seconds, and so 20.02 beats.
    expect(placesOf(bytes)).toEqual([[0, Math.round(20.02 * 480)]]);
  });

  it("uses the first tempo of a file that counts parts of a second, and tells of the others", () => {
    const bytes = file([track([...setTempo(500_000), ...c4, ...setTempo(250_000), ...c4])], { division: 0xe728 });
    const { tempos, changes } = parseMidi(bytes);
    expect(tempos).toEqual([{ tick: 0, beatsPerMinute: 120 }]);
    expect(changes.join()).toContain("later changes of the tempo are left out");
  });

  it("reads the patterns of format 2 one after the other, each from a bar line and with its own signs", () => {
    const inThree = meta(0x58, [3, 2, 24, 8]);
    const bytes = file([track([...inThree, ...setTempo(400_000), ...c4]), track(c4), track([...inThree, ...c4])], {
      format: 2,
    });
    expect(placesOf(bytes)).toEqual([
      [0, 96],
      [288, 96],
      [672, 96],
    ]);
    const song = parseMidi(bytes);
    expect(signs(song)).toEqual(["0: 3/4", "288: 4/4", "672: 3/4"]);
    expect(song.tempos.map(({ tick, beatsPerMinute }) => [tick, beatsPerMinute])).toEqual([
      [0, 150],
      [288, 120],
    ]);
    expect(song.changes).toEqual(["the file has the format 2: its 3 patterns are read one after the other"]);
  });

  it("reads one pattern of format 2 as it is", () => {
    expect(parseMidi(file([track(c4)], { format: 2 }))).toEqual(parseMidi(file([track(c4)], { format: 0 })));
  });
});

describe("parseMidi refuses with a reason", () => {
  const manyNotes = repeated(25_000, [0, 0x90, 60, 90, 1, 60, 0]);
  const manyBeginnings = repeated(99_999, [0, 0x90, 60, 90]);
  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /not a MIDI file/],
    ["text", Uint8Array.from(ascii("hello, this is no MIDI file")), /not a MIDI file/],
    ["format 3", file([track(c4)], { format: 3 }), /format 3; it must be 0, 1 or 2/],
    ["a zero division", file([track(c4)], { division: 0 }), /division is 0/],
    [
      "an SMPTE division of 23 frames",
      file([track(c4)], { division: 0xe928 }),
      /division is 23 frames a second and 40/,
    ],
    ["an SMPTE division of no ticks", file([track(c4)], { division: 0xe700 }), /25 frames a second and 0 ticks/],
    ["no tracks", file([]), /no tracks/],
    ["10,000 tracks", file(Array.from({ length: 10_000 }, () => track([]))), /more than 256 tracks/],
    ["a five-byte delta", file([track([0x81, 0x80, 0x80, 0x80, 0, 0x90, 60, 90])]), /more than four bytes/],
    ["a note over 127", file([track([0, 0x90, 200, 90])]), /data byte 200/],
    ["an event without a status", file([track([0, 60, 90])]), /begins an event with the data byte 60/],
    [
      "a note over 127 after a wrong length",
      file([[...ascii("MTrk"), ...uint32(99), 0, 0x90, 200, 90]]),
      /track 0 says that it has 99 bytes/,
    ],
    [
      "another kind of RIFF file",
      Uint8Array.from([...ascii("RIFF"), ...uint32(4), ...ascii("WAVEdata")]),
      /RIFF.*"WAVE"/,
    ],
    [
      "a RIFF file without a MIDI file",
      Uint8Array.from([...ascii("RIFF"), ...uint32(4), ...ascii("RMID")]),
      /without a MIDI file/,
    ],
    ["no notes", file([track([])]), /has no notes/],
    ["too many notes", file([track(manyNotes)]), /25000 notes; at most 20000/],
    ["too many notes without an end", file([track(manyBeginnings)]), /99999 notes; at most 20000/],
    ["only notes of no length", file([track([0, 0x90, 60, 90, 0, 60, 0])]), /no note of the file lasts any time/],
    [
      "hours of music",
      file([track([...c4, 0xff, 0xff, 0xff, 0x7f, 0x90, 60, 90, 1, 60, 0])], { division: 1 }),
      /bars long/,
    ],
    ["too many bytes", new Uint8Array(midiLimits.bytes + 1), /at most 1048576/],
  ])("%s", (_, bytes, reason) => {
    expect(reasonOf(bytes)).toMatch(reason);
  });

  it("never fails in another way, whatever the bytes", () => {
    const valid = file([track(c4), track([0, 0xc1, 5, ...c4])]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 8 }), (edits) => {
        const bytes = edits.reduce((edited, [at, value]) => edited.with(at, value), valid);
        try {
          parseMidi(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableMidiError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const noteArbitrary = fc.record({
  startTick: fc.nat(4000),
  durationTicks: fc.integer({ min: 1, max: 400 }),
  pitch: fc.integer({ min: 0, max: 127 }),
  velocity: fc.integer({ min: 1, max: 127 }),
});

/** Notes of one pitch must not overlap: in MIDI an end ends the oldest. */
const lineArbitrary = fc
  .uniqueArray(noteArbitrary, { selector: ({ pitch }) => pitch, minLength: 1, maxLength: 40 })
  .map((notes) => notes.sort((one, other) => one.startTick - other.startTick || one.pitch - other.pitch));

const trackArbitrary = fc.record({
  name: fc.stringMatching(/^[!-~][ -~]{0,30}[!-~]$/),
  channel: fc.nat(15),
  program: fc.nat(127),
  notes: lineArbitrary,
});

const songArbitrary = fc.record({
  division: fc.integer({ min: 24, max: 32_767 }),
  microsecondsPerQuarter: fc.integer({ min: 200_000, max: 2_000_000 }),
  numerator: fc.integer({ min: 1, max: 15 }),
  denominator: fc.constantFrom(1, 2, 4, 8, 16, 32, 64),
  tracks: fc.array(trackArbitrary, { minLength: 1, maxLength: 5 }),
});

type GeneratedTrack = typeof trackArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** As other software has it. No pitch comes twice, so that the order at one tick says nothing. */
function trackEvents({ name, channel, program, notes }: GeneratedTrack): TMidiEvent[] {
  const timed = notes
    .flatMap(({ startTick, durationTicks, pitch, velocity }) => [
      { tick: startTick, event: { channel, noteOn: { noteNumber: pitch, velocity } } },
      { tick: startTick + durationTicks, event: { channel, noteOff: { noteNumber: pitch, velocity: 64 } } },
    ])
    .sort((one, other) => one.tick - other.tick);
  return [
    { delta: 0, trackName: name },
    { delta: 0, channel, programChange: { programNumber: program } },
    ...timed.map(({ tick, event }, index) => ({ delta: tick - (timed[index - 1]?.tick ?? 0), ...event })),
    { delta: 0, endOfTrack: true },
  ];
}

describe("what json-midi-encoder writes", () => {
  it("is read note for note, with names, programs, tempo and time signature", () => {
    fc.assert(
      fc.property(songArbitrary, ({ division, microsecondsPerQuarter, numerator, denominator, tracks }) => {
        const conductor: TMidiEvent[] = [
          { delta: 0, setTempo: { microsecondsPerQuarter } },
          { delta: 0, timeSignature: { numerator, denominator, metronome: 24, thirtyseconds: 8 } },
          { delta: 0, endOfTrack: true },
        ];
        const bytes = new Uint8Array(encode({ division, format: 1, tracks: [conductor, ...tracks.map(trackEvents)] }));
        const song = parseMidi(bytes);
        expect(song.tracks).toEqual(
          tracks.map(({ name, channel, program, notes }, index) => {
            const isDrums = channel === 9;
            return { index: index + 1, name, program, isDrums, mix: {}, notes, leftOut: new Tally() };
          }),
        );
        expect(song).toMatchObject({
          ticksPerBeat: division,
          timeSignatures: [{ tick: 0, numerator, denominator }],
          changes: [],
        });
        expect(song.tempos).toHaveLength(1);
        expect(tempoAt(song, 0)).toBeCloseTo(60_000_000 / microsecondsPerQuarter, 2);
      }),
    );
  });
});

const melodyArbitrary = fc
  .record({
    notes: lineArbitrary,
    ticksPerBeat: fc.integer({ min: 24, max: 960 }),
    tempo: fc.integer({ min: 40, max: 160 }),
  })
  .map(({ notes, ticksPerBeat, tempo }): Melody => {
    const last = Math.max(...notes.map(({ startTick, durationTicks }) => startTick + durationTicks));
    const bars = Math.ceil(last / (4 * ticksPerBeat));
    return { name: "Line", program: 3, ticksPerBeat, tempo, bars, timeSignature: "4/4", notes };
  });

describe("a score", () => {
  it("keeps any melody note for note through the MIDI file", () => {
    fc.assert(
      fc.property(melodyArbitrary, (melody) => {
        const generated = [{ name: "Bass", program: 32, notes: [{ onset: 0, duration: 3, pitch: 40, velocity: 80 }] }];
        const score = composeScore({ name: "Piece", melody, generated });
        expect(scoreSchema.parse(score)).toEqual(score);
        const song = parseMidi(writeMidi(score));
        const finer = song.ticksPerBeat / melody.ticksPerBeat;
        expect(song.tracks[0]?.notes).toEqual(
          melody.notes.map((note) => ({
            ...note,
            startTick: note.startTick * finer,
            durationTicks: note.durationTicks * finer,
          })),
        );
        expect(song.tracks.map(({ index, name, program }) => ({ index, name, program }))).toEqual([
          { index: 0, name: "Line", program: 3 },
          { index: 1, name: "Bass", program: 32 },
        ]);
        expect(Math.abs(tempoAt(song, 0) - melody.tempo)).toBeLessThan(0.01);
      }),
    );
  });

  it("writes equal bytes for equal pieces, and repeated notes stay repeated", () => {
    const repeated = [0, 1, 2].map((beat) => ({ startTick: beat * 96, durationTicks: 96, pitch: 60, velocity: 80 }));
    const score: Score = {
      schemaVersion: 1,
      name: "Piece",
      ticksPerBeat: 96,
      tempo: 100,
      bars: 1,
      tracks: [{ name: "A", program: 0, source: "input", notes: repeated }],
    };
    expect(writeMidi(score)).toEqual(writeMidi(score));
    expect(parseMidi(writeMidi(score)).tracks[0]?.notes).toEqual(repeated);
    expect(scoreMelody(score, 0)?.notes).toEqual(repeated);
    expect(scoreMelody(score, 1)).toBeUndefined();
    expect(scoreOutput(score, {}, 3)).toMatchObject({
      bars: 1,
      editEventCount: 3,
      tracks: [{ noteCount: 3, source: "input" }],
    });
  });
});

const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof MelodyError) return error.code;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("a melody", () => {
  const melody: Melody = {
    name: "Line",
    program: 0,
    ticksPerBeat: 480,
    tempo: 100,
    bars: 3,
    timeSignature: "4/4",
    notes: [
      { startTick: 7, durationTicks: 470, pitch: 60, velocity: 90 },
      { startTick: 1900, durationTicks: 500, pitch: 62, velocity: 90 },
      { startTick: 3840, durationTicks: 1920, pitch: 64, velocity: 90 },
    ],
  };

  it("is untouched without options", () => {
    expect(applyInputOptions(melody, {}, "unet-gan")).toEqual(melody);
  });

  it("is cut, transposed and given another tempo", () => {
    const part = applyInputOptions(melody, { startBar: 3, bars: 1, transpose: -12, tempo: 60 }, "unet-gan");
    expect(part).toMatchObject({ bars: 1, tempo: 60, notes: [{ startTick: 0, durationTicks: 1920, pitch: 52 }] });
  });

  it("is moved onto the grid by rhythm assist, and stays inside its bars", () => {
    fc.assert(
      fc.property(melodyArbitrary, (line) => {
        fc.pre(line.bars <= 64);
        const assisted = applyInputOptions(line, { rhythmAssist: true }, "unet-gan");
        const step = line.ticksPerBeat / 4;
        for (const { startTick, durationTicks } of assisted.notes) {
          expect(Math.abs(startTick - Math.round(startTick / step) * step)).toBeLessThanOrEqual(0.5);
          expect(durationTicks).toBeGreaterThan(0);
          expect(startTick + durationTicks).toBeLessThanOrEqual(line.bars * 4 * line.ticksPerBeat);
        }
      }),
    );
  });

  it.each([
    [{ startBar: 4 }, "BARS_OUT_OF_RANGE"],
    [{ bars: 4 }, "BARS_OUT_OF_RANGE"],
    [{ startBar: 2, bars: 1, transpose: 12 }, "MELODY_EMPTY"],
  ])("refuses %j", (options, code) => {
    const withGap = { ...melody, notes: melody.notes.filter(({ startTick }) => startTick !== 1900) };
    expect(codeOf(() => applyInputOptions(withGap, options, "unet-gan"))).toBe(code);
  });

  it("refuses pitches that leave the range and pieces over 64 bars", () => {
    const high = { ...melody, notes: [{ startTick: 0, durationTicks: 96, pitch: 120, velocity: 90 }] };
    expect(() => applyInputOptions(high, { transpose: 12 }, "unet-gan")).toThrow(/pitch 120 becomes 132/);
    expect(() => applyInputOptions({ ...melody, bars: 65 }, {}, "unet-gan")).toThrow(/65 bars; at most 64/);
  });

  it("lands on the grid by the stated rule", () => {
    expect(toGrid(melody)).toEqual([
      { onset: 0, duration: 4, pitch: 60, velocity: 90 },
      { onset: 16, duration: 4, pitch: 62, velocity: 90 },
      { onset: 32, duration: 16, pitch: 64, velocity: 90 },
    ]);
  });

  it("comes from one track of a file", () => {
    const song = parseMidi(file([track(c4)]));
    expect(trackMelody(song, 0).notes).toHaveLength(1);
    expect(() => trackMelody(song, 1)).toThrow(MelodyError);
  });

  const timeSignature = (numerator: number, power: number): number[] => meta(0x58, [numerator, power, 24, 8]);

  it.each([
    ["that says none", [], 4],
    ["in 4/4", timeSignature(4, 2), 4],
    ["in 2/2", timeSignature(2, 1), 4],
    ["in 4/4, then 2/2", [...timeSignature(4, 2), ...c4, ...timeSignature(2, 1)], 5],
  ])("of a file %s has bars of four quarters", (_, events, quarters) => {
    const song = parseMidi(file([track([...events, ...repeated(4, c4)])]));
    expect(trackMelody(song, 0)).toMatchObject({ bars: Math.ceil(quarters / 4), ticksPerBeat: 96 });
  });

  it.each([
    ["3/4", timeSignature(3, 2), 3],
    ["2/4", timeSignature(2, 2), 2],
    ["6/8", timeSignature(6, 3), 3],
  ])("of a file in %s has its bars, and the arranger takes them, and models all but 2/4", (name, events, quarters) => {
    const melody = trackMelody(parseMidi(file([track([...events, ...repeated(7, c4)])])), 0);
    expect(melody.bars).toBe(Math.ceil(7 / quarters));
    const whole = applyInputOptions(melody, {}, "arranger");
    expect(whole).toMatchObject({ bars: melody.bars, timeSignature: name, notes: { length: 7 } });
    const second = applyInputOptions(melody, { startBar: 2, bars: 1 }, "arranger");
    expect(second).toMatchObject({ bars: 1, timeSignature: name, notes: { length: quarters } });
    if (name !== "2/4") {
      expect(applyInputOptions(melody, {}, "ar-cnn")).toMatchObject({ bars: melody.bars, timeSignature: name });
      return;
    }
    expect(() => applyInputOptions(melody, {}, "ar-cnn")).toThrow(
      "of the chosen bars 1 to 4, bars 1 to 4 are in 2/4; ar-cnn takes bars in 4/4, 3/4, 6/8: " +
        "choose the technique arranger, which takes 2/4",
    );
  });

  it.each([
    [
      "5/4",
      timeSignature(5, 2),
      /^the music is in 5\/4; only bars in 4\/4, 2\/2, 8\/8, 16\/16, 3\/4, 2\/4, 6\/8 are supported$/,
    ],
    ["12/8", timeSignature(12, 3), /12\/8/],
    ["a bar cut short by a change to 5/4", [...timeSignature(4, 2), ...c4, ...timeSignature(5, 2)], /4\/4, then 5\/4/],
  ])("of a file in %s is refused", (_, events, reason) => {
    const song = parseMidi(file([track([...events, ...c4])]));
    expect(codeOf(() => trackMelody(song, 0))).toBe("TIME_SIGNATURE_NOT_SUPPORTED");
    expect(() => trackMelody(song, 0)).toThrow(reason);
  });

  it("with an upbeat as a short first bar is usable from bar 2 on", () => {
    const bytes = file([track([...timeSignature(1, 2), ...c4, ...timeSignature(4, 2), ...repeated(8, c4)])]);
    const melody = trackMelody(parseMidi(bytes), 0);
    expect(melody.bars).toBe(3);
    expect(changesOf(bytes)).toEqual([
      `bar 1 is in 1/4: ${techniqueIds.join(", ")} take bars 2 to 3 (startBar and bars of inputOptions)`,
    ]);
    expect(() => applyInputOptions(melody, {}, "unet-gan")).toThrow(
      "of the chosen bars 1 to 3, bar 1 is in 1/4; bars 2 to 3 are in 4/4; unet-gan takes bars in one time signature: " +
        "choose bars 2 to 3 with inputOptions.startBar and inputOptions.bars",
    );
    expect(applyInputOptions(melody, { startBar: 2 }, "unet-gan")).toMatchObject({ bars: 2, notes: { length: 8 } });
    expect(applyInputOptions(melody, { startBar: 2 }, "unet-gan").notes[0]?.startTick).toBe(0);
  });

  it("that changes its time signature is usable bar range by bar range, and says for whom", () => {
    const bytes = file([
      track([...timeSignature(4, 2), ...repeated(8, c4), ...timeSignature(3, 2), ...repeated(6, c4)]),
    ]);
    const melody = trackMelody(parseMidi(bytes), 0);
    expect(changesOf(bytes)).toEqual([
      `bars 3 to 4 are in 3/4: ${techniqueIds.join(", ")} take bars 1 to 2, or bars 3 to 4 ` +
        "(startBar and bars of inputOptions)",
    ]);
    expect(() => applyInputOptions(melody, {}, "arranger")).toThrow(
      "of the chosen bars 1 to 4, bars 1 to 2 are in 4/4; bars 3 to 4 are in 3/4; arranger takes bars in one time " +
        "signature: choose bars 1 to 2, or bars 3 to 4 with inputOptions.startBar and inputOptions.bars",
    );
    expect(applyInputOptions(melody, { startBar: 3 }, "unet-gan")).toMatchObject({
      ...{ bars: 2, timeSignature: "3/4" },
      notes: { length: 6, 0: { startTick: 0 } },
    });
  });

  it("in bars that a model takes nowhere is refused with those that the arranger takes", () => {
    const bytes = file([
      track([...timeSignature(3, 2), ...repeated(6, c4), ...timeSignature(5, 2), ...repeated(5, c4)]),
    ]);
    expect(() => applyInputOptions(trackMelody(parseMidi(bytes), 0), {}, "unet-gan")).toThrow(
      "of the chosen bars 1 to 3, bars 1 to 2 are in 3/4; bar 3 is in 5/4; unet-gan takes bars in one time signature: " +
        "choose bars 1 to 2 with inputOptions.startBar and inputOptions.bars",
    );
  });
});

describe("sample melodies", () => {
  it.each(sampleMelodies.map((melody) => [melody.id, melody] as const))("%s is whole and on the grid", (_, melody) => {
    expect(melody.bars).toBeGreaterThanOrEqual(8);
    expect(toGrid(sampleAsMelody(melody))).toEqual(melody.notes.map((note) => ({ ...note, velocity: 90 })));
    for (const { pitch } of melody.notes) {
      expect(pitch).toBeGreaterThanOrEqual(60);
      expect(pitch).toBeLessThanOrEqual(79);
    }
  });

  it("are refused when a bar is wrong", () => {
    expect(() => readNotation("C4:4 |")).toThrow(/bar 1 ends at step 4/);
    expect(() => readNotation("H4:16 |")).toThrow(/not a pitch/);
    expect(() => readNotation("C4:16")).toThrow(/not closed/);
  });
});
