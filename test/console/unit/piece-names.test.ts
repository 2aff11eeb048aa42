/** What two pieces are called side by side, and which track of an edited piece becomes a melody. */
import type { Piece } from "../../../console/src/piece/piece";
import { melodyTracks } from "../../../console/src/studio/edited-tracks";
import { namesApart } from "../../../console/src/studio/piece-names";

test.each([
  [{ name: "Ode", seed: 1 }, { name: "Twinkle", seed: 1 }, ["Ode", "Twinkle"]],
  [{ name: "Ode", seed: 1 }, { name: "Ode", seed: 2 }, ["Ode, seed 1", "Ode, seed 2"]],
  [{ name: "Ode", seed: 1 }, { name: "Ode", seed: 1 }, ["Ode (this piece)", "Ode (the other piece)"]],
])("%j and %j are told apart", (one, other, names) => {
  expect(namesApart(one, other)).toEqual(names);
});

const note = { start: 0, duration: 480, pitch: 60, velocity: 80 };
const track = (name: string, isDrums = false, notes = [note]) => ({ name, program: 0, isDrums, notes });
const pieceOf = (...tracks: Piece["tracks"]): Piece => ({
  tempo: 100,
  ticksPerBeat: 480,
  beatsPerBar: 4,
  bars: 1,
  tracks,
});
const before = pieceOf(track("Melody"), track("Bass"), track("Drums", true), track("Silent", false, []));

test("the track that was edited becomes the melody", () => {
  const bass = { ...track("Bass"), notes: [{ ...note, pitch: 48 }] };
  const edited = {
    ...before,
    tracks: before.tracks.map((one) => (one.name === "Bass" ? bass : { ...one, notes: [...one.notes] })),
  };
  expect(melodyTracks(before, edited)).toEqual([1]);
});

test("where none was edited, each track with tones is offered, and drums never are", () => {
  expect(melodyTracks(before, before)).toEqual([0, 1]);
  const drums = { ...track("Drums", true), notes: [{ ...note, pitch: 36 }] };
  const edited = { ...before, tracks: before.tracks.map((one) => (one.isDrums ? drums : one)) };
  expect(melodyTracks(before, edited)).toEqual([0, 1]);
});
