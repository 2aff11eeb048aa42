/** The request that a draft stands for. */
import type { Composition, CreateComposition } from "../../../client/client";
import type { Technique } from "../api/queries";
import type { TakenBars } from "../piece/read-piece";
import type { Draft, Shape } from "./draft";
import { goesOnWithTracks } from "./extended-tracks";
import { inputOf, type MelodySource } from "./melody-source";
import { pieceName, sentValues } from "./techniques";

/** Returns the bars that are asked for. Where a file's time signature changes, the API is told which bars are meant. */
function sentBars({ startBar, bars }: Shape, taken: TakenBars | undefined): Pick<Shape, "startBar" | "bars"> {
  if (taken === undefined) return { startBar, bars };
  const from = startBar ?? taken.firstBar;
  return { startBar: from, bars: bars ?? Math.max(1, taken.lastBar - from + 1) };
}

/** Returns the options that say something: no tempo and a transposition by nothing are none. */
function sentShape(draft: Draft, taken: TakenBars | undefined, technique: Technique): object {
  const { shape } = draft;
  const { tempo, transpose, rhythmAssist, allTracks, extendedTracks } = shape;
  const options = {
    tempo,
    ...sentBars(shape, taken),
    ...(transpose === undefined || transpose === 0 ? {} : { transpose }),
    ...(rhythmAssist === true ? { rhythmAssist } : {}),
    ...(allTracks === true && technique.hearsTracks ? { allTracks } : {}),
    ...(goesOnWithTracks(draft, technique) ? { extendedTracks } : {}),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

export interface RequestParams {
  readonly draft: Draft;
  readonly source: Exclude<MelodySource, { kind: "own" }>;
  readonly technique: Technique;
  /** Undefined where nobody has chosen one and the list of models has not come yet: the API then says what it needs. */
  readonly modelId: string | undefined;
  readonly melodyName: string;
  /** The bars of the melody's file that are shown, where its time signature changes. */
  readonly taken?: TakenBars | undefined;
}

export function composeRequest(params: RequestParams): CreateComposition {
  const { draft, source, technique, modelId, melodyName, taken } = params;
  const inputOptions = sentShape({ ...draft, source }, taken, technique);
  return {
    name: draft.name.trim() === "" ? pieceName(technique, melodyName) : draft.name.trim(),
    technique: technique.id,
    ...(technique.byRule || modelId === undefined ? {} : { modelId }),
    seed: draft.seed,
    parameters: sentValues(technique.parameters, draft.values[technique.id]),
    input: inputOf(source),
    ...(Object.keys(inputOptions).length === 0 ? {} : { inputOptions }),
  };
}

/** Returns the request that makes a finished piece once more: with the same seed, the very same bytes. */
export function requestAgain(composition: Composition): CreateComposition {
  const { name, technique, modelId, seed, parameters, input, inputOptions, performance } = composition;
  return {
    name,
    technique,
    ...(modelId === undefined ? {} : { modelId }),
    seed,
    parameters,
    input,
    ...(Object.keys(inputOptions).length === 0 ? {} : { inputOptions }),
    ...(performance === undefined ? {} : { performance }),
  };
}
