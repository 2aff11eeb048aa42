import fc from "fast-check";
import { composeRequest } from "../../../console/src/studio/compose-request";
import { type Draft, firstDraft, readDraft } from "../../../console/src/studio/draft";
import { tracksOfFile, withTrack } from "../../../console/src/studio/extended-tracks";

const technique = { extends: true, hearsTracks: true, byRule: false, parameters: [] };
const piece: Draft["source"] = { kind: "composition", id: "P" };

const sent = (draft: Partial<Draft>, flags: Partial<typeof technique> = {}): object | undefined => {
  const whole = { ...firstDraft(), ...draft };
  const { source } = whole;
  if (source.kind === "own") throw new Error("An own melody is saved before.");
  return composeRequest({
    draft: whole,
    source,
    technique: {
      ...technique,
      ...flags,
      id: "transformer",
      name: "Any",
      description: "",
      timeSignatures: ["4/4"],
      hyperparameters: [],
    },
    modelId: "m",
    melodyName: "Tune",
  }).inputOptions;
};

test("the tracks that go on are sent only where several are given to a technique that goes on", () => {
  const extendedTracks = [1];
  expect(sent({ source: piece, shape: { extendedTracks } })).toEqual({ extendedTracks });
  expect(sent({ source: { ...piece, trackIndex: 2 }, shape: { extendedTracks } })).toBeUndefined();
  expect(sent({ source: { kind: "track", id: "T" }, shape: { extendedTracks } })).toBeUndefined();
  const all = { allTracks: true, extendedTracks };
  expect(sent({ source: { kind: "track", id: "T" }, shape: all })).toEqual(all);
  expect(sent({ source: piece, shape: all }, { extends: false })).toEqual({ allTracks: true });
  expect(sent({ shape: { extendedTracks } })).toBeUndefined();
});

test("the tracks that go on are kept with the draft", () => {
  const draft = { ...firstDraft(), shape: { extendedTracks: [0, 2] } };
  expect(readDraft(JSON.stringify(draft)).shape).toEqual({ extendedTracks: [0, 2] });
});

test("at least one track always goes on, and a choice of all is none", () => {
  const numbers = fc.uniqueArray(fc.nat(20), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(numbers, fc.array(fc.record({ place: fc.nat(7), goesOn: fc.boolean() })), (indices, changes) => {
      const tracks = indices.map((index) => ({ index, name: "", noteCount: 1 }));
      let chosen: number[] | undefined;
      for (const { place, goesOn } of changes) {
        const index = indices[place % indices.length] ?? 0;
        const before = chosen ?? indices;
        chosen = withTrack(tracks, chosen, { index, goesOn });
        const after = chosen ?? indices;
        expect(after.length).toBeGreaterThan(0);
        expect(chosen?.length).not.toBe(indices.length);
        for (const each of indices) if (each !== index) expect(after.includes(each)).toBe(before.includes(each));
        if (goesOn || before.length > 1) expect(after.includes(index)).toBe(goesOn);
      }
    }),
  );
});

test("drums and silence of a file cannot go on, and tracks have the API's numbers", () => {
  const notes = [{ start: 0, duration: 1, pitch: 60, velocity: 80 }];
  const tracks = [
    { name: "A", program: 0, isDrums: false, notes },
    { name: "Kit", program: 0, isDrums: true, notes },
    { name: "None", program: 0, isDrums: false, notes: [] },
    { name: "B", program: 0, isDrums: false, notes },
  ];
  const whole = { tempo: 100, ticksPerBeat: 1, beatsPerBar: 4, bars: 1, tracks };
  expect(tracksOfFile(whole, [0, 2, 3, 5]).map(({ index, name }) => [index, name])).toEqual([
    [0, "A"],
    [5, "B"],
  ]);
});
