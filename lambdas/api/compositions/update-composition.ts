import { createHash } from "node:crypto";
import { type Score, scoreSchema, writeMidi } from "../../../domain/music/score";
import { updateCompositionSchema } from "../../../domain/schemas/api/compositions";
import type { FieldError } from "../../../domain/schemas/api/problem";
import type { CompositionOutput } from "../../../domain/schemas/composition-parts";
import {
  compositionMidiKey,
  compositionPrefix,
  compositionScoreKey,
  parseMidiRevision,
} from "../../../naming/object-keys";
import { readCompositionFile } from "../../compositions/composition-file";
import { pollAfterSeconds } from "../../compositions/poll-interval";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { maxFileBytes, parseStoredJson } from "../../http/lost-file";
import { midiType } from "../../http/midi-response";
import { Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import { ownedItem } from "../../http/refusals";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { shortValue } from "../../http/short-value";
import { parseBody } from "../../http/validation";
import type { Compositions } from "../../stores/compositions";
import type { CompositionItem } from "../../stores/items";
import type { ObjectStore } from "../../stores/objects";
import { isDone } from "../../stores/outcome";
import { TableBusy } from "../../stores/table";
import type { Log } from "../../telemetry/logger";
import { compositionResource } from "./composition-resource";

export interface UpdateCompositionParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get" | "change">;
  readonly files: Pick<ObjectStore, "read" | "write" | "list" | "delete">;
  /** Part of a new file's key: small letters and digits. */
  readonly newToken: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

interface ProgramChange {
  readonly index: number;
  readonly program: number;
}

/** @throws Problem 422 that names every track that the piece does not have, or that is named twice */
function withPrograms(output: CompositionOutput, programs: readonly ProgramChange[]): CompositionOutput {
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

/** Renames a composition and changes its instruments: the MIDI file is written again, under a key of its own. */
export async function updateComposition(params: UpdateCompositionParams): Promise<Response> {
  const { request, compositions, files, newToken, now, log } = params;
  const of = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  const { name, programs } = parseBody({
    request,
    schema: updateCompositionSchema,
    alsoCheck: (body) =>
      Object.keys(body).length > 0
        ? []
        : [{ pointer: "", reason: "changes nothing", ...shortValue(body), allowed: "name, programs" }],
  });

  const changed = await changeOwned({
    request,
    load: async () => await ownedItem("COMPOSITION", compositions, of),
    change: async (item) => {
      const newName = name ?? item.name;
      if (item.state !== "COMPLETED" || item.output === undefined) {
        if (programs !== undefined) {
          const detail = `The composition is ${item.state}; instruments can be changed when it is COMPLETED.`;
          const wait = pollAfterSeconds(item, now());
          throw new Problem("NOT_READY", {
            detail,
            errors: [
              {
                pointer: "/programs",
                reason: `the composition is ${item.state}`,
                ...shortValue(programs),
                allowed: "programs of a COMPLETED composition",
              },
            ],
            ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
          });
        }
        return await compositions.change(item, { name: newName });
      }
      const output = withPrograms(item.output, programs ?? []);
      const score = await readCompositionFile({
        compositions,
        item,
        what: "score",
        read: async () => {
          const stored = await files.read(compositionScoreKey(of), maxFileBytes);
          return stored === undefined ? undefined : parseStoredJson(stored, scoreSchema);
        },
      });
      const bytes = writeMidi(presentScore(score, newName, output));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const midi = { revision: (item.midi?.revision ?? 0) + 1, token: newToken(), sha256, bytes: bytes.length };
      const key = compositionMidiKey(of, midi);
      await files.write({ key, body: bytes, contentType: midiType });
      try {
        const outcome = await compositions.change(item, { name: newName, output, midi });
        if (!isDone(outcome)) await files.delete([key]);
        return outcome;
      } catch (error) {
        // After another error it is not known whether the row names the file.
        if (error instanceof TableBusy) await files.delete([key]);
        throw error;
      }
    },
  });
  try {
    await removeOldRevisions(files, changed);
  } catch (error) {
    // The change is made. What is left behind goes with the next change, or with the composition.
    log.warn("old revisions of a composition were not removed", { id: of.id, reason: String(error) });
  }
  return jsonResponse({
    status: 200,
    body: compositionResource(changed),
    headers: { etag: versionTag(changed), ...retryAfter(pollAfterSeconds(changed, now())) },
  });
}
