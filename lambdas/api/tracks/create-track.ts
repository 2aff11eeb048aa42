import { createHash } from "node:crypto";
import { UnreadableMidiError } from "../../../domain/music/midi-scan";
import { parseMidi, type Song } from "../../../domain/music/song";
import { MelodyError, metresOf, trackMelody, usableMetres, type Melody } from "../../../domain/music/melody";
import { briefVersionsTag, trackKey } from "../../../domain/names/object-keys";
import { trackResource } from "../../../domain/schemas/api/tracks";
import type { FieldError } from "../../../domain/schemas/api/problem";
import { quotaHeld, type TrackItem } from "../../../domain/schemas/items";
import { plainText } from "../../../domain/schemas/text";
import type { UserCaps } from "../../../domain/schemas/user-caps";
import type { StoredFiles } from "../../aws/stored-files";
import type { IdempotencyRecords } from "../../aws/table/idempotency-records";
import type { OwnedItems } from "../../aws/table/owned-items";
import type { PendingChanges } from "../../aws/table/pending-changes";
import { jsonAnswer, type Answer } from "../../http/answer";
import { versionTag } from "../../http/entity-tag";
import { answerOnce } from "../../http/idempotency";
import { midiType } from "../../http/midi-answer";
import { Problem } from "../../http/problem";
import type { Request } from "../../http/request";
import { createWithFiles } from "../../resources/create-with-files";
import type { Log } from "../../telemetry/logger";
import { readUpload } from "./upload";

export interface CreateTrackParams {
  readonly request: Request;
  readonly tracks: Pick<OwnedItems<TrackItem>, "begin" | "create">;
  readonly pendingChanges: Pick<PendingChanges, "abandon" | "remove">;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly files: Pick<StoredFiles, "write" | "remove" | "removeAllUnder">;
  readonly caps: UserCaps;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

/** A row is read at every poll: what it says of a file stays small. */
const mostTracksListed = 64;
const mostChangesListed = 50;
const longestText = 200;

function readSong(bytes: Uint8Array): Song {
  try {
    return parseMidi(bytes);
  } catch (error) {
    if (error instanceof UnreadableMidiError) throw new Problem("UNREADABLE_MIDI", { detail: sentence(error.message) });
    throw error;
  }
}

function chooseMelody(song: Song, trackIndex: number): Melody {
  try {
    return trackMelody(song, trackIndex);
  } catch (error) {
    if (!(error instanceof MelodyError)) throw error;
    const errors = melodyErrors(error, song, trackIndex);
    throw new Problem(error.code, { detail: sentence(error.message), ...(errors.length === 0 ? {} : { errors }) });
  }
}

function melodyErrors({ code }: MelodyError, song: Song, trackIndex: number): FieldError[] {
  if (code === "METRE_NOT_SUPPORTED") {
    const value = metresOf(song).join(", ").slice(0, longestText);
    return [
      {
        pointer: "/timeSignature",
        reason: "the file has bars of another metre",
        value,
        allowed: usableMetres.join(", "),
      },
    ];
  }
  if (code !== "TRACK_NOT_FOUND") return [];
  const allowed = song.tracks
    .map(({ index }) => index)
    .join(", ")
    .slice(0, longestText);
  return [{ pointer: "?trackIndex", reason: "no track with notes has this index", value: trackIndex, allowed }];
}

function sentence(text: string): string {
  const clipped = text.slice(0, 1000);
  return `${clipped.charAt(0).toUpperCase()}${clipped.slice(1)}${clipped.endsWith(".") ? "" : "."}`;
}

/** What a track without a name is called, by us and by many editors: it says less than the name of the file. */
const placeholderName = /^Track \d+$/;

/** The name of an upload that asks for none: the melody's own, or else that of the file. */
function defaultName({ name }: Melody, fileName: string): string {
  const names = placeholderName.test(name) ? [fileName, name] : [name, fileName];
  return names.map((one) => plainText(one, 100)).find((one) => one !== "") ?? "Untitled";
}

function listedChanges(song: Song): string[] {
  const changes = song.changes.map((change) => plainText(change, longestText));
  if (song.tracks.length > mostTracksListed) {
    changes.unshift(`the file has ${song.tracks.length} tracks with notes; the first ${mostTracksListed} are listed`);
  }
  const more = changes.length - mostChangesListed;
  return more > 0 ? [...changes.slice(0, mostChangesListed), `and ${more} more`] : changes;
}

/** Reads a MIDI upload, chooses its melody and keeps the file as it came. */
export async function createTrack(params: CreateTrackParams): Promise<Answer> {
  const { request, tracks, pendingChanges, idempotencyRecords, files, caps, newId, now, log } = params;
  const sub = request.subject();
  const upload = await readUpload(request);
  return await answerOnce({
    request,
    records: idempotencyRecords,
    now,
    content: upload.content,
    create: async (remember) => {
      const song = readSong(upload.bytes);
      const trackIndex = upload.trackIndex ?? song.tracks[0]?.index ?? 0;
      const melody = chooseMelody(song, trackIndex);
      const pitches = melody.notes.map(({ pitch }) => pitch);
      const createdAt = now().toISOString();
      const item: TrackItem = {
        schemaVersion: 1,
        kind: "TRACK",
        sub,
        id: newId(),
        name: upload.name ?? defaultName(melody, upload.fileName),
        version: 1,
        createdAt,
        updatedAt: createdAt,
        holds: { tracks: 1, storedBytes: upload.bytes.length },
        sha256: createHash("sha256").update(upload.bytes).digest("hex"),
        bytes: upload.bytes.length,
        bars: melody.bars,
        tempo: song.tempo,
        timeSignature: `${song.timeSignature.numerator}/${song.timeSignature.denominator}`,
        noteCount: melody.notes.length,
        lowestPitch: Math.min(...pitches),
        highestPitch: Math.max(...pitches),
        trackIndex,
        tracks: song.tracks.slice(0, mostTracksListed).map(({ index, name, program, notes }) => ({
          index,
          name: plainText(name, 100),
          program,
          noteCount: notes.length,
        })),
        changes: listedChanges(song),
      };
      const answer = jsonAnswer({ status: 201, body: trackResource(item) });
      const created = {
        ...answer,
        headers: { ...answer.headers, location: `/tracks/${item.id}`, etag: versionTag(item) },
      };
      await createWithFiles({
        item,
        items: tracks,
        holds: quotaHeld(item),
        caps,
        idempotency: remember(created),
        writeFiles: async () => {
          await files.write({
            key: trackKey(item),
            bytes: upload.bytes,
            contentType: midiType,
            tags: { [briefVersionsTag.key]: briefVersionsTag.value },
          });
        },
        pendingChanges,
        removal: { artefacts: files },
        now,
        log,
      });
      return created;
    },
  });
}
