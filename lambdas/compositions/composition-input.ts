/** What a new composition is made from: that it exists, is ready, and fits the options and the model. */
import { otherMetresInWords, touchedMetres, usableBarsInWords, type OtherMetre } from "../../domain/music/bar-lines";
import { longestMelodyBars } from "../../domain/music/melody";
import { compositionScoreKey, trackKey } from "../../domain/names/object-keys";
import { ownedKey, type TableKey } from "../../domain/names/table-keys";
import type { TechniqueId } from "../../domain/names/resource-names";
import { sampleMelodies } from "../../domain/music/sample-melodies";
import type { FieldError } from "../../domain/schemas/api/problem";
import type { ProblemCode } from "../../domain/schemas/api/problem-codes";
import type { CompositionInput, CompositionItem, InputOptions, TrackItem } from "../../domain/schemas/items";
import { rangesOutsidePiece } from "../../domain/techniques/parameter-ranges";
import { techniques } from "../../domain/techniques/registry";
import type { ParameterValue } from "../../domain/techniques/technique";
import type { OwnedItems } from "../aws/table/owned-items";
import { Problem } from "../http/problem";
import type { NeededFile } from "./needed-file";

export interface ResolveInputParams {
  readonly sub: string;
  readonly input: CompositionInput;
  readonly tracks: Pick<OwnedItems<TrackItem>, "get">;
  readonly compositions: Pick<OwnedItems<CompositionItem>, "get">;
}

export interface ResolvedInput {
  readonly bars: number;
  /** The bar in which the first note begins, where that is known without reading its file. */
  readonly firstBarWithNotes?: number | undefined;
  /** Bars of a file that do not have four quarter notes. */
  readonly otherMetres?: readonly OtherMetre[] | undefined;
  /** Where the melody's lowest and highest notes are, where that is known without reading its file. */
  readonly pitches: { readonly lowest: number; readonly highest: number } | undefined;
  /** The item that must still be there when the composition is written. */
  readonly mustExist: readonly TableKey[];
  /** What the melody is read from; sample melodies have no file. */
  readonly file?: NeededFile;
}

function refused(code: ProblemCode, detail: string, error: FieldError): Problem {
  return new Problem(code, { detail, errors: [error] });
}

/** @throws Problem 422 with the reason */
export async function resolveInput({ sub, input, tracks, compositions }: ResolveInputParams): Promise<ResolvedInput> {
  if ("sampleMelodyId" in input) {
    const { sampleMelodyId } = input;
    const melody = sampleMelodies.find(({ id }) => id === sampleMelodyId);
    if (melody === undefined) {
      throw refused("SAMPLE_MELODY_NOT_FOUND", `There is no sample melody ${JSON.stringify(sampleMelodyId)}.`, {
        pointer: "/input/sampleMelodyId",
        reason: "does not exist",
        value: sampleMelodyId,
        allowed: sampleMelodies.map(({ id }) => id).join(", "),
      });
    }
    const pitches = melody.notes.map(({ pitch }) => pitch);
    return {
      bars: melody.bars,
      pitches: { lowest: Math.min(...pitches), highest: Math.max(...pitches) },
      mustExist: [],
    };
  }
  if ("trackId" in input) {
    const { trackId } = input;
    const track = await tracks.get({ sub, id: trackId });
    if (track === undefined) {
      throw refused("TRACK_NOT_FOUND", `There is no track ${trackId}.`, {
        pointer: "/input/trackId",
        reason: "does not exist",
        value: trackId,
        allowed: "the id of one of your tracks (GET /tracks)",
      });
    }
    return {
      bars: track.bars,
      firstBarWithNotes: track.firstBarWithNotes,
      otherMetres: track.otherMetres,
      pitches: { lowest: track.lowestPitch, highest: track.highestPitch },
      mustExist: [ownedKey("TRACK", sub, trackId)],
      file: {
        key: trackKey({ sub, id: trackId }),
        of: `track ${trackId}`,
        field: { pointer: "/input/trackId", value: trackId, allowed: "a track whose file is there" },
        isNamed: async () => (await tracks.get({ sub, id: trackId })) !== undefined,
      },
    };
  }
  const { compositionId, trackIndex = 0 } = input;
  const composition = await compositions.get({ sub, id: compositionId });
  if (composition === undefined) {
    throw refused("COMPOSITION_NOT_FOUND", `There is no composition ${compositionId}.`, {
      pointer: "/input/compositionId",
      reason: "does not exist",
      value: compositionId,
      allowed: "the id of one of your COMPLETED compositions (GET /compositions)",
    });
  }
  if (composition.state !== "COMPLETED" || composition.output === undefined) {
    throw refused(
      "INPUT_NOT_READY",
      `Composition ${compositionId} is ${composition.state}; only a COMPLETED one can be built on.`,
      {
        pointer: "/input/compositionId",
        reason: `is ${composition.state}`,
        value: compositionId,
        allowed: "a COMPLETED composition",
      },
    );
  }
  const sounding = composition.output.tracks.filter(({ noteCount }) => noteCount > 0).map(({ index }) => index);
  if (!sounding.includes(trackIndex)) {
    throw refused("TRACK_NOT_FOUND", `Composition ${compositionId} has no track ${trackIndex} with notes.`, {
      pointer: "/input/trackIndex",
      reason: "no track with notes has this index",
      value: trackIndex,
      allowed: sounding.join(", "),
    });
  }
  return {
    bars: composition.output.bars,
    pitches: undefined,
    mustExist: [ownedKey("COMPOSITION", sub, compositionId)],
    file: {
      key: compositionScoreKey({ sub, id: compositionId }),
      of: `composition ${compositionId}`,
      field: { pointer: "/input/compositionId", value: compositionId, allowed: "a composition whose file is there" },
      isNamed: async () => (await compositions.get({ sub, id: compositionId })) !== undefined,
    },
  };
}

