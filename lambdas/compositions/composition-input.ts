/** Checks the input of a new composition: it must exist, be ready, and fit the options and the model. */
import { stylesIn } from "../../domain/music/arranger/styles";
import { type BarRange, barRanges } from "../../domain/music/bar-lines";
import { type NoteBars, togetherWithNotes } from "../../domain/music/bars-with-notes";
import { maxGivenTracks } from "../../domain/music/given-piece";
import {
  chooseBars,
  extendedTracksIssue,
  type InputIssue,
  maxMelodyBars,
  type PitchSpan,
  type TrackBars,
  transposeIssue,
} from "../../domain/music/input-limits";
import { noteBarsOf } from "../../domain/music/melody";
import { sampleAsMelody, sampleMelodies } from "../../domain/music/sample-melodies";
import { type PieceTimeSignature, timeSignatureOf } from "../../domain/music/time-signatures";
import type { FieldError } from "../../domain/schemas/api/problem";
import type { ProblemCode } from "../../domain/schemas/api/problem-codes";
import type { CompositionInput, InputOptions } from "../../domain/schemas/composition-parts";
import { rangesOutsidePiece } from "../../domain/techniques/parameter-ranges";
import { techniques } from "../../domain/techniques/registry";
import type { ParameterIssue, ParameterValue } from "../../domain/techniques/technique";
import { presentScoreKey, trackKey } from "../../naming/object-keys";
import type { TechniqueId } from "../../naming/resource-names";
import { ownedKey, type TableKey } from "../../naming/table-keys";
import { Problem } from "../problems/problem";
import type { Compositions } from "../stores/compositions";
import type { TrackItem } from "../stores/items";
import type { Tracks } from "../stores/tracks";
import type { ChosenModel } from "./composition-model";
import type { NeededFile } from "./needed-file";
import { givesWholePiece } from "./whole-piece";

export interface ResolveInputParams {
  readonly sub: string;
  readonly input: CompositionInput;
  readonly inputOptions: InputOptions;
  readonly tracks: Pick<Tracks, "get">;
  readonly compositions: Pick<Compositions, "get">;
  readonly technique: TechniqueId;
}

export interface ResolvedInput extends NoteBars {
  readonly bars: number;
  /** All bars by their time signatures; absent if all are in 4/4. */
  readonly ranges?: readonly BarRange[];
  /** The melody's lowest and highest pitches, if they are known without reading the file. */
  readonly pitches: PitchSpan | undefined;
  /** The tracks that could go on, where all tracks are given and it is known in which bars their notes begin. */
  readonly trackBars?: readonly TrackBars[] | undefined;
  /** The keys of rows that must still exist when the composition is written. */
  readonly mustExist: readonly TableKey[];
  /** The file from which the melody is read; sample melodies have none. */
  readonly file?: NeededFile;
}

function inputProblem(code: ProblemCode, detail: string, error: FieldError): Problem {
  return new Problem(code, { detail, errors: [error] });
}

/** Checks the number of tracks of a piece that is given as a whole. @throws Problem INPUT_TOO_LARGE */
function checkTrackCount(tracks: number, field: Pick<FieldError, "pointer" | "value">): void {
  if (tracks <= maxGivenTracks) return;
  // The row of an upload lists its first 64 tracks.
  const detail = `The input has more tracks than can be given at once, which are ${maxGivenTracks}.`;
  const allowed = `an input of at most ${maxGivenTracks} tracks, or one of its tracks alone`;
  throw inputProblem("INPUT_TOO_LARGE", detail, { ...field, reason: "gives too many tracks", allowed });
}

/** Checks that each track that goes on has notes and is no drums. @throws Problem TRACK_NOT_FOUND */
function checkExtendedTracks({ extendedTracks = [] }: InputOptions, withNotes: readonly number[]): void {
  const missing = extendedTracks.filter((index) => !withNotes.includes(index));
  if (missing.length === 0) return;
  const detail = `The input has no tracks with notes that are not drums at the indices ${missing.join(", ")}.`;
  throw inputProblem("TRACK_NOT_FOUND", detail, {
    pointer: "/inputOptions/extendedTracks",
    reason: "names tracks that have no notes, or are drums",
    value: missing.join(", "),
    allowed: [...withNotes].sort((one, other) => one - other).join(", "),
  });
}

