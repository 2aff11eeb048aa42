import { createHash } from "node:crypto";
import type * as z from "zod";
import { type Score, scoreSchema, writeMidi } from "../../domain/music/score";
import type { updateCompositionSchema } from "../../domain/schemas/api/compositions";
import type { FieldError } from "../../domain/schemas/api/problem";
import type { CompositionOutput } from "../../domain/schemas/composition-parts";
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
import { pollAfterSeconds } from "./poll-interval";

export type UpdateComposition = z.output<typeof updateCompositionSchema>;

export interface ReviseCompositionParams {
  /** As it was read: the change is refused when it has changed since. */
  readonly item: CompositionItem;
  readonly update: UpdateComposition;
  readonly compositions: Pick<Compositions, "get" | "change">;
  readonly files: Pick<ObjectStore, "read" | "write" | "list" | "delete">;
  /** Part of a new file's key: small letters and digits. */
  readonly newToken: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

type Programs = NonNullable<UpdateComposition["programs"]>;

/** @throws Problem 422 that names every track that the piece does not have, or that is named twice */
function withPrograms(output: CompositionOutput, programs: Programs): CompositionOutput {
  const indexes = output.tracks.map(({ index }) => index);
  const errors = programs.flatMap(({ index }, position): FieldError[] => {
    const pointer = `/programs/${position}/index`;
    if (!indexes.includes(index)) {
      return [{ pointer, reason: "the piece has no such track", value: index, allowed: indexes.join(", ") }];
    }
    const twice = programs.findIndex((other) => other.index === index) !== position;
    return twice ? [{ pointer, reason: "the track is named twice", value: index, allowed: "each track once" }] : [];
  });
  if (errors.length > 0) {
    throw new Problem("PROGRAMS_NOT_APPLICABLE", {
      detail: "The programs do not fit the piece, see `errors`.",
      errors,
    });
  }
  const byIndex = new Map(programs.map(({ index, program }) => [index, program]));
  return {
    ...output,
    tracks: output.tracks.map((track) => ({ ...track, program: byIndex.get(track.index) ?? track.program })),
  };
}

/** The score as the row has it: the file keeps the notes, the row keeps name and programs. */
function presentScore(score: Score, name: string, output: CompositionOutput): Score {
  return {
    ...score,
    name,
    tracks: score.tracks.map((track, index) => ({
      ...track,
      program: output.tracks.find((described) => described.index === index)?.program ?? track.program,
    })),
  };
}

/** More files than a composition has. What is beyond them goes with the next change. */
const maxFilesListed = 1_000;

/**
 * Removes the files that no reader can be told of any more: all before the last revision, which a URL that was handed out
 * a moment ago may name. A change that is under way writes the next revision, so none of these is its.
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

/** The programs of a composition that has no finished piece cannot be changed: 409 that says when it may have one. */
function noPiece({ state, createdAt }: CompositionItem, programs: Programs, now: Date): Problem {
  const wait = pollAfterSeconds({ state, createdAt }, now);
  return new Problem("NOT_READY", {
    detail: `The composition is ${state}; instruments can be changed when it is COMPLETED.`,
    errors: [
      {
        pointer: "/programs",
        reason: `the composition is ${state}`,
        ...shortValue(programs),
        allowed: "programs of a COMPLETED composition",
      },
    ],
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}

/**
 * Renames a composition and changes its instruments: the MIDI file is written again, under a key of its own. Stale:
 * nothing was changed.
 * @throws Problem NOT_READY, PROGRAMS_NOT_APPLICABLE, FILE_LOST
 */
export async function reviseComposition(params: ReviseCompositionParams): Promise<Outcome<CompositionItem, Stale>> {
  const { item, update, compositions, files, now, log } = params;
  const { name = item.name, programs } = update;
  if (item.state !== "COMPLETED" || item.output === undefined) {
    if (programs !== undefined) throw noPiece(item, programs, now());
    return await compositions.change(item, { name });
  }
  const outcome = await writeRevision(params, { name, output: withPrograms(item.output, programs ?? []) });
  if (!isDone(outcome)) return outcome;
  try {
    await removeOldRevisions(files, outcome.value);
  } catch (error) {
    // The change is made. What is left behind goes with the next change, or with the composition.
    log.warn("old revisions of a composition were not removed", { id: item.id, reason: String(error) });
  }
  return outcome;
}

/** Writes the next revision of the MIDI file, then the row that names it. A file that no row names is removed. */
async function writeRevision(
  { item, compositions, files, newToken }: ReviseCompositionParams,
  { name, output }: { readonly name: string; readonly output: CompositionOutput },
): Promise<Outcome<CompositionItem, Stale>> {
  const score = await readCompositionFile({
    compositions,
    item,
    file: "score",
    read: async () => {
      const stored = await files.read(compositionScoreKey(item), maxFileBytes);
      return stored === undefined ? undefined : parseStoredJson(stored, scoreSchema);
    },
  });
  const bytes = writeMidi(presentScore(score, name, output));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const midi = { revision: (item.midi?.revision ?? 0) + 1, token: newToken(), sha256, bytes: bytes.length };
  const key = compositionMidiKey(item, midi);
  await files.write({ key, body: bytes, contentType: midiType });
  try {
    const outcome = await compositions.change(item, { name, output, midi });
    if (!isDone(outcome)) await files.delete([key]);
    return outcome;
  } catch (error) {
    // After another error it is not known whether the row names the file.
    if (error instanceof TableBusy) await files.delete([key]);
    throw error;
  }
}
