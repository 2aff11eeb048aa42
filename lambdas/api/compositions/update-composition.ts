import { createHash } from "node:crypto";
import { scoreSchema, writeMidi, type Score } from "../../../domain/music/score";
import { compositionMidiKey, compositionScoreKey } from "../../../domain/names/object-keys";
import { compositionResource, updateCompositionSchema } from "../../../domain/schemas/api/compositions";
import type { FieldError } from "../../../domain/schemas/api/problem";
import type { CompositionItem, CompositionOutput } from "../../../domain/schemas/items";
import type { StoredFiles } from "../../aws/stored-files";
import { TableRefusal } from "../../aws/table/errors";
import type { OwnedItems } from "../../aws/table/owned-items";
import { jsonAnswer, retryAfter, type Answer } from "../../http/answer";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { midiType } from "../../http/midi-answer";
import { Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { parseBody } from "../../http/validation";
import { mostMidiRevisionsAhead } from "./midi-revisions";
import { pollAfterSeconds } from "./poll-interval";

export interface UpdateCompositionParams {
  readonly request: Request;
  readonly compositions: Pick<OwnedItems<CompositionItem>, "load" | "change">;
  readonly files: Pick<StoredFiles, "read" | "writeNew" | "remove">;
  readonly now: () => Date;
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
    return twice ? [{ pointer, reason: "the track is named twice", value: index }] : [];
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

/** Writes under the first free revision after the present one; another request may have taken the next. */
async function writeNextRevision(
  files: Pick<StoredFiles, "writeNew">,
  item: CompositionItem,
  bytes: Uint8Array,
): Promise<number> {
  const present = item.midi?.revision ?? 0;
  for (let ahead = 1; ahead <= mostMidiRevisionsAhead; ahead += 1) {
    const key = compositionMidiKey(item, present + ahead);
    if (await files.writeNew({ key, bytes, contentType: midiType })) return present + ahead;
  }
  throw new Problem("CONFLICT", {
    detail: "Too many changes of this composition are under way. Try again.",
    retryAfterSeconds: 1,
  });
}

/** Renames a composition and changes its instruments: the MIDI file is written again, the old revision stays readable. */
export async function updateComposition(params: UpdateCompositionParams): Promise<Answer> {
  const { request, compositions, files, now } = params;
  const of = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  const { name, programs } = parseBody({
    request,
    schema: updateCompositionSchema,
    alsoCheck: (body) =>
      Object.keys(body).length > 0 ? [] : [{ pointer: "", reason: "changes nothing", allowed: "name, programs" }],
  });

  const changed = await changeOwned({
    request,
    load: async () => await compositions.load(of),
    change: async (item) => {
      const newName = name ?? item.name;
      if (item.state !== "COMPLETED" || item.output === undefined) {
        if (programs !== undefined) {
          const detail = `The composition is ${item.state}; instruments can be changed when it is COMPLETED.`;
          throw new Problem("NOT_READY", { detail });
        }
        return await compositions.change(item, { name: newName }, now());
      }
      const output = withPrograms(item.output, programs ?? []);
      const stored = await files.read(compositionScoreKey(of));
      if (stored === undefined) throw new Error(`composition ${of.id} has no score`);
      const score = scoreSchema.parse(JSON.parse(Buffer.from(stored).toString("utf8")));
      const bytes = writeMidi(presentScore(score, newName, output));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const revision = await writeNextRevision(files, item, bytes);
      try {
        const midi = { revision, sha256, bytes: bytes.length };
        return await compositions.change(item, { name: newName, output, midi }, now());
      } catch (error) {
        if (error instanceof TableRefusal) await files.remove([compositionMidiKey(of, revision)]);
        throw error;
      }
    },
  });
  return jsonAnswer({
    status: 200,
    body: compositionResource(changed),
    headers: { etag: versionTag(changed), ...retryAfter(pollAfterSeconds(changed, now())) },
  });
}
