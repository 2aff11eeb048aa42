/** Laws of pieces that go on, over random pieces and responses. */
import fc from "fast-check";
import { barRanges } from "../../../domain/music/bar-lines";
import { togetherWithNotes } from "../../../domain/music/bars-with-notes";
import { extendScore, restsInWords, seamOf } from "../../../domain/music/extended-score";
import {
  choosePiece,
  type GivenPiece,
  heardTracks,
  maxHeardTracks,
  scoreOfPiece,
  trackOfPiece,
  wholeFile,
  wholeFileFacts,
  wholeScore,
} from "../../../domain/music/given-piece";
import { chooseBars, extendedTracksIssue, transposeIssue } from "../../../domain/music/input-limits";
import { MelodyError, toGrid, trackMelody } from "../../../domain/music/melody";
import { endTick } from "../../../domain/music/midi-note";
import { channelsOf } from "../../../domain/music/midi-writer";
import { scoreOutput, scorePitchSpans, writeMidi } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";

const pitch = fc.nat({ max: 127 });
const velocity = fc.integer({ min: 1, max: 127 });
const trackNames = fc.oneof(fc.string(), fc.constantFrom("Alto", "Alto 2", "Bass"));

/** Pieces of one to eight bars, also with divisions in which a sixteenth is no whole number of ticks. */
const pieces = fc
  .record({ ticksPerBeat: fc.constantFrom(1, 2, 3, 7, 96, 480), bars: fc.integer({ min: 1, max: 8 }) })
  .chain(({ ticksPerBeat, bars }) => {
    const barTicks = 4 * ticksPerBeat;
    const notes = fc.array(
      fc.record({
        startTick: fc.nat({ max: bars * barTicks - 1 }),
        durationTicks: fc.integer({ min: 1, max: barTicks }),
        pitch,
        velocity,
      }),
      { maxLength: 6 },
    );
    const tracks = fc.array(
      fc.record({ name: trackNames, program: pitch, isDrums: fc.constantFrom(true as const, undefined), notes }),
      { minLength: 1, maxLength: 20 },
    );
    return tracks.map((all): GivenPiece => ({
      ...{ ticksPerBeat, tempo: 100, bars, timeSignature: "4/4" },
      tracks: all.map(({ isDrums, notes: unsorted, ...track }) => ({
        ...track,
        ...(isDrums === undefined ? {} : { isDrums }),
        notes: unsorted
          .map((note) => ({ ...note, durationTicks: Math.min(note.durationTicks, bars * barTicks - note.startTick) }))
          .sort((one, other) => one.startTick - other.startTick),
      })),
    }));
  })
  .filter((piece) => heardTracks(piece).length > 0);

const added = fc.array(
  fc.record({ after: fc.nat({ max: 31 }), duration: fc.integer({ min: 1, max: 16 }), pitch, velocity }),
  { maxLength: 5 },
);

test("at most sixteen tracks are heard, never drums or silence, and the first that sounds is the melody", () => {
  fc.assert(
    fc.property(pieces, (piece) => {
      const heard = heardTracks(piece);
      const canBeHeard = piece.tracks.flatMap(({ isDrums, notes }, index) =>
        isDrums !== true && notes.length > 0 ? [index] : [],
      );
      expect(heard).toHaveLength(Math.min(maxHeardTracks, canBeHeard.length));
      expect(heard).toEqual(canBeHeard.filter((index) => heard.includes(index)));
      expect(heard[0]).toBe(canBeHeard[0]);
    }),
  );
});

