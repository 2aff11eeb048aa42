/**
 * Makes pieces for training from any MIDI file, with a report of what was taken for what and how much was moved. Bars
 * and their grid come first, then the roles of tracks, then the voices of each line-up.
 */
import { usableTimeSignatures } from "../bar-lines";
import { maxNotesOfDataSetFile, type UnreadableMidiCode, UnreadableMidiError } from "../byte-reader";
import { parseMidi, type Song } from "../song";
import { placeOnGrid } from "./grid";
import { barsOfWindow, type LineUp, type LineUpResult, lineUps, piecesOf, writeVoices } from "./line-ups";
import type { NothingExtractedCode } from "./nothing-extracted";
import { pieceBars } from "./piece-bars";
import { type ExtractionReport, reportOf } from "./report";
import type { RoleOverride } from "./role-overrides";
import { castTracks } from "./roles";

export type FileRejectionCode = UnreadableMidiCode | NothingExtractedCode;

/** Why a file has no place in a data set. */
export interface FileRejection {
  readonly code: FileRejectionCode;
  /** A whole sentence for the file's owner. */
  readonly sentence: string;
}

export interface Extraction {
  readonly lineUps: Readonly<Record<LineUp, LineUpResult>>;
  readonly report: ExtractionReport;
}

/** An extraction, or why a file gives none. A file whose bytes can be read has a report, even if it is rejected. */
export type FileExtraction =
  | { readonly kind: "EXTRACTED"; readonly extraction: Extraction }
  | { readonly kind: "REJECTED"; readonly rejection: FileRejection; readonly report?: ExtractionReport };

export interface ExtractOptions {
  /** The path of the file in its data set, which overrides may name. */
  readonly file?: string;
  readonly overrides?: readonly RoleOverride[];
}

const sentence = (reason: string): string => `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`;

/** Makes pieces from the bytes of a file. Whatever the bytes are, it returns: a file that is rejected is a result. */
export function extractFile(bytes: Uint8Array, options: ExtractOptions = {}): FileExtraction {
  try {
    return extractSong(parseMidi(bytes, { maxNotes: maxNotesOfDataSetFile }), options);
  } catch (error) {
    if (!(error instanceof UnreadableMidiError)) throw error;
    return { kind: "REJECTED", rejection: { code: error.code, sentence: sentence(error.message) } };
  }
}

/** Returns why a file gives no piece: the first of the reasons that come before all others. */
function whyNothing(report: ExtractionReport): FileRejection {
  const { bars, pieceBars: count, barsOffGrid, lineUps: results } = report;
  const metres = bars.slice(0, 8).map(({ timeSignature }) => timeSignature);
  if (count === 0) {
    const reason = `the music is in ${metres.join(", ")}; only whole bars in ${usableTimeSignatures.join(", ")} can be used`;
    return { code: "TIME_SIGNATURE_NOT_SUPPORTED", sentence: sentence(reason) };
  }
  if (count < barsOfWindow) {
    const reason = `the music has ${count === 1 ? "1 bar" : `${count} bars`} that can be used; a piece has at least ${barsOfWindow}`;
    return { code: "TOO_FEW_BARS", sentence: sentence(reason) };
  }
  if (count - barsOffGrid < barsOfWindow) {
    const reason = `in ${barsOffGrid} of ${count} bars more than a fifth of the notes lie off the grid of sixteenths`;
    const advice = "play to a click, or move the notes to a grid (quantize) before you upload";
    return { code: "OFF_THE_GRID", sentence: `${sentence(reason)} ${sentence(advice)}` };
  }
  const reasons = lineUps.flatMap((lineUp) => {
    const result = results[lineUp];
    return "code" in result ? [`${lineUp}: ${result.reason}`] : [];
  });
  return { code: "NO_LINE_UP", sentence: sentence(`no line-up can be made of the file (${reasons.join("; ")})`) };
}

/** Makes pieces from a song. */
export function extractSong(song: Song, { file = "", overrides = [] }: ExtractOptions = {}): FileExtraction {
  const map = pieceBars(song);
  const grid = placeOnGrid(song, map);
  const cast = castTracks({ tracks: grid.tracks, map, file, overrides });
  const voices = writeVoices(cast, map);
  const result = (lineUp: LineUp): LineUpResult => piecesOf({ voices: voices.byLineUp[lineUp], map, grid });
  const results = { lines: result("lines"), band: result("band"), trio: result("trio") };
  const report = reportOf({ song, map, grid, cast, voices, results });
  if (lineUps.some((lineUp) => results[lineUp].kind === "PIECES")) {
    return { kind: "EXTRACTED", extraction: { lineUps: results, report } };
  }
  return { kind: "REJECTED", rejection: whyNothing(report), report };
}
