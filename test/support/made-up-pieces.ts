/** Pieces as the ingest of a file makes them, from a seed. */
import { extractionRule, type FilePiece, type FilePieces } from "../../domain/datasets/ingest-file";
import { packNotes } from "../../domain/datasets/packed-notes";
import { seededRandom } from "../../domain/music/arranger/seeded-random";
import type { ModelNote } from "../../domain/music/melody";
import { barShapes, type PieceTimeSignature } from "../../domain/music/time-signatures";

export interface MadeUpPieceParams {
  readonly seed: number;
  readonly bars?: number;
  readonly timeSignature?: PieceTimeSignature;
  readonly transpose?: number;
  readonly program?: number;
  readonly notesOfBar?: number;
}

/** Returns a piece of the line-up band. Equal seeds have equal notes, in the key that is asked for. */
export function madeUpPiece(params: MadeUpPieceParams): FilePiece {
  const { seed, bars = 8, timeSignature = "4/4", transpose = 0, program = 27, notesOfBar = 4 } = params;
  const { steps } = barShapes[timeSignature];
  const random = seededRandom(seed);
  const voice = (lowest: number, moved: number): ModelNote[] =>
    Array.from({ length: bars * notesOfBar }, (_, index) => ({
      onset: Math.floor((index * steps) / notesOfBar),
      duration: 1 + Math.floor(2 * random()),
      pitch: lowest + moved + Math.floor(20 * random()),
      velocity: 90,
    }));
  return {
    ...{ fileBar: 1, bars, timeSignature },
    voices: [
      { name: "Melody", program, notes: packNotes(voice(60, transpose)) },
      { name: "Chords", program: 0, notes: packNotes(voice(48, transpose)) },
      { name: "Bass", program: 33, notes: packNotes(voice(36, transpose)) },
      { name: "Drums", program: 0, kind: "drums", notes: packNotes(voice(36, 0)) },
    ],
  };
}

export const ofBand = (...band: readonly FilePiece[]): FilePieces => ({
  ...{ rule: extractionRule, swing: false, lineUps: { band } },
});