test("every given note stays where it was, in its time and with its velocity, and new ones begin at the seam or later", () => {
  fc.assert(
    fc.property(pieces, fc.array(added, { minLength: 18, maxLength: 18 }), (piece, writing) => {
      const heard = heardTracks(piece);
      const lastEnd = Math.max(
        ...heard.flatMap((index) => toGrid(trackOfPiece(piece, index)).map(({ onset, duration }) => onset + duration)),
      );
      const firstStep = seamOf(piece);
      // The first beat after what is heard, and as many bars later as rest at the end.
      expect(firstStep).toBeGreaterThanOrEqual(lastEnd);
      expect(firstStep).toBeLessThanOrEqual(16 * piece.bars);
      expect(firstStep).toBeGreaterThan(16 * (piece.bars - 1));
      expect((firstStep - Math.ceil(lastEnd / 4) * 4) % 16).toBe(0);
      const bars = piece.bars + 3;
      const written = writing.slice(0, Math.min(heard.length + 2, writing.length)).map((notes, index) => ({
        ...{ name: "Alto", program: index },
        notes: notes.map(({ after, ...note }) => ({ ...note, onset: firstStep + after })),
      }));
      const score = extendScore({ name: "On", piece, continuation: { firstStep, bars }, written });
      const finer = score.ticksPerBeat / piece.ticksPerBeat;
      expect(Number.isInteger(finer)).toBe(true);

      piece.tracks.forEach((track, index) => {
        const made = score.tracks[index];
        const position = heard.indexOf(index);
        const own = position === -1 ? [] : (written[position]?.notes ?? []);
        expect(made).toMatchObject({ name: track.name, program: track.program });
        expect(made?.source).toBe(own.length === 0 ? "input" : "extended");
        expect(made?.notes.slice(0, track.notes.length)).toEqual(
          track.notes.map((note) => ({
            ...note,
            startTick: note.startTick * finer,
            durationTicks: note.durationTicks * finer,
          })),
        );
        const rest = made?.notes.slice(track.notes.length) ?? [];
        expect(rest.map((note) => [note.pitch, note.velocity])).toEqual(own.map((note) => [note.pitch, note.velocity]));
        for (const { startTick } of rest) expect(startTick).toBeGreaterThanOrEqual(made?.generatedFromTick ?? Infinity);
      });
      const entered = score.tracks.slice(piece.tracks.length);
      expect(entered.map(({ source }) => source)).toEqual(written.slice(heard.length).map(() => "generated"));
      expect(entered).toHaveLength(2);
      const names = new Set(piece.tracks.map(({ name }) => name));
      for (const { name } of entered) {
        expect(name).toMatch(/^Alto( \d+)?$/);
        expect(names.has(name)).toBe(false);
        names.add(name);
      }
      const output = scoreOutput(score, {});
      const fromBar = Math.floor(firstStep / 16) + 1;
      for (const { source, generatedFromBar } of output.tracks) {
        expect(generatedFromBar).toBe(source === "input" ? undefined : fromBar);
      }
      expect(output.bars).toBe(bars);
      // A new note neither cuts a given one nor begins before it has ended.
      const givenEnds = heard.flatMap((index) => (piece.tracks[index]?.notes ?? []).map(endTick));
      const begins = score.tracks.flatMap(({ notes, generatedFromTick = Infinity }) =>
        notes.filter(({ startTick }) => startTick >= generatedFromTick).map(({ startTick }) => startTick),
      );
      expect(Math.min(...begins)).toBeGreaterThanOrEqual(finer * Math.max(...givenEnds));
      expect(score.tracks.flatMap(({ notes }) => notes).every(({ durationTicks }) => durationTicks > 0)).toBe(true);
      const remarks = restsInWords(score);
      const someRest = score.tracks.some(
        ({ source, isDrums, notes }) => source === "input" && isDrums !== true && notes.length > 0,
      );
      expect(remarks.length > 0).toBe(someRest);
      expect(remarks.every((remark) => remark.length <= 500)).toBe(true);
      expect(parseMidi(writeMidi(score)).ticksPerBeat).toBe(score.ticksPerBeat);
    }),
  );
});

test("tracks share channels only where there are too few, and then those of one program first", () => {
  const tracks = fc.array(
    fc.record({ program: fc.nat({ max: 40 }), isDrums: fc.constantFrom(true as const, undefined) }),
    {
      maxLength: 64,
    },
  );
  fc.assert(
    fc.property(tracks, (all) => {
      const asked = all.map(({ program, isDrums }) => ({ program, ...(isDrums === undefined ? {} : { isDrums }) }));
      const channels = channelsOf(asked);
      const melodic = asked.flatMap(({ isDrums }, index) => (isDrums === true ? [] : [index]));
      expect(channels.map((channel) => channel === 9)).toEqual(asked.map(({ isDrums }) => isDrums === true));
      const used = new Set(melodic.map((index) => channels[index]));
      expect(used.size).toBe(Math.min(15, melodic.length));
      const programs = new Set(melodic.map((index) => asked[index]?.program));
      const sounds = new Set(melodic.map((index) => `${channels[index]}/${asked[index]?.program}`));
      // A channel has one program, unless there are more programs than channels.
      if (programs.size <= 15) expect(sounds.size).toBe(used.size);
      if (all.length <= 15) expect(channels.filter((channel) => channel !== 9)).toHaveLength(used.size);
    }),
  );
});

