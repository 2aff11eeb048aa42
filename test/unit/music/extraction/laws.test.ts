/** What holds of every extraction, and of the rules of which it consists. */
import fc from "fast-check";
import { extractFile } from "../../../../domain/music/extraction/extract";
import { placeOnGrid } from "../../../../domain/music/extraction/grid";
import { pieceBars } from "../../../../domain/music/extraction/piece-bars";
import { matchesPattern, roleOverrideSchema } from "../../../../domain/music/extraction/role-overrides";
import { chordsOf, drumsOf, keyboardParts, lineOf } from "../../../../domain/music/extraction/voices";
import type { ModelNote } from "../../../../domain/music/melody";
import type { MidiNote } from "../../../../domain/music/midi-note";
import { type PlayedTrack, writePlayedPiece } from "../../../../domain/music/midi-writer";
import { parseMidi } from "../../../../domain/music/song";
import { barShapes, pieceTimeSignatures, ticksPerBar } from "../../../../domain/music/time-signatures";
import { arrangedFiles } from "../../../support/arranged-files";
import { brokenLaws, checkExtraction } from "../../../support/extraction-laws";

const ticksPerBeat = 24;
const step = ticksPerBeat / 4;

const noteAnywhere: fc.Arbitrary<MidiNote> = fc.record({
  startTick: fc.nat(ticksPerBeat * 40),
  durationTicks: fc.integer({ min: 1, max: ticksPerBeat * 6 }),
  pitch: fc.nat(127),
  velocity: fc.integer({ min: 1, max: 127 }),
});

const tracksArbitrary: fc.Arbitrary<PlayedTrack[]> = fc.array(
  fc.record({
    name: fc.constantFrom("", "Melody", "Bass", "Drum Kit", "Click", "Piano"),
    program: fc.nat(127),
    isDrums: fc.boolean(),
    notes: fc.array(noteAnywhere, { minLength: 1, maxLength: 60 }),
  }),
  { minLength: 1, maxLength: 8 },
);

test("music of any notes, instruments and names is extracted by the laws, or rejected with a sentence", () => {
  fc.assert(
    fc.property(tracksArbitrary, fc.constantFrom(...pieceTimeSignatures), (tracks, timeSignature) => {
      checkExtraction(writePlayedPiece({ ticksPerBeat, tempo: 120, bars: 10, timeSignature, tracks }));
    }),
    { numRuns: 150 },
  );
});

test("whatever the bytes are, a file is extracted or rejected", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isHeaded) => {
      const header = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 1, 0, 1, 0, 96, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 1, 0];
      expect(brokenLaws(extractFile(Uint8Array.from([...(isHeaded ? header : []), ...bytes])))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test("a line on the grid is moved nowhere, and keeps its time: all notes and all durations", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...pieceTimeSignatures),
      fc.array(
        fc.record({
          rest: fc.nat(3),
          steps: fc.integer({ min: 1, max: 8 }),
          pitch: fc.integer({ min: 60, max: 80 }),
        }),
        { minLength: 1, maxLength: 60 },
      ),
      (timeSignature, places) => {
        let at = 0;
        const notes = places.map(({ rest, steps, pitch }) => {
          const startTick = (at + rest) * step;
          at += rest + steps;
          return { startTick, durationTicks: steps * step, pitch, velocity: 90 };
        });
        const bars = Math.ceil(at / barShapes[timeSignature].steps);
        const tracks = [{ name: "Melody", program: 0, notes }];
        const song = parseMidi(writePlayedPiece({ ticksPerBeat, tempo: 120, bars, timeSignature, tracks }));
        const map = pieceBars(song);
        const grid = placeOnGrid(song, map);
        expect([grid.swing, grid.maxMove, grid.notesOff]).toEqual([false, 0, 0]);
        const barTicks = ticksPerBar(timeSignature, ticksPerBeat);
        const lastTick = map.bars.reduce((last, bar) => Math.max(last, bar.startTick + bar.ticks), 0);
        const kept = notes.filter(({ startTick }) => startTick < lastTick);
        const [placed] = grid.tracks;
        expect(placed?.notes).toEqual(
          kept.map(({ startTick, durationTicks, pitch, velocity }) => ({
            onset: startTick / step,
            duration: Math.min(durationTicks, lastTick - startTick) / step,
            ...{ pitch, velocity },
          })),
        );
        // An odd bar of 2/4 at the end belongs to no piece.
        expect(notes.length - kept.length <= barTicks / step).toBe(true);
      },
    ),
  );
});

