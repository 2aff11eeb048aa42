/**
 * Hostile and messy files, one row for each: a file is rejected with its code and a sentence, or it is read and its
 * report tells what was done. The numbers are those of the list of inputs of data sets in issue 15.
 */
import { extractFile, type ExtractOptions, type FileRejectionCode } from "../../../../domain/music/extraction/extract";
import type { LineUp } from "../../../../domain/music/extraction/line-ups";
import { type ExtractionReport, reportInWords } from "../../../../domain/music/extraction/report";
import { ascii, meta, midiFile, repeated, trackChunk, uint32, variableLength } from "../../../support/midi-bytes";

/** Ticks of a beat in the files that the tests write. */
const beat = 96;

interface Hit {
  /** In beats. */
  readonly at: number;
  readonly lasts?: number;
  readonly pitch: number;
}

interface Part {
  readonly channel?: number;
  readonly name?: string;
  readonly program?: number;
  readonly hits: readonly Hit[];
}

/** The events of a track's name, instrument and notes. Times are beats from its beginning. */
function events(part: Part): number[] {
  const { channel = 0, name, program } = part;
  return [
    ...(name === undefined ? [] : meta(0x03, ascii(name))),
    ...(program === undefined ? [] : [0, 0xc0 | channel, program]),
    ...together([part]),
  ];
}

/** The notes of several parts as the events of one track. */
function together(parts: readonly Part[]): number[] {
  const changes = parts
    .flatMap(({ channel = 0, hits }) => hits.map((hit) => ({ ...hit, channel })))
    .flatMap(({ at, lasts = 0.9, pitch, channel }) => [
      { tick: Math.round(at * beat), rank: 1, bytes: [0x90 | channel, pitch, 90] },
      { tick: Math.round((at + lasts) * beat), rank: 0, bytes: [0x80 | channel, pitch, 0] },
    ])
    .sort((one, other) => one.tick - other.tick || one.rank - other.rank);
  let before = 0;
  return changes.flatMap(({ tick, bytes }) => {
    const delta = variableLength(tick - before);
    before = tick;
    return [...delta, ...bytes];
  });
}

const beats = (bars: number, beatsPerBar = 4): number[] => Array.from({ length: bars * beatsPerBar }, (_, at) => at);

const tune = [67, 69, 71, 72, 74, 72, 71, 69];
const melody = (bars: number, more: Partial<Part> = {}, beatsPerBar = 4): Part => ({
  hits: beats(bars, beatsPerBar).map((at) => ({ at, pitch: tune[at % tune.length] ?? 67 })),
  ...more,
});
const bass = (bars: number, more: Partial<Part> = {}, beatsPerBar = 4): Part => ({
  ...{ channel: 1, program: 33 },
  hits: beats(bars, beatsPerBar).map((at) => ({ at, pitch: 36 + 2 * (at % 3) })),
  ...more,
});
const chords = (bars: number, more: Partial<Part> = {}, beatsPerBar = 4): Part => ({
  channel: 2,
  hits: beats(bars, beatsPerBar).flatMap((at) => [52, 55, 59].map((pitch) => ({ at, pitch }))),
  ...more,
});
const drums = (bars: number, more: Partial<Part> = {}): Part => ({
  channel: 9,
  hits: beats(bars).flatMap((at) => [
    { at, lasts: 0.1, pitch: at % 2 === 0 ? 36 : 38 },
    { at, lasts: 0.1, pitch: 42 },
  ]),
  ...more,
});
const band = (bars: number): Part[] => [melody(bars), bass(bars), chords(bars), drums(bars)];

const file = (parts: readonly Part[], first: readonly number[] = [], options: Parameters<typeof midiFile>[1] = {}) =>
  midiFile(
    parts.map((part, index) => trackChunk([...(index === 0 ? first : []), ...events(part)])),
    { division: beat, ...options },
  );

const timeSignature = (numerator: number, power: number, delta = 0): number[] => [
  ...variableLength(delta),
  ...[0xff, 0x58, 4, numerator, power, 24, 8],
];
const tempo = (microsecondsPerBeat: number, delta = 0): number[] => [
  ...variableLength(delta),
  ...[0xff, 0x51, 3, ...uint32(microsecondsPerBeat).slice(1)],
];
const conductor = (bytes: readonly number[]): number[] => trackChunk(bytes);
const withConductor = (bytes: readonly number[], parts: readonly Part[]): Uint8Array =>
  midiFile([conductor(bytes), ...parts.map((part) => trackChunk(events(part)))], { division: beat });
