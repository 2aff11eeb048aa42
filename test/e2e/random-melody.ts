import { randomInt } from "node:crypto";
import type { MidiNote } from "../../domain/music/midi-note";
import { writeMidi } from "../../domain/music/score";

export interface RandomMelody {
  readonly notes: readonly MidiNote[];
  readonly bars: number;
  readonly ticksPerBeat: number;
  readonly midi: Uint8Array;
}

const majorScale = [0, 2, 4, 5, 7, 9, 11, 12];
const ticksPerBeat = 480;

/** A singable melody that is nowhere in the repository: a random walk on a scale, with some notes off the grid. */
export function randomMelody(bars: number): RandomMelody {
  const tonic = 60 + randomInt(8);
  const notes: MidiNote[] = [];
  let degree = randomInt(majorScale.length);
  for (let tick = 0; tick < bars * 4 * ticksPerBeat;) {
    const lengths = [240, 480, 480, 960];
    const length = Math.min(lengths[randomInt(lengths.length)] ?? 480, bars * 4 * ticksPerBeat - tick);
    degree = Math.min(Math.max(degree + randomInt(-2, 3), 0), majorScale.length - 1);
    const late = randomInt(4) === 0 ? randomInt(20) : 0;
    notes.push({
      startTick: tick + late,
      durationTicks: length - late - randomInt(10),
      pitch: tonic + (majorScale[degree] ?? 0),
      velocity: 60 + randomInt(60),
    });
    tick += length;
  }
  const tracks = [{ name: "Melody", program: 73, source: "input" as const, notes: [...notes] }];
  const midi = writeMidi({ schemaVersion: 1, name: "Random", ticksPerBeat, tempo: 96, bars, tracks });
  return { notes, bars, ticksPerBeat, midi };
}