/** Returns the tracks of a file that could go on; undefined for a row that does not know their bars. */
function trackBarsOf({ allTracks }: Pick<TrackItem, "allTracks">): TrackBars[] | undefined {
  const { withNotes, barsOfTracks } = allTracks ?? {};
  if (withNotes === undefined || barsOfTracks === undefined) return undefined;
  return withNotes.map((index, place) => ({ index, barsWithNotes: barsOfTracks[place] ?? "" }));
}

/** Returns the span of several tracks; undefined if one of them is not known. */
function pitchesOfAll(spans: readonly (PitchSpan | null | undefined)[]): PitchSpan | undefined {
  const known = spans.filter((span) => span !== null && span !== undefined);
  if (known.length < spans.length || known.length === 0) return undefined;
  return {
    lowest: Math.min(...known.map(({ lowest }) => lowest)),
    highest: Math.max(...known.map(({ highest }) => highest)),
  };
}

/** Resolves an input. @throws Problem 422 when it cannot be used */
export async function resolveInput(params: ResolveInputParams): Promise<ResolvedInput> {
  const { sub, input, inputOptions, tracks, compositions, technique } = params;
  const isWhole = givesWholePiece({ input, inputOptions, technique });
  if ("sampleMelodyId" in input) {
    const { sampleMelodyId } = input;
    const melody = sampleMelodies.find(({ id }) => id === sampleMelodyId);
    if (melody === undefined) {
      throw inputProblem("SAMPLE_MELODY_NOT_FOUND", `There is no sample melody ${JSON.stringify(sampleMelodyId)}.`, {
        pointer: "/input/sampleMelodyId",
        reason: "does not exist",
        value: sampleMelodyId,
        allowed: sampleMelodies.map(({ id }) => id).join(", "),
      });
    }
    const pitches = melody.notes.map(({ pitch }) => pitch);
    return {
      bars: melody.bars,
      barsWithNotes: noteBarsOf(sampleAsMelody(melody)),
      ranges: [{ firstBar: 1, lastBar: melody.bars, timeSignature: melody.timeSignature }],
      pitches: { lowest: Math.min(...pitches), highest: Math.max(...pitches) },
      mustExist: [],
    };
  }
  if ("trackId" in input) {
    const { trackId } = input;
    const track = await tracks.get({ sub, id: trackId });
    if (track === undefined) {
      throw inputProblem("TRACK_NOT_FOUND", `There is no track ${trackId}.`, {
        pointer: "/input/trackId",
        reason: "does not exist",
        value: trackId,
        allowed: "the id of one of your tracks (GET /tracks)",
      });
    }
    if (isWhole) checkTrackCount(track.tracks.length, { pointer: "/inputOptions/allTracks", value: true });
    if (isWhole) {
      const listed = track.tracks.filter(({ noteCount }) => noteCount > 0).map(({ index }) => index);
      checkExtendedTracks(inputOptions, track.allTracks?.withNotes ?? listed);
    }
    const { firstBarWithNotes, barsWithNotes } = track;
    return {
      bars: track.bars,
      ...(isWhole
        ? { barsWithNotes: track.allTracks?.barsWithNotes, trackBars: trackBarsOf(track) }
        : { firstBarWithNotes, barsWithNotes }),
      ranges: barRanges(track.bars, track.otherMetres ?? []),
      pitches: isWhole ? track.allTracks : { lowest: track.lowestPitch, highest: track.highestPitch },
      mustExist: [ownedKey("TRACK", sub, trackId)],
      file: {
        key: trackKey({ sub, id: trackId }),
        resource: `track ${trackId}`,
        field: { pointer: "/input/trackId", value: trackId, allowed: "a track whose file is there" },
        isNamed: async () => (await tracks.get({ sub, id: trackId })) !== undefined,
      },
    };
  }
  const { compositionId } = input;
  const composition = await compositions.get({ sub, id: compositionId });
  if (composition === undefined) {
    throw inputProblem("COMPOSITION_NOT_FOUND", `There is no composition ${compositionId}.`, {
      pointer: "/input/compositionId",
      reason: "does not exist",
      value: compositionId,
      allowed: "the id of one of your COMPLETED compositions (GET /compositions)",
    });
  }
  if (composition.state !== "COMPLETED" || composition.output === undefined) {
    throw inputProblem(
      "INPUT_NOT_READY",
      `Composition ${compositionId} is ${composition.state}; only a COMPLETED one can be an input.`,
      {
        pointer: "/input/compositionId",
        reason: `is ${composition.state}`,
        value: compositionId,
        allowed: "a COMPLETED composition",
      },
    );
  }
  const sounding = composition.output.tracks
    .filter(({ noteCount, isDrums }) => noteCount > 0 && isDrums !== true)
    .map(({ index }) => index);
  const { trackIndex = 0 } = input;
  if (isWhole && sounding.length === 0) {
    throw inputProblem("TRACK_NOT_FOUND", `Composition ${compositionId} has no track with notes that are not drums.`, {
      pointer: "/input/compositionId",
      reason: "has no track with notes that are not drums",
      value: compositionId,
      allowed: "a composition with such a track",
    });
  }
  if (isWhole) {
    checkTrackCount(composition.output.tracks.length, { pointer: "/input/compositionId", value: compositionId });
    checkExtendedTracks(inputOptions, sounding);
  }
  if (!isWhole && !sounding.includes(trackIndex)) {
    const isDrums = composition.output.tracks.some((track) => track.index === trackIndex && track.isDrums === true);
    const found = isDrums ? `Track ${trackIndex} of composition ${compositionId} is drums.` : undefined;
    const detail = found ?? `Composition ${compositionId} has no track ${trackIndex} with notes.`;
    throw inputProblem("TRACK_NOT_FOUND", detail, {
      pointer: "/input/trackIndex",
      reason: isDrums ? "is a track of drums, whose pitches are no tones" : "no track with notes has this index",
      value: trackIndex,
      allowed: sounding.join(", "),
    });
  }
  const { bars } = composition.output;
  const noteBars = composition.barsWithNotes;
  const trackBars = noteBars && sounding.map((index) => ({ index, barsWithNotes: noteBars[index] ?? "" }));
  return {
    bars,
    ...(isWhole
      ? { barsWithNotes: trackBars && togetherWithNotes(trackBars.map((each) => each.barsWithNotes)), trackBars }
      : { barsWithNotes: noteBars?.[trackIndex] }),
    ranges: [{ firstBar: 1, lastBar: bars, timeSignature: timeSignatureOf(composition.output) }],
    pitches: pitchesOfAll((isWhole ? sounding : [trackIndex]).map((index) => composition.pitchSpans?.[index])),
    mustExist: [ownedKey("COMPOSITION", sub, compositionId)],
    file: {
      key: presentScoreKey(composition),
      resource: `composition ${compositionId}`,
      field: { pointer: "/input/compositionId", value: compositionId, allowed: "a composition whose file is there" },
      isNamed: async () => {
        const now = await compositions.get({ sub, id: compositionId });
        return now !== undefined && presentScoreKey(now) === presentScoreKey(composition);
      },
    },
  };
}

