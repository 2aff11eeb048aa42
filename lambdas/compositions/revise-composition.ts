import type * as z from "zod";
import type { InstrumentPreset } from "../../domain/music/instrument-presets";
import { withInstruments, withPrograms } from "../../domain/music/instruments";
import { usualPerformance } from "../../domain/music/performance";
import type { Score } from "../../domain/music/score";
import type { updateCompositionSchema } from "../../domain/schemas/api/compositions";
import type { FieldError } from "../../domain/schemas/api/problem";
import {
  type CompositionOutput,
  type PerformanceOptions,
  performanceOptionsSchema,
} from "../../domain/schemas/composition-parts";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { CompositionItem } from "../stores/items";
import type { Outcome, Stale } from "../stores/outcome";
import { readPresentScore, type RevisionPorts, writeNextRevision } from "./composition-revisions";
import { performedMidi } from "./performed-midi";
import { pollAfterSeconds } from "./poll-interval";

export type UpdateComposition = z.output<typeof updateCompositionSchema>;

export interface ReviseCompositionParams extends RevisionPorts {
  /** The row as it was read. If it has changed since, the change is stale. */
  readonly item: CompositionItem;
  readonly update: UpdateComposition;
  readonly now: () => Date;
}

type Programs = NonNullable<UpdateComposition["programs"]>;

/** @throws Problem 422 that names every track that the piece does not have, that is drums, or that is named twice */
function requireApplicable(output: CompositionOutput, programs: Programs): void {
  const indexes = output.tracks.filter(({ isDrums }) => isDrums !== true).map(({ index }) => index);
  const errors = programs.flatMap(({ index }, position): FieldError[] => {
    const pointer = `/programs/${position}/index`;
    if (!indexes.includes(index)) {
      const isDrums = output.tracks.some((track) => track.index === index);
      const reason = isDrums ? "the track is drums, which have no other instrument" : "the piece has no such track";
      return [{ pointer, reason, value: index, allowed: indexes.join(", ") }];
    }
    const isRepeated = programs.findIndex((program) => program.index === index) !== position;
    return isRepeated
      ? [{ pointer, reason: "the track is named twice", value: index, allowed: "each track once" }]
      : [];
  });
  if (errors.length > 0) {
    throw new Problem("PROGRAMS_NOT_APPLICABLE", {
      detail: "The programs do not fit the piece, see `errors`.",
      errors,
    });
  }
}

/**
 * Returns the score with the programs that the row has, or those of a preset, and then those of the request. Tracks that
 * are named after their instruments follow them.
 */
function withChangedPrograms(
  score: Score,
  output: CompositionOutput,
  { preset, programs }: { readonly preset: InstrumentPreset | undefined; readonly programs: Programs },
): Score {
  const present = preset === undefined ? output.tracks : withInstruments(score, preset).tracks;
  const byIndex = new Map(present.map(({ program }, index) => [index, program]));
  for (const { index, program } of programs) byIndex.set(index, program);
  return withPrograms(score, byIndex);
}

/** Returns the output with the instruments of the score, and the names of its tracks. */
const withTracksOf = ({ tracks }: Score, output: CompositionOutput): CompositionOutput => ({
  ...output,
  tracks: output.tracks.map((track) => {
    const { name = track.name, program = track.program } = tracks[track.index] ?? {};
    return { ...track, name, program };
  }),
});

/** Returns how a piece is performed after a change. What it does not name stays; a piece of version 0.2 has the usual. */
function changedPerformance(
  item: CompositionItem,
  change: UpdateComposition["performance"],
): PerformanceOptions | undefined {
  if (change === undefined) return item.performance;
  return performanceOptionsSchema.parse({ ...usualPerformance, ...item.performance, ...change });
}

/**
 * Returns the problem of a change of the piece of a composition that has no finished one. It says when there may be one.
 */
function noPiece(
  { state, createdAt }: CompositionItem,
  { programs, performance }: UpdateComposition,
  now: Date,
): Problem {
  const wait = pollAfterSeconds({ state, createdAt }, now);
  const errors = Object.entries({ programs, performance }).flatMap(([name, value]): FieldError[] =>
    value === undefined
      ? []
      : [
          {
            pointer: `/${name}`,
            reason: `the composition is ${state}`,
            ...shortValue(value),
            allowed: `${name} of a COMPLETED composition`,
          },
        ],
  );
  return new Problem("NOT_READY", {
    detail: `The composition is ${state}; its instruments and its performance can be changed when it is COMPLETED.`,
    errors,
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}

/**
 * Renames a composition, and changes its instruments and its performance. Programs go before a preset. The MIDI file is
 * written again, under a key of its own. If the outcome is stale, nothing was changed.
 * @throws Problem NOT_READY, PROGRAMS_NOT_APPLICABLE, FILE_LOST
 */
export async function reviseComposition(params: ReviseCompositionParams): Promise<Outcome<CompositionItem, Stale>> {
  const { item, update, compositions, now } = params;
  if (item.state !== "COMPLETED" || item.output === undefined) {
    if (update.programs !== undefined || update.performance !== undefined) throw noPiece(item, update, now());
    return await compositions.change(item, { name: update.name ?? item.name });
  }
  const isNameAlone = update.programs === undefined && update.performance === undefined;
  // The corrected file is its owner's own, so that a new name alone does not write it again from the notes.
  if (isNameAlone && item.correction !== undefined && item.midi?.revision === item.correction.revision) {
    return await compositions.change(item, { name: update.name ?? item.name });
  }
  return await writeRevision(params, item.output);
}

/** Writes the next revision of the MIDI file, then the row that names it. */
async function writeRevision(
  { item, update, ...ports }: ReviseCompositionParams,
  present: CompositionOutput,
): Promise<Outcome<CompositionItem, Stale>> {
  const { name = item.name, programs = [] } = update;
  const performance = changedPerformance(item, update.performance);
  const score = await readPresentScore(ports, item);
  requireApplicable(present, programs);
  const changed = withChangedPrograms(score, present, { preset: update.performance?.instruments, programs });
  const output = withTracksOf(changed, present);
  const bytes = performedMidi({ ...changed, name }, { performance, phraseEnds: item.phraseEnds });
  return await writeNextRevision(ports, { item, bytes, attributes: { name, output, performance } });
}
