import {
  arrange,
  type ArrangedTrack,
  type Arrangement,
  arrangerSettingsSchema,
} from "../../domain/music/arranger/arrange";
import { tonesOf } from "../../domain/music/arranger/chord";
import { stylesIn } from "../../domain/music/arranger/styles";
import type { Tune } from "../../domain/music/arranger/tune";
import { tuneAsBassInWords } from "../../domain/music/arranger/tune-as-bass";
import { type Melody, toGrid } from "../../domain/music/melody";
import type { Failure } from "../../domain/schemas/failure";
import type { Metrics } from "../../domain/schemas/metrics";
import type { CompositionItem } from "../stores/items";
import { noteCountFailure } from "./note-count";

export interface ArrangeCompositionParams {
  readonly composition: CompositionItem;
  readonly melody: Melody;
  readonly now: () => Date;
}

/** A piece by rule. Its members are those of a model's response. */
export interface ArrangedPiece {
  readonly tracks: readonly ArrangedTrack[];
  readonly metrics: Metrics;
  readonly remarks: readonly string[];
  readonly seconds: number;
}

export type ArrangeCompositionResult =
  | { readonly kind: "GENERATED"; readonly response: ArrangedPiece }
  /** The same composition would fail again. */
  | { readonly kind: "FAILED"; readonly failure: Failure };

/**
 * Arranges the melody of a composition by rule, where it is: in the worker, without an endpoint.
 * @throws ZodError if the row's parameters are not the arranger's
 */
export function arrangeComposition({ composition, melody, now }: ArrangeCompositionParams): ArrangeCompositionResult {
  const startedAt = now().getTime();
  const notes = toGrid(melody);
  const tooManyNotes = noteCountFailure(notes, melody);
  if (tooManyNotes !== undefined) return { kind: "FAILED", failure: tooManyNotes };
  const settings = arrangerSettingsSchema.parse(composition.parameters);
  const { bars, timeSignature } = melody;
  const allowed = stylesIn(timeSignature);
  if (!allowed.includes(settings.style)) {
    const message = `The style ${settings.style} is not played in ${timeSignature}; allowed are ${allowed.join(", ")}.`;
    return { kind: "FAILED", failure: { code: "PARAMETERS_NOT_APPLICABLE", message, retryable: false } };
  }
  const tune: Tune = { notes, bars, timeSignature };
  const arrangement = arrange({ tune, settings, seed: composition.seed });
  const seconds = (now().getTime() - startedAt) / 1000;
  return {
    kind: "GENERATED",
    response: {
      tracks: arrangement.tracks,
      metrics: metricsOf(tune, arrangement),
      remarks: tuneAsBassInWords(tune, arrangement.chords),
      seconds,
    },
  };
}

/** Returns how the chords fit the tune: the share of its notes that begin on a tone of their chord, and the number of chords. */
function metricsOf({ notes }: Tune, { chords }: Arrangement): Metrics {
  const accompanied = notes.flatMap((note) => {
    const span = chords.find(({ start, end }) => note.onset >= start && note.onset < end);
    return span === undefined ? [] : [tonesOf(span.chord).includes(note.pitch % 12)];
  });
  const changes = chords.filter(({ chord }, index) => {
    const before = chords[index - 1]?.chord;
    return before?.root !== chord.root || before.quality !== chord.quality;
  });
  return {
    notesOnChordTones: accompanied.filter(Boolean).length / Math.max(1, accompanied.length),
    chords: changes.length,
  };
}