const moved = (part: Part, by: number): Part => ({
  ...part,
  hits: part.hits.map((hit) => ({ ...hit, at: hit.at + by })),
});

const rejected: readonly (readonly [string, () => Uint8Array, FileRejectionCode, RegExp])[] = [
  [
    "19: a PNG that is named .mid",
    () => Uint8Array.from([0x89, ...ascii("PNG\r\n\u001a\n"), ...repeated(40, [7])]),
    "NOT_MIDI",
    /does not begin with "MThd"/,
  ],
  ["19: an MP3", () => Uint8Array.from([...ascii("ID3"), ...repeated(400, [3, 0xff])]), "NOT_MIDI", /MThd/],
  [
    "19: a RIFF file of sound",
    () => Uint8Array.from([...ascii("RIFF"), ...uint32(4), ...ascii("WAVEdata")]),
    "NOT_MIDI",
    /kind "WAVE"/,
  ],
  ["20: a division of 0", () => file(band(8), [], { division: 0 }), "DAMAGED_MIDI", /division is 0/],
  ["20: SMPTE of 23 frames", () => file(band(8), [], { division: 0xe928 }), "DAMAGED_MIDI", /23 frames a second/],
  [
    "23: 60,001 notes",
    () => midiFile([trackChunk(repeated(60_001, [0, 0x90, 60, 90, 1, 60, 0]))], { division: beat }),
    "TOO_MANY_NOTES",
    /has 60001 notes; at most 60000/,
  ],
  [
    "23: 260,000 note-ons without an end",
    () => midiFile([trackChunk([0, 0x90, 60, 90, ...repeated(260_000, [0, 60, 90])])], { division: beat }),
    "TOO_MANY_NOTES",
    /has 260001 notes/,
  ],
  [
    "23: more than 300,000 events",
    () => midiFile([trackChunk([0, 0x80, 60, 0, ...repeated(300_001, [0, 60, 0])])], { division: beat }),
    "TOO_MANY_EVENTS",
    /more than 300000 events/,
  ],
  [
    "23: 60,000 notes on one tick",
    () => midiFile([trackChunk([0, 0x90, 0, 1, ...repeated(59_999, [0, 60, 90]), 96, 60, 0])], { division: beat }),
    "TOO_FEW_BARS",
    /has 1 bar that can be used; a piece has at least 4/,
  ],
  ["26: a tune alone", () => file([melody(8)]), "NO_LINE_UP", /band: nothing is left for chords/],
  [
    "27: 7/4 throughout",
    () => withConductor(timeSignature(7, 2), [melody(14), bass(14), chords(14)]),
    "TIME_SIGNATURE_NOT_SUPPORTED",
    /in 7\/4; only whole bars in 4\/4/,
  ],
  [
    "29: played live without a click",
    () =>
      file(band(8).map((part) => ({ ...part, hits: part.hits.map((hit) => ({ ...hit, at: hit.at * 1.137 + 0.09 })) }))),
    "OFF_THE_GRID",
    /more than a fifth of the notes lie off the grid.*Play to a click/,
  ],
  [
    "30: triplets throughout",
    () =>
      file(
        band(8).map((part) => ({
          ...part,
          hits: part.hits.flatMap((hit) =>
            [0, 1 / 3, 2 / 3].map((third) => ({ ...hit, at: hit.at + third, lasts: 0.3 })),
          ),
        })),
      ),
    "OFF_THE_GRID",
    /off the grid of sixteenths/,
  ],
  [
    "32: two notes",
    () =>
      file([
        {
          hits: [
            { at: 0, pitch: 60 },
            { at: 1, pitch: 64 },
          ],
        },
      ]),
    "TOO_FEW_BARS",
    /1 bar that/,
  ],
  [
    "32: 4,095 bars of silence and one note",
    () => file([{ hits: [{ at: 4095 * 4, pitch: 60 }] }]),
    "NO_LINE_UP",
    /no line-up can be made/i,
  ],
  [
    "32: a note behind 4,096 bars",
    () => file([{ hits: [{ at: 4096 * 4, pitch: 60 }] }]),
    "MUSIC_TOO_LONG",
    /4096 bars/,
  ],
  ["32: no notes", () => midiFile([trackChunk(meta(3, ascii("Melody")))]), "NO_NOTES", /no notes/],
  ["drums alone", () => file([drums(8)]), "NO_LINE_UP", /band: no track is like a melody/],
  ["over 1 MiB", () => new Uint8Array(1_048_577), "FILE_TOO_LARGE", /1048577 bytes; at most 1048576/],
  ["257 tracks", () => midiFile(Array.from({ length: 257 }, () => trackChunk([]))), "TOO_MANY_TRACKS", /256 tracks/],
  ["a data byte over 127", () => midiFile([trackChunk([0, 0x90, 200, 90])]), "DAMAGED_MIDI", /data byte 200/],
];