export interface CheckOptionsParams {
  readonly resolved: ResolvedInput;
  readonly options: InputOptions;
  /** Of the model. */
  readonly maxBars: number;
}

/**
 * Whether the options leave something that the model can take.
 * @returns how many bars that is
 * @throws Problem 422
 */
export function checkInputOptions({ resolved, options, maxBars }: CheckOptionsParams): number {
  const { startBar = 1, transpose = 0 } = options;
  if (startBar > resolved.bars) {
    throw refused("BARS_OUT_OF_RANGE", `startBar is ${startBar}; the melody has ${resolved.bars} bars.`, {
      pointer: "/inputOptions/startBar",
      reason: "lies after the melody's end",
      value: startBar,
      allowed: `1 to ${resolved.bars}`,
    });
  }
  const available = resolved.bars - startBar + 1;
  const { bars = available } = options;
  if (bars > available) {
    throw refused("BARS_OUT_OF_RANGE", `bars is ${bars}; from bar ${startBar} the melody has ${available}.`, {
      pointer: "/inputOptions/bars",
      reason: "reaches past the melody's end",
      value: bars,
      allowed: `1 to ${available}`,
    });
  }
  const longest = Math.min(maxBars, longestMelodyBars);
  const { firstBarWithNotes = 1, otherMetres = [] } = resolved;
  if (bars > longest) {
    const rests =
      firstBarWithNotes > startBar ? ` Its notes begin in bar ${firstBarWithNotes}: begin with that startBar.` : "";
    const advice = `Choose a part of it with inputOptions.startBar and inputOptions.bars.${rests}`;
    throw refused("MELODY_TOO_LONG", `The melody has ${bars} bars; the model takes at most ${longest}. ${advice}`, {
      pointer: "/inputOptions/bars",
      reason: "more bars than the model takes",
      value: bars,
      allowed: `1 to ${longest}`,
    });
  }
  const touched = touchedMetres(otherMetres, startBar, bars);
  if (touched.length > 0) {
    const usable = usableBarsInWords(resolved.bars, otherMetres);
    const detail = `Of the chosen bars, ${startBar} to ${startBar + bars - 1}, ${otherMetresInWords(touched)}.`;
    throw refused(
      "METRE_NOT_SUPPORTED",
      `${detail} Choose ${usable} with inputOptions.startBar and inputOptions.bars.`,
      {
        pointer: "/inputOptions/bars",
        reason: "the chosen bars touch another metre",
        value: bars,
        allowed: usable,
      },
    );
  }
  if (startBar + bars <= firstBarWithNotes) {
    throw refused("MELODY_EMPTY", `No note begins in bars ${startBar} to ${startBar + bars - 1}.`, {
      pointer: "/inputOptions/startBar",
      reason: "the chosen bars are rests",
      value: startBar,
      allowed: `the notes begin in bar ${firstBarWithNotes}`,
    });
  }
  // A part of the melody may avoid its extreme notes: only the whole of it is judged here, the worker judges the rest.
  if (resolved.pitches === undefined || bars < resolved.bars) return bars;
  const { lowest, highest } = resolved.pitches;
  if (lowest + transpose < 0 || highest + transpose > 127) {
    throw refused("PITCH_OUT_OF_RANGE", `Transposed by ${transpose}, the melody leaves the pitches 0 to 127.`, {
      pointer: "/inputOptions/transpose",
      reason: "moves notes out of range",
      value: transpose,
      allowed: `${Math.max(-12, -lowest)} to ${Math.min(12, 127 - highest)}`,
    });
  }
  return bars;
}

export interface CheckParametersFitParams {
  readonly technique: TechniqueId;
  /** Each in its range. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Of the melody, as the options leave it. */
  readonly bars: number;
}

/** Whether the parameters speak of music that is there. @throws Problem 422 that names every one that does not */
export function checkParametersFit({ technique, parameters, bars }: CheckParametersFitParams): void {
  const issues = rangesOutsidePiece(techniques[technique], parameters, { bars });
  if (issues.length === 0) return;
  throw new Problem("PARAMETERS_NOT_APPLICABLE", {
    detail: "The parameters do not fit the melody, see `errors`.",
    errors: issues.map(({ pointer, ...issue }): FieldError => ({ pointer: `/parameters${pointer}`, ...issue })),
  });
}
