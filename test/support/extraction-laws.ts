/** What holds of every extraction, whatever bytes it was made from. */
import { kitPitches } from "../../domain/music/extraction/drum-kit";
import { extractFile, type FileExtraction } from "../../domain/music/extraction/extract";
import {
  barsOfWindow,
  type ExtractedPiece,
  type ExtractedVoice,
  lineUps,
} from "../../domain/music/extraction/line-ups";
import { type ExtractionReport, reportInWords } from "../../domain/music/extraction/report";
import { chordLimits } from "../../domain/music/extraction/voices";
import { barShapes } from "../../domain/music/time-signatures";

const voicesOf = {
  lines: ["line", "line", "line", "line"],
  band: ["line", "chords", "line", "drums"],
  trio: ["line", "chords", "line"],
} as const;
const kit: readonly number[] = kitPitches;

/** Returns the laws that the voices of a piece break. */
function brokenByVoice({ name, kind, program, notes }: ExtractedVoice, steps: number): string[] {
  const broken: string[] = [];
  if (!(Number.isInteger(program) && program >= 0 && program <= 127)) broken.push(`${name} has the program ${program}`);
  let before = 0;
  let sounding: { end: number; pitch: number }[] = [];
  for (const { onset, duration, pitch, velocity } of notes) {
    const note = `${name}: ${onset} ${duration} ${pitch} ${velocity}`;
    if (![onset, duration, pitch, velocity].every(Number.isInteger)) broken.push(`${note} is not of whole numbers`);
    if (onset < before) broken.push(`${note} comes after a later note`);
    if (duration < 1 || onset < 0 || onset + duration > steps) broken.push(`${note} is not within the ${steps} steps`);
    if (pitch < 0 || pitch > 127 || velocity < 1 || velocity > 127) broken.push(`${note} cannot be played`);
    sounding = sounding.filter(({ end }) => end > onset);
    if (kind === "line" && sounding.length > 0) broken.push(`${note} sounds with another note of the line`);
    if (kind === "chords" && sounding.some((other) => other.pitch === pitch)) broken.push(`${note} sounds twice`);
    if (kind === "chords" && sounding.length >= chordLimits.atOnce) broken.push(`${note} is one too many`);
    if (kind === "drums" && (duration !== 1 || !kit.includes(pitch))) broken.push(`${note} is no hit of the kit`);
    sounding.push({ end: onset + duration, pitch });
    before = onset;
  }
  return broken;
}

function brokenByPieces(pieces: readonly ExtractedPiece[], kinds: readonly string[]): string[] {
  const broken: string[] = [];
  let after = 0;
  for (const { fileBar, startTick, bars, timeSignature, voices } of pieces) {
    if (bars < barsOfWindow) broken.push(`a piece has ${bars} bars`);
    if (fileBar <= after || startTick < 0) broken.push(`a piece begins in bar ${fileBar}, after bar ${after}`);
    after = fileBar + bars - 1;
    const found = voices.map(({ kind }) => kind).join();
    if (found !== kinds.join()) broken.push(`a piece has the voices ${found}`);
    const steps = bars * barShapes[timeSignature].steps;
    broken.push(...voices.flatMap((voice) => brokenByVoice(voice, steps)));
  }
  return broken;
}

function brokenByReport(report: ExtractionReport): string[] {
  const {
    pieceBars,
    usableBars,
    barsOffGrid,
    notes,
    notesElsewhere,
    tracks,
    meanMove,
    maxMove,
    lineUps: found,
  } = report;
  const broken: string[] = [];
  if (usableBars + barsOffGrid !== pieceBars) broken.push(`${usableBars} and ${barsOffGrid} bars are not ${pieceBars}`);
  const all = tracks.reduce((sum, { noteCount }) => sum + noteCount, 0);
  if (notes + notesElsewhere !== all) broken.push(`${notes} and ${notesElsewhere} notes are not ${all}`);
  // A move is at most half a sixteenth; the report has three digits.
  if (!(meanMove >= 0 && meanMove <= maxMove && maxMove <= 0.5)) broken.push(`moves of ${meanMove} and ${maxMove}`);
  for (const lineUp of lineUps) {
    const { bars } = { bars: 0, ...found[lineUp] };
    if (bars > usableBars) broken.push(`${lineUp} has ${bars} of ${usableBars} bars`);
  }
  if (tracks.reduce((sum, { melodyBars }) => sum + melodyBars, 0) > pieceBars) broken.push("two melodies in one bar");
  if (reportInWords(report).some((sentence) => sentence === "" || sentence.length > 2000))
    broken.push("a long sentence");
  return broken;
}

/** Returns the laws that an extraction breaks, in words; none if all hold. */
export function brokenLaws(extraction: FileExtraction): string[] {
  if (extraction.kind === "REJECTED") {
    const { code, sentence } = extraction.rejection;
    const broken =
      /^[A-Z_]+$/.test(code) && /^[A-Z"].*\.$/s.test(sentence) && sentence.length <= 2000 ? [] : [sentence];
    return [...broken, ...(extraction.report === undefined ? [] : brokenByReport(extraction.report))];
  }
  const { lineUps: results, report } = extraction.extraction;
  return [
    ...brokenByReport(report),
    ...lineUps.flatMap((lineUp) => {
      const result = results[lineUp];
      return result.kind === "MISSING" ? [] : brokenByPieces(result.pieces, voicesOf[lineUp]);
    }),
  ];
}

/** Extracts a file and holds the result against the laws. @throws Error that says which are broken */
export function checkExtraction(bytes: Uint8Array): FileExtraction {
  const extraction = extractFile(bytes);
  const [first, ...others] = brokenLaws(extraction);
  if (first !== undefined) throw new Error(`${first}${others.length === 0 ? "" : `; and ${others.length} more`}`);
  return extraction;
}