test.each(rejected)("%s: is rejected", (_, bytes, code, sentence) => {
  const outcome = extractFile(bytes());
  if (outcome.kind !== "REJECTED") throw new Error("the file was not rejected");
  expect(outcome.rejection.code).toBe(code);
  expect(outcome.rejection.sentence).toMatch(sentence);
  expect(outcome.rejection.sentence).toMatch(/^[A-Z].*\.$/);
});

function accepted(bytes: Uint8Array, options: ExtractOptions = {}): ExtractionReport {
  const outcome = extractFile(bytes, options);
  if (outcome.kind === "REJECTED") throw new Error(outcome.rejection.sentence);
  return outcome.extraction.report;
}

const barsOf = (report: ExtractionReport, lineUp: LineUp): number => {
  const found = report.lineUps[lineUp];
  return "bars" in found ? found.bars : 0;
};
const rolesOf = ({ tracks }: ExtractionReport): string[] => tracks.map(({ role }) => role);
const words = (report: ExtractionReport): string => reportInWords(report).join("\n");

const clean = ["melody", "bass", "chords", "drums"];

test("a file of four tracks is a band and a trio", () => {
  const report = accepted(file(band(8)));
  expect(rolesOf(report)).toEqual(clean);
  expect([barsOf(report, "band"), barsOf(report, "trio")]).toEqual([8, 8]);
  expect(report.lineUps.lines).toEqual({ code: "TOO_FEW_TRACKS", reason: expect.any(String) });
});

test("a file of four lines is lines, from high to low, whatever the order of its tracks", () => {
  const line = (pitch: number, channel: number): Part => ({
    channel,
    hits: beats(8).map((at) => ({ at, pitch: pitch + (at % 3) })),
  });
  const outcome = extractFile(file([line(48, 0), line(72, 1), line(60, 2), line(67, 3)]));
  if (outcome.kind === "REJECTED" || outcome.extraction.lineUps.lines.kind === "MISSING") throw new Error("no lines");
  const [piece] = outcome.extraction.lineUps.lines.pieces;
  expect(piece?.bars).toBe(8);
  expect(piece?.voices.map(({ name, notes }) => [name, notes[0]?.pitch, notes.length])).toEqual([
    ["Voice 1", 72, 32],
    ["Voice 2", 67, 32],
    ["Voice 3", 60, 32],
    ["Voice 4", 48, 32],
  ]);
});