test("straightened swing is what was played straight", () => {
  const swung = arrangedFiles({ count: 60, seed: 8 }).filter(({ isSwung }) => isSwung);
  for (const { bytes } of swung) {
    const song = parseMidi(bytes);
    const { swing, notesOff, notes } = placeOnGrid(song, pieceBars(song));
    if (swing) expect(notesOff / notes).toBeLessThan(0.02);
  }
});

const gridNotes: fc.Arbitrary<ModelNote[]> = fc.array(
  fc.record({
    onset: fc.nat(60),
    duration: fc.integer({ min: 1, max: 20 }),
    pitch: fc.nat(127),
    velocity: fc.integer({ min: 1, max: 127 }),
  }),
  { maxLength: 80 },
);

test("a line has a note wherever notes begin, the highest or the lowest of them, and loses none to nobody", () => {
  fc.assert(
    fc.property(gridNotes, fc.constantFrom("highest" as const, "lowest" as const), (notes, kept) => {
      const { line, others } = lineOf(notes, kept);
      const onsets = [...new Set(notes.map(({ onset }) => onset))].sort((one, other) => one - other);
      expect(line.map(({ onset }) => onset)).toEqual(onsets);
      for (const { onset, pitch } of line) {
        const here = notes.filter((note) => note.onset === onset).map((note) => note.pitch);
        expect(pitch).toBe(kept === "highest" ? Math.max(...here) : Math.min(...here));
      }
      expect(line.length + others.length).toBe(notes.length);
    }),
  );
});

test("chords never have more than five notes or one pitch twice, and every step that sounds still does", () => {
  fc.assert(
    fc.property(gridNotes, (notes) => {
      const playable = notes.filter(({ pitch }) => pitch >= 36 && pitch <= 96);
      const { chords, leftOut } = chordsOf(notes);
      expect(leftOut).toBeGreaterThanOrEqual(notes.length - playable.length);
      for (let at = 0; at < 80; at += 1) {
        const sounds = ({ onset, duration }: ModelNote): boolean => onset <= at && at < onset + duration;
        const here = chords.filter(sounds).map(({ pitch }) => pitch);
        expect(here.length).toBeLessThanOrEqual(5);
        expect(new Set(here).size).toBe(here.length);
        if (leftOut === notes.length - playable.length) {
          // A pitch that begins again may end before the longer note that it cut.
          const begins = new Set(playable.filter(({ onset }) => onset === at).map(({ pitch }) => pitch));
          expect(here).toEqual(expect.arrayContaining([...begins]));
        }
      }
    }),
  );
});

test("drums on the kit stay what they are, and other sounds are counted", () => {
  fc.assert(
    fc.property(gridNotes, (notes) => {
      const { drums, leftOut } = drumsOf(notes);
      expect(drums.length + leftOut).toBeLessThanOrEqual(notes.length);
      expect(drumsOf(drums)).toEqual({ drums, leftOut: 0 });
    }),
  );
});

test("the parts of a keyboard are all of its notes, and its bass lies below its melody", () => {
  fc.assert(
    fc.property(gridNotes, (notes) => {
      const { melody, chords, bass } = keyboardParts(notes);
      expect(melody.length + chords.length + bass.length).toBe(notes.length);
      expect(melody.every(({ pitch }) => pitch >= 58)).toBe(true);
      expect(bass.every(({ pitch }) => pitch < 55)).toBe(true);
    }),
  );
});

test("a pattern matches as the regular expression does that it stands for", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "B", "é", "*"), maxLength: 8 });
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom("a", "b", "É"), maxLength: 8 }), (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll(/\*+/g, ".*")}$`, "iu");
      expect(matchesPattern(pattern, text)).toBe(expression.test(text));
    }),
    { numRuns: 1000 },
  );
});

test("a pattern that would keep a regular expression busy for years is answered at once", () => {
  const pattern = `${"*a".repeat(99)}*b`;
  expect(matchesPattern(pattern, "a".repeat(5000))).toBe(false);
});

test("an override names a track, a name or a file", () => {
  expect(roleOverrideSchema.safeParse({ role: "bass" }).error?.issues[0]?.message).toBe(
    "must name a file, a trackIndex or a trackName",
  );
  expect(roleOverrideSchema.safeParse({ role: "solo", trackIndex: 1 }).success).toBe(false);
  expect(roleOverrideSchema.safeParse({ role: "none", file: "*.kar" }).success).toBe(true);
});