export interface CheckOptionsParams {
  readonly resolved: ResolvedInput;
  readonly options: InputOptions;
  readonly technique: TechniqueId;
  /** The maximum number of bars that the model takes. */
  readonly maxBars: number;
  /** Undefined for a technique that has no models. */
  readonly model: Pick<ChosenModel, "reference" | "timeSignature"> | undefined;
}

/** The bars that the options leave of a melody. */
export interface ChosenBars {
  readonly bars: number;
  readonly timeSignature: PieceTimeSignature;
}

/**
 * Checks that the options leave something that the technique can take.
 * @returns what they leave
 * @throws Problem 422
 */
export function checkInputOptions(params: CheckOptionsParams): ChosenBars {
  const { resolved, options, technique, maxBars, model } = params;
  const modelTimeSignature = model?.timeSignature;
  const choice = chooseBars({ melody: resolved, options, technique, maxBars, modelTimeSignature });
  if (choice.kind === "REFUSED") {
    const { issue } = choice;
    const modelId = model?.reference.id;
    throw inputIssueProblem(issue.field === "modelId" && modelId !== undefined ? { ...issue, value: modelId } : issue);
  }
  const { bars, timeSignature } = choice;
  const { trackBars, ranges = barRanges(resolved.bars, []) } = resolved;
  const { extendedTracks } = options;
  if (trackBars !== undefined && extendedTracks !== undefined) {
    const unheard = extendedTracksIssue({ tracks: trackBars, extendedTracks, chosen: choice, ranges, technique });
    if (unheard !== undefined) throw inputIssueProblem(unheard);
  }
  // A part of the melody may avoid its extreme notes, so only the whole melody is checked here. The worker checks
  // parts.
  const isWhole = bars === resolved.bars;
  const issue = isWhole && resolved.pitches && transposeIssue(resolved.pitches, options.transpose ?? 0);
  if (issue) throw inputIssueProblem(issue);
  return { bars, timeSignature };
}

