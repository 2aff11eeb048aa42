import * as fc from "fast-check";
import { barTicks, type Piece } from "../../../console/src/piece/piece";
import { journeyOf, nearestSample, samplesOf } from "../../../console/src/training/epoch-samples";

const bar = 1920;
/** A piece with one note in each bar, whose pitch says which epoch played it. */
const pieceOfEpoch = (epoch: number, bars: number): Piece => ({
  tempo: 100,
  ticksPerBeat: 480,
  beatsPerBar: 4,
  bars,
  tracks: [
    {
      name: "Melody",
      program: 0,
      isDrums: false,
      notes: Array.from({ length: bars }, (_, index) => ({
        start: index * bar,
        duration: bar,
        pitch: epoch,
        velocity: 90,
      })),
    },
  ],
});
const sampled = (count: number, bars: number) =>
  Array.from({ length: count }, (_, index) => ({ epoch: index + 1, piece: pieceOfEpoch(index + 1, bars) }));

describe("the samples of a training", () => {
  const sample = (epoch: number, melodyId = "ode") => ({ epoch, melodyId, href: `/${epoch}` });

  test("the samples of a melody are in order of their epochs", () => {
    const samples = [sample(5), sample(1), sample(2, "twinkle")];
    expect(samplesOf(samples, "ode").map(({ epoch }) => epoch)).toEqual([1, 5]);
  });

  test("an epoch that was not recorded has the nearest one, and of two the earlier", () => {
    const samples = [sample(1), sample(3), sample(9)];
    expect([1, 2, 4, 7, 100].map((epoch) => nearestSample(samples, epoch)?.epoch)).toEqual([1, 1, 3, 9, 9]);
    expect(nearestSample([], 1)).toBeUndefined();
  });

  test("in the journey through all epochs, each bar is played by the epoch that it tells, and no bar is empty", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 4, max: 16 }), (count, bars) => {
        const journey = journeyOf(sampled(count, bars));
        const { piece, epochAt, barsOfEpoch } = journey ?? fail();
        expect(piece.bars).toBe(barsOfEpoch * count);
        const notes = piece.tracks[0]?.notes ?? [];
        expect(notes.map(({ start }) => start)).toEqual(
          Array.from({ length: piece.bars }, (_, index) => index * barTicks(piece)),
        );
        for (const { start, pitch } of notes) expect(epochAt(start)).toBe(pitch);
      }),
    );
  });

  test("the melody goes on from epoch to epoch, and begins again at its end", () => {
    const scale: Piece = {
      ...pieceOfEpoch(1, 8),
      tracks: [
        {
          name: "Melody",
          program: 0,
          isDrums: false,
          notes: Array.from({ length: 8 }, (_, index) => ({
            start: index * bar,
            duration: bar,
            pitch: 60 + index,
            velocity: 90,
          })),
        },
      ],
    };
    const journey = journeyOf([1, 2, 3].map((epoch) => ({ epoch, piece: scale })));
    expect(journey?.barsOfEpoch).toBe(4);
    expect(journey?.piece.tracks[0]?.notes.map(({ pitch }) => pitch)).toEqual([
      60, 61, 62, 63, 64, 65, 66, 67, 60, 61, 62, 63,
    ]);
  });

  test("without samples there is nothing to go through", () => {
    expect(journeyOf([])).toBeUndefined();
  });
});

function fail(): never {
  throw new Error("There is no journey.");
}
