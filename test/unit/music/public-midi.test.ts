/** What a public file and the public names of a piece's tracks tell, and what they do not. */
import fc from "fast-check";
import { programName } from "../../../domain/music/instrument-names";
import { writePlayedPiece } from "../../../domain/music/midi-writer";
import { publicMidi } from "../../../domain/music/public-midi";
import { publicTrackNames } from "../../../domain/music/public-track-names";
import { parseMidi } from "../../../domain/music/song";
import { meta, middleC, midiFile, trackChunk } from "../../support/midi-bytes";

const note = fc.record({
  startTick: fc.nat(3_000),
  durationTicks: fc.integer({ min: 1, max: 900 }),
  pitch: fc.nat(127),
  velocity: fc.integer({ min: 1, max: 127 }),
});
const ownName = fc.constantFrom("Melody", "Soprano", "Chords", "Second guitar", "Frère Jacques", "Voice 3", "Violin");
const foreignName = fc.string({ minLength: 3, maxLength: 20, unit: "grapheme" }).map((text) => `§${text}`);
const pieceOf = (name: fc.Arbitrary<string>) =>
  fc.record({
    ticksPerBeat: fc.constant(480),
    tempo: fc.integer({ min: 40, max: 200 }),
    bars: fc.integer({ min: 1, max: 4 }),
    tracks: fc.array(
      fc.record({
        name,
        program: fc.nat(127),
        isDrums: fc.boolean(),
        volume: fc.option(fc.nat(127), { nil: undefined }),
        notes: fc.array(note, { minLength: 1, maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  });
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

test("a file whose names are all ours stays as it is, byte for byte", () => {
  fc.assert(
    fc.property(pieceOf(ownName), (piece) => {
      const bytes = writePlayedPiece(piece);
      expect(Buffer.from(publicMidi(bytes)).equals(Buffer.from(bytes))).toBe(true);
    }),
  );
});

test("of a file with other names every note, program and tempo stays, and the names are the instruments'", () => {
  fc.assert(
    fc.property(pieceOf(foreignName), (piece) => {
      const bytes = writePlayedPiece(piece);
      const told = publicMidi(bytes);
      expect(textOf(told)).not.toContain("§");
      const [before, after] = [parseMidi(bytes), parseMidi(told)];
      const names = publicTrackNames(piece.tracks);
      expect(after).toEqual({
        ...before,
        tracks: before.tracks.map((track) => ({ ...track, name: names[track.index] })),
      });
      // The file and the resource of a piece tell the same names.
      expect(
        Buffer.from(publicMidi(writePlayedPiece({ ...piece, tracks: named(piece.tracks, names) }))).equals(
          Buffer.from(told),
        ),
      ).toBe(true);
    }),
  );
});

const named = <Track>(tracks: readonly Track[], names: readonly string[]) =>
  tracks.map((track, index) => ({ ...track, name: names[index] ?? "" }));

test.each([
  [0x01, "text"],
  [0x02, "copyright"],
  [0x03, "track name"],
  [0x04, "instrument name"],
  [0x05, "lyric"],
  [0x06, "marker"],
  [0x07, "cue point"],
  [0x08, "program name"],
  [0x09, "device name"],
  [0x0f, "another text"],
  [0x7f, "data of a sequencer"],
])("a secret in an event of type 0x%s (%s) is not told, and no time is lost with it", (type) => {
  const secret = Array.from("For Anna", (character) => character.charCodeAt(0));
  const events = [...meta(0x03, secret), 48, ...meta(type, secret).slice(1), ...middleC];
  const told = publicMidi(midiFile([trackChunk(events)]));
  expect(textOf(told)).not.toContain("Anna");
  expect(parseMidi(told).tracks).toMatchObject([
    { name: programName(0), notes: [{ startTick: 48, durationTicks: 96, pitch: 60, velocity: 90 }] },
  ]);
});

test("tracks that get the name of one instrument are told apart by numbers", () => {
  const violin = { name: "1st (Anna)", program: 40 };
  const tracks = [violin, { name: "Violin", program: 0 }, violin, { name: "Kit of Tom", program: 0, isDrums: true }];
  expect(publicTrackNames(tracks)).toEqual(["Violin", "Violin", "Violin 3", "Drums"]);
});
