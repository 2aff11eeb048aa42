import { createHash } from "node:crypto";
import type * as z from "zod";
import type { InstrumentPreset } from "../../domain/music/instrument-presets";
import { withInstruments, withPrograms } from "../../domain/music/instruments";
import { usualPerformance } from "../../domain/music/performance";
import { type Score, scoreSchema } from "../../domain/music/score";
import type { updateCompositionSchema } from "../../domain/schemas/api/compositions";
import type { FieldError } from "../../domain/schemas/api/problem";
import {
  type CompositionOutput,
  type PerformanceOptions,
  performanceOptionsSchema,
} from "../../domain/schemas/composition-parts";
import { midiType } from "../../naming/media-types";
import {
  compositionMidiKey,
  compositionPrefix,
  compositionScoreKey,
  parseMidiRevision,
} from "../../naming/object-keys";
import { maxFileBytes, parseStoredJson } from "../problems/lost-file";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone, type Outcome, type Stale } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import type { Log } from "../telemetry/logger";
import { readCompositionFile } from "./composition-file";
import { performedMidi } from "./performed-midi";
import { pollAfterSeconds } from "./poll-interval";

export type UpdateComposition = z.output<typeof updateCompositionSchema>;

export interface ReviseCompositionParams {
  /** The row as it was read. If it has changed since, the change is stale. */
  readonly item: CompositionItem;
  readonly update: UpdateComposition;
  readonly compositions: Pick<Compositions, "get" | "change">;
  readonly files: Pick<ObjectStore, "read" | "write" | "list" | "delete">;
  /** Makes a part of a new file's key, of small letters and digits. */
  readonly newToken: () => string;
  readonly now: () => Date;
  readonly log: Log;
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

/** The number of files that are listed. No composition has so many; more would be removed with the next change. */
const maxFilesListed = 1_000;

/**
 * Removes the files that nobody reads any more: all before the last revision but one, which a URL that was handed out a
 * moment ago may name. A change that is under way writes the next revision, so none of these files belongs to it.
 */
async function removeOldRevisions(files: Pick<ObjectStore, "list" | "delete">, item: CompositionItem): Promise<void> {
  const present = item.midi?.revision ?? 0;
  if (present < 3) return;
  const prefix = compositionPrefix(item);
  const old = (await files.list(prefix, maxFilesListed))
    .map(({ key }) => key)
    .filter((key) => {
      const midi = parseMidiRevision(key.slice(prefix.length));
      return midi !== undefined && midi.revision < present - 1;
    });
  if (old.length > 0) await files.delete(old);
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
 * Renames a composition, and changes its instruments and its performance. Programs go before a preset. The MIDI file is written again, under a key of its own. If the
 * outcome is stale, nothing was changed.
 * @throws Problem NOT_READY, PROGRAMS_NOT_APPLICABLE, FILE_LOST
 */
export async function reviseComposition(params: ReviseCompositionParams): Promise<Outcome<CompositionItem, Stale>> {
  const { item, update, compositions, files, now, log } = params;
  if (item.state !== "COMPLETED" || item.output === undefined) {
    if (update.programs !== undefined || update.performance !== undefined) throw noPiece(item, update, now());
    return await compositions.change(item, { name: update.name ?? item.name });
  }
  const outcome = await writeRevision(params, item.output);
  if (!isDone(outcome)) return outcome;
  try {
    await removeOldRevisions(files, outcome.value);
  } catch (error) {
    // The change is made. The next change, or the deletion of the composition, removes the files that are left behind.
    log.warn("old revisions of a composition were not removed", { id: item.id, reason: String(error) });
  }
  return outcome;
}

/** Writes the next revision of the MIDI file, then the row that names it. A file that no row names is removed. */
async function writeRevision(
  { item, update, compositions, files, newToken }: ReviseCompositionParams,
  present: CompositionOutput,
): Promise<Outcome<CompositionItem, Stale>> {
  const { name = item.name, programs = [] } = update;
  const performance = changedPerformance(item, update.performance);
  const score = await readCompositionFile({
    compositions,
    item,
    file: "score",
    read: async () => {
      const stored = await files.read(compositionScoreKey(item), maxFileBytes);
      return stored === undefined ? undefined : parseStoredJson(stored, scoreSchema);
    },
  });
  requireApplicable(present, programs);
  const changed = withChangedPrograms(score, present, { preset: update.performance?.instruments, programs });
  const output = withTracksOf(changed, present);
  const bytes = performedMidi({ ...changed, name }, { performance, phraseEnds: item.phraseEnds });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const midi = { revision: (item.midi?.revision ?? 0) + 1, token: newToken(), sha256, bytes: bytes.length };
  const key = compositionMidiKey(item, midi);
  await files.write({ key, body: bytes, contentType: midiType });
  try {
    const outcome = await compositions.change(item, { name, output, midi, performance });
    if (!isDone(outcome)) await files.delete([key]);
    return outcome;
  } catch (error) {
    // After any other error, nobody knows whether the row names the file.
    if (error instanceof TableBusy) await files.delete([key]);
    throw error;
  }
}