const read: readonly (readonly [string, () => Uint8Array, (report: ExtractionReport) => void])[] = [
  [
    "19: a RIFF-MIDI file is unwrapped",
    () => {
      const midi = file(band(8));
      const length = (value: number): number[] => uint32(value).reverse();
      const data = [...ascii("RMIDdata"), ...length(midi.length), ...midi];
      return Uint8Array.from([...ascii("RIFF"), ...length(data.length), ...data]);
    },
    (report) => {
      expect(barsOf(report, "band")).toBe(8);
      expect(words(report)).toContain("taken out of the RIFF file");
    },
  ],
  [
    "20: the patterns of format 2 sound one after the other",
    () => midiFile([trackChunk(together(band(8))), trackChunk(together(band(5)))], { format: 2, division: beat }),
    (report) => {
      expect(report.bars).toEqual([{ timeSignature: "4/4", bars: 13 }]);
      expect(words(report)).toContain("its 2 patterns are read one after the other");
    },
  ],
  [
    "20: SMPTE time",
    () => file(band(8), tempo(500_000), { division: 0xe804 }),
    (report) => {
      // 96 ticks are a second of 24 frames of 4 ticks, and so two beats: eight bars become sixteen.
      expect(report.bars).toEqual([{ timeSignature: "4/4", bars: 16 }]);
      expect(words(report)).toContain("parts of a second (SMPTE)");
    },
  ],
  [
    "21: no end of track, and a running status across a meta event",
    () => {
      const chunk = (part: Part): number[] =>
        trackChunk([...events(part), ...[0, 0x90, 60, 90], ...meta(1, ascii("x")), ...[10, 60, 0]], []);
      return midiFile(band(8).map(chunk), { division: beat });
    },
    (report) => {
      expect(barsOf(report, "band")).toBe(8);
      expect(words(report)).toContain("track 0 has no end-of-track event");
    },
  ],
  [
    "21: a track that ends late",
    () => midiFile(band(8).map((part) => trackChunk(events(part), [...variableLength(96 * 400), 0xff, 0x2f, 0]))),
    (report) => {
      expect(report.bars).toEqual([{ timeSignature: "4/4", bars: 8 }]);
    },
  ],
  [
    "22: a key signature of the mode 255",
    () => file(band(8), meta(0x59, [0, 255])),
    (report) => {
      expect(barsOf(report, "band")).toBe(8);
    },
  ],
  [
    "24: sixteen channels in one track of format 0",
    () => {
      const all = [...band(8), ...[3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15].map((channel) => chords(8, { channel }))];
      return midiFile([trackChunk(together(all))], { format: 0, division: beat });
    },
    (report) => {
      expect(report.tracks).toHaveLength(16);
      expect(barsOf(report, "band")).toBe(8);
    },
  ],
  [
    "25: drums on channel 1 under the name of a kit",
    () => file([melody(8), bass(8), chords(8), drums(8, { channel: 3, name: "Drum Kit" })]),
    (report) => {
      expect(rolesOf(report)).toEqual(clean);
      expect(words(report)).toContain('track 3 "Drum Kit" is taken for drums: it is named as drums');
    },
  ],
  [
    "25: tones on channel 10 are taken for drums, and the hits that no drum has are told",
    () => file([melody(8, { channel: 9 }), bass(8), chords(8), melody(8, { channel: 4 })]),
    (report) => {
      expect(report.tracks[0]?.role).toBe("drums");
      expect(report.hitsLeftOut).toBeGreaterThan(0);
      expect(words(report)).toContain("hits that the kit does not have: left out");
    },
  ],
  [
    "26: a piano in one track",
    () => file([{ hits: [...melody(8).hits, ...chords(8).hits, ...bass(8).hits] }]),
    (report) => {
      expect(barsOf(report, "trio")).toBe(8);
      expect(report.lineUps.band).toMatchObject({ code: "NO_DRUMS" });
    },
  ],
  [
    "26: the two hands of a piano",
    () => file([melody(8), { channel: 1, hits: [...chords(8).hits, ...bass(8).hits] }]),
    (report) => {
      expect(barsOf(report, "trio")).toBe(8);
    },
  ],
  [
    "27: 1/8 as a pick-up before 4/4",
    () =>
      withConductor(
        [...timeSignature(1, 3), ...timeSignature(4, 2, beat / 2)],
        band(8).map((part) => moved(part, 0.5)),
      ),
    (report) => {
      expect(report.bars).toEqual([
        { timeSignature: "1/8", bars: 1 },
        { timeSignature: "4/4", bars: 8 },
      ]);
      expect(barsOf(report, "band")).toBe(8);
    },
  ],
  [
    "27: 4/4, 7/8, 4/4",
    () => {
      const parts = band(8).map((part) => ({
        ...part,
        hits: [...part.hits, ...moved(part, 32 + 3.5).hits],
      }));
      return withConductor(
        [...timeSignature(4, 2), ...timeSignature(7, 3, 32 * beat), ...timeSignature(4, 2, 3.5 * beat)],
        parts,
      );
    },
    (report) => {
      expect(report.bars).toEqual([
        { timeSignature: "4/4", bars: 16 },
        { timeSignature: "7/8", bars: 1 },
      ]);
      expect(report.lineUps.band).toMatchObject({ pieces: 2, bars: 16 });
    },
  ],
  [
    "27: 0/4 is left out",
    () => file(band(8), timeSignature(0, 2)),
    (report) => {
      expect(barsOf(report, "band")).toBe(8);
    },
  ],
  [
    "28: a tempo of 1, which no music has",
    () => file(band(8), tempo(0xff_ff_ff)),
    (report) => {
      expect(report.tempo).toBe(20);
    },
  ],
  [
    "28: a tempo of 60,000,000, and 1,000 changes of it",
    () => file(band(8), [...tempo(1), ...repeated(1000, tempo(500_000)), ...tempo(1)]),
    (report) => {
      expect(report.tempo).toBe(400);
    },
  ],
  [
    "30: swing that is written as triplets is straightened",
    () =>
      file(
        band(8).map((part) => ({
          ...part,
          hits: part.hits.flatMap((hit) => [
            { ...hit, lasts: 0.6 },
            { ...hit, at: hit.at + 2 / 3, lasts: 0.3 },
          ]),
        })),
      ),
    (report) => {
      expect(report.swing).toBe(true);
      expect(report.maxMove).toBeLessThan(0.1);
      expect(words(report)).toContain("the music swings");
    },
  ],
  [
    "31: the pitches 0 and 127",
    () =>
      file([
        melody(8, { name: "Lead", hits: beats(8).map((at) => ({ at, pitch: at % 2 === 0 ? 127 : 120 })) }),
        bass(8, { hits: beats(8).map((at) => ({ at, pitch: 0 })) }),
        chords(8),
      ]),
    (report) => {
      expect(rolesOf(report)).toEqual(["melody", "bass", "chords"]);
      expect(barsOf(report, "trio")).toBe(8);
    },
  ],
  [
    "37: all in 3/4: kept and counted, in its own time signature",
    () => withConductor(timeSignature(3, 2), [melody(8, {}, 3), bass(8, {}, 3), chords(8, {}, 3)]),
    (report) => {
      expect(report.bars).toEqual([{ timeSignature: "3/4", bars: 8 }]);
      expect(barsOf(report, "trio")).toBe(8);
    },
  ],
  [
    "2/4: two bars are one of 4/4, and an odd one is left over",
    () => withConductor(timeSignature(2, 2), [melody(17, {}, 2), bass(17, {}, 2), chords(17, {}, 2)]),
    (report) => {
      expect(report.bars).toEqual([{ timeSignature: "2/4", bars: 17 }]);
      expect([report.pieceBars, barsOf(report, "trio")]).toEqual([8, 8]);
    },
  ],
];