function inputIssueProblem({ code, field, message, reason, value, allowed }: InputIssue): Problem {
  return inputProblem(code, `The input cannot be used: ${message}.`, {
    pointer: field === "technique" || field === "modelId" ? `/${field}` : `/inputOptions/${field}`,
    reason,
    value,
    allowed,
  });
}

export interface CheckParametersFitParams extends ChosenBars {
  readonly technique: TechniqueId;
  /** The maximum number of bars that the model takes. */
  readonly maxBars: number;
  /** The parameters, each of which is in its range. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** Returns the issue of a style of the arranger that is not played in the melody's time signature. */
function styleIssues({ parameters, timeSignature }: CheckParametersFitParams): ParameterIssue[] {
  const { style } = parameters;
  const allowed = stylesIn(timeSignature);
  if (typeof style !== "string" || allowed.some((name) => name === style)) return [];
  const reason = `is not played in ${timeSignature}, which the melody is in`;
  return [{ pointer: "/style", reason, value: style, allowed: allowed.join(", ") }];
}

/** Returns the issue of more bars than the piece has room for, in a technique that goes on with its input. */
function extensionIssues({ technique, parameters, bars, maxBars }: CheckParametersFitParams): ParameterIssue[] {
  const { extensionBars: value } = parameters;
  const left = Math.min(maxBars, maxMelodyBars) - bars;
  if (!techniques[technique].extends || typeof value !== "number" || value <= left) return [];
  const reason = `is more than the piece has room for: it has at most ${bars + left} bars, of which ${bars} are given`;
  return [{ pointer: "/extensionBars", reason, value, allowed: `an integer from 0 to ${left}` }];
}

/**
 * Checks that the parameters refer to bars that the piece has or has room for, and that a style is played in its time
 * signature.
 * @throws Problem 422 that names every parameter that does not
 */
export function checkParametersFit(params: CheckParametersFitParams): void {
  const { technique, parameters, bars } = params;
  const issues = [
    ...rangesOutsidePiece(techniques[technique], parameters, { bars }),
    ...(technique === "arranger" ? styleIssues(params) : []),
    ...extensionIssues(params),
  ];
  if (issues.length === 0) return;
  throw new Problem("PARAMETERS_NOT_APPLICABLE", {
    detail: "The parameters do not fit the melody, see `errors`.",
    errors: issues.map(({ pointer, ...issue }): FieldError => ({ pointer: `/parameters${pointer}`, ...issue })),
  });
}