test("of twenty tracks of strings and winds, each has the sound of its own program in the file", () => {
  const note = { startTick: 0, durationTicks: 480, pitch: 60, velocity: 80 };
  const score = {
    ...{ schemaVersion: 1 as const, name: "Many", ticksPerBeat: 480, tempo: 100, bars: 1 },
    tracks: Array.from({ length: 20 }, (_, index) => ({
      ...{ name: `T${index}`, program: 40 + (index % 10), source: "input" as const },
      notes: [{ ...note, pitch: 40 + index }],
    })),
  };
  expect(parseMidi(writeMidi(score)).tracks.map(({ program }) => program)).toEqual(
    score.tracks.map(({ program }) => program),
  );
});

test("what a row knows of a whole file or piece decides as the worker does who reads it", () => {
  const options = fc.record({
    transpose: fc.integer({ min: -12, max: 12 }),
    startBar: fc.integer({ min: 1, max: 9 }),
  });
  const refusal = (choose: () => unknown): string | undefined => {
    try {
      choose();
      return undefined;
    } catch (error) {
      if (error instanceof MelodyError) return error.code;
      throw error;
    }
  };
  fc.assert(
    fc.property(pieces, options, (piece, { transpose, startBar }) => {
      const score = scoreOfPiece({ name: "Any", piece });
      const song = parseMidi(writeMidi(score));
      const index = heardTracks(piece)[0] ?? 0;
      const line = trackMelody(song, index);
      const file = wholeFile(song, { index, line });
      const facts = wholeFileFacts(song, { index, line });
      const known = chooseBars({
        melody: { bars: line.bars, barsWithNotes: facts.barsWithNotes },
        options: { startBar },
        technique: "transformer",
        maxBars: 64,
      });
      const ofFile = known.kind === "REFUSED" ? known.issue.code : undefined;
      expect(refusal(() => choosePiece(file, { startBar }, "transformer"))).toBe(ofFile);
      // Without a choice of bars, the pitches of all decide.
      expect(refusal(() => choosePiece(file, { transpose }, "transformer"))).toBe(
        transposeIssue(facts, transpose)?.code,
      );
      for (const track of file.tracks) {
        const chosen = refusal(() => choosePiece(file, { extendedTracks: [track.index] }, "transformer"));
        expect(chosen === undefined).toBe(facts.withNotes.includes(track.index));
      }
      // What is known of a file decides as the file itself does, whichever tracks go on and in whichever bars.
      const tracks = facts.withNotes.map((each, place) => ({
        index: each,
        barsWithNotes: facts.barsOfTracks[place] ?? "",
      }));
      expect(togetherWithNotes(facts.barsOfTracks)).toBe(facts.barsWithNotes);
      for (const extendedTracks of [[facts.withNotes[0] ?? 0], facts.withNotes.slice(1), facts.withNotes]) {
        if (known.kind === "REFUSED" || extendedTracks.length === 0) continue;
        const technique = "transformer";
        const ranges = barRanges(line.bars, []);
        const issue = extendedTracksIssue({ tracks, extendedTracks, chosen: known, ranges, technique });
        expect(issue?.code).toBe(refusal(() => choosePiece(file, { startBar, extendedTracks }, technique)));
      }
      const spans = scorePitchSpans(score).filter((_, track) => piece.tracks[track]?.isDrums !== true);
      const span = {
        lowest: Math.min(...spans.flatMap((each) => (each === null ? [] : [each.lowest]))),
        highest: Math.max(...spans.flatMap((each) => (each === null ? [] : [each.highest]))),
      };
      expect(refusal(() => choosePiece(wholeScore(score), { transpose }, "transformer"))).toBe(
        transposeIssue(span, transpose)?.code,
      );
    }),
  );
});

test.each([
  ["4/4", 4],
  ["3/4", 4],
  ["6/8", 6],
] as const)("in %s a piece is gone on with from the next beat", (timeSignature, seam) => {
  const notes = [{ startTick: 0, durationTicks: 240, pitch: 60, velocity: 90 }];
  const piece = {
    ticksPerBeat: 480,
    tempo: 100,
    bars: 1,
    timeSignature,
    tracks: [{ name: "Tune", program: 0, notes }],
  };
  expect(seamOf(piece)).toBe(seam);
});