test.each(read)("%s", (_, bytes, check) => {
  check(accepted(bytes()));
});

test("equal notes in different bytes give equal pieces (7)", () => {
  const one = extractFile(file(band(8)));
  const other = extractFile(file(band(8), [...meta(0x01, ascii("another text")), ...meta(0x59, [2, 0])]));
  if (one.kind === "REJECTED" || other.kind === "REJECTED") throw new Error("a file was rejected");
  expect(one.extraction.lineUps).toEqual(other.extraction.lineUps);
});

describe("overrides", () => {
  const parts = (): Uint8Array => file([melody(8, { name: "Flute" }), bass(8), chords(8, { name: "Gtr 1" }), drums(8)]);

  test.each<[string, ExtractOptions, string[]]>([
    ["by a track's index", { overrides: [{ trackIndex: 2, role: "none" }] }, ["melody", "bass", "none", "drums"]],
    [
      "by a pattern of names",
      { overrides: [{ trackName: "gtr*", role: "melody" }] },
      ["chords", "bass", "melody", "drums"],
    ],
    [
      "for files of a folder alone",
      { file: "rock/a.mid", overrides: [{ file: "jazz/*", trackIndex: 0, role: "none" }] },
      clean,
    ],
    [
      "the first that matches holds",
      {
        overrides: [
          { trackIndex: 0, role: "chords" },
          { trackName: "*", role: "melody" },
        ],
      },
      ["chords", "melody", "melody", "melody"],
    ],
  ])("%s", (_, options, roles) => {
    const outcome = extractFile(parts(), options);
    const report = outcome.kind === "EXTRACTED" ? outcome.extraction.report : outcome.report;
    expect(report?.tracks.map(({ role }) => role)).toEqual(roles);
  });
});
