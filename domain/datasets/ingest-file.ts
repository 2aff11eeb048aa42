/**
 * Reads one file of a data set: what it is called by (its digests), which pieces it gives for each line-up, and what is
 * told to its owner. Whatever the bytes are, it returns: a file that is rejected is a result.
 */
import { sha256Of } from "../digest";
import { extractFile, type Extraction } from "../music/extraction/extract";
import { type ExtractedPiece, type LineUp, lineUps } from "../music/extraction/line-ups";
import type { CountedBars } from "../music/extraction/piece-bars";
import type { ExtractionReport } from "../music/extraction/report";
import type { RoleOverride } from "../music/extraction/role-overrides";
import { type PieceTimeSignature, pieceTimeSignatureOf } from "../music/time-signatures";
import { packNotes } from "./packed-notes";
import type { FileRejectionCode } from "./rejections";
import type { Tags } from "./tags";

/**
 * Names the rule by which bytes become pieces. It is raised with every change after which some file gives other pieces,
 * so that a version of a data set that is made anew is another one.
 */
export const extractionRule = 1;

export type RoleOverrides = readonly RoleOverride[];

export interface AboutFile {
  /** The path of the file in its data set, which overrides may name. */
  readonly path: string;
  readonly tags: Tags;
  readonly overrides?: RoleOverrides;
}

/** A voice as a data set's piece has it (contracts/dataset-piece). */
export interface PackedVoice {
  readonly name: string;
  readonly program: number;
  readonly kind?: "drums";
  readonly notes: string;
}

/** A piece of one line-up, before it has an id and a split. */
export interface FilePiece {
  /** The number of its first bar in the file, which begins with bar 1. */
  readonly fileBar: number;
  readonly bars: number;
  readonly timeSignature: PieceTimeSignature;
  readonly voices: readonly PackedVoice[];
}

/** All that a version needs of a file. It is kept as JSON. */
export interface FilePieces {
  /** {@link extractionRule} of those who made it. */
  readonly rule: number;
  /** True if the music swung, which was straightened. */
  readonly swing: boolean;
  readonly lineUps: Readonly<Partial<Record<LineUp, readonly FilePiece[]>>>;
}

/** The file's bars by the time signatures of pieces. Bars in any other, and those cut short, are together. */
export type BarsByMetre = Readonly<Partial<Record<PieceTimeSignature | "other", number>>>;

export interface AcceptedFile {
  readonly state: "ACCEPTED";
  /** Of the bytes, as 64 hex digits. */
  readonly sha256: string;
  /** Of the notes of all pieces: files that differ in nothing else, such as titles or running status, share it. */
  readonly notesSha256: string;
  readonly tags: Tags;
  readonly barsByMetre: BarsByMetre;
  readonly lineUps: readonly LineUp[];
  readonly report: ExtractionReport;
  readonly pieces: FilePieces;
}

export interface RejectedFile {
  readonly state: "REJECTED";
  readonly sha256: string;
  readonly code: FileRejectionCode;
  /** A whole sentence for the file's owner. */
  readonly reason: string;
  /** Of a file whose bytes can be read. */
  readonly report?: ExtractionReport;
}

export type IngestedFile = AcceptedFile | RejectedFile;

const packPiece = ({ fileBar, bars, timeSignature, voices }: ExtractedPiece): FilePiece => ({
  ...{ fileBar, bars, timeSignature },
  voices: voices.map(({ name, program, kind, notes }) => ({
    ...{ name, program },
    ...(kind === "drums" && { kind }),
    notes: packNotes(notes),
  })),
});

function packPieces({ lineUps: results, report }: Extraction): FilePieces {
  const packed = lineUps.flatMap((lineUp) => {
    const result = results[lineUp];
    return result.kind === "PIECES" ? [[lineUp, result.pieces.map(packPiece)] as const] : [];
  });
  return { rule: extractionRule, swing: report.swing, lineUps: Object.fromEntries(packed) };
}

/** Returns the digest of the music: bars, voices and notes, without programs and without the place in the file. */
function digestOfNotes({ lineUps: packed }: FilePieces): string {
  const music = Object.entries(packed).map(([lineUp, pieces]) => [
    lineUp,
    pieces.map(({ bars, timeSignature, voices }) => [
      bars,
      timeSignature,
      voices.map(({ name, notes }) => [name, notes]),
    ]),
  ]);
  return sha256Of(JSON.stringify(music));
}

function byMetre(counted: readonly CountedBars[]): BarsByMetre {
  const sums: Partial<Record<PieceTimeSignature | "other", number>> = {};
  for (const { timeSignature, bars } of counted) {
    const metre = pieceTimeSignatureOf(timeSignature) ?? "other";
    sums[metre] = (sums[metre] ?? 0) + bars;
  }
  return sums;
}

/** Reads the bytes of a file. */
export function ingestFile(bytes: Uint8Array, { path, tags, overrides = [] }: AboutFile): IngestedFile {
  const sha256 = sha256Of(bytes);
  const extracted = extractFile(bytes, { file: path, overrides });
  if (extracted.kind === "REJECTED") {
    const { rejection, report } = extracted;
    return {
      ...{ state: "REJECTED", sha256, code: rejection.code, reason: rejection.sentence },
      ...(report !== undefined && { report }),
    };
  }
  const { report } = extracted.extraction;
  const pieces = packPieces(extracted.extraction);
  return {
    ...{ state: "ACCEPTED", sha256, notesSha256: digestOfNotes(pieces), tags, report, pieces },
    barsByMetre: byMetre(report.bars),
    lineUps: lineUps.filter((lineUp) => lineUp in pieces.lineUps),
  };
}
