import { createHash } from "node:crypto";
import {
  type OtherTimeSignature,
  otherTimeSignatures,
  timeSignatureName,
  usableTimeSignatures,
} from "../../../domain/music/bar-lines";
import { UnreadableMidiError } from "../../../domain/music/byte-reader";
import {
  firstBarWithNotes,
  type Melody,
  MelodyError,
  stretchesOf,
  timeSignaturesOf,
  trackMelody,
} from "../../../domain/music/melody";
import { melodyChanges } from "../../../domain/music/melody-changes";
import { chooseMelodyTrack, whyNoTones } from "../../../domain/music/melody-choice";
import { parseMidi, type Song } from "../../../domain/music/song";
import type { FieldError } from "../../../domain/schemas/api/problem";
import { plainText } from "../../../domain/schemas/text";
import type { UserQuotas } from "../../../domain/schemas/user-quotas";
import { briefVersionsTag, trackKey } from "../../../naming/object-keys";
import { versionTag } from "../../http/entity-tag";
import { respondOnce } from "../../http/idempotency";
import { midiType } from "../../http/midi-response";
import { Problem } from "../../http/problem";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { createWithFiles } from "../../resources/create-with-files";
import type { IdempotencyRecords } from "../../stores/idempotency-records";
import { quotaHeld, type TrackItem } from "../../stores/items";
import type { ObjectStore } from "../../stores/objects";
import { doneWith, isDone } from "../../stores/outcome";
import type { PendingChanges } from "../../stores/pending-changes";
import type { Tracks } from "../../stores/tracks";
import type { Log } from "../../telemetry/logger";
import { trackResource } from "./track-resource";
import { readUpload, type Upload } from "./upload";

export interface CreateTrackParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "begin" | "create">;
  readonly pendingChanges: Pick<PendingChanges, "abandon" | "remove">;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly files: Pick<ObjectStore, "write" | "delete" | "deleteAllUnder">;
  readonly quotas: UserQuotas;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

/** A row is read at every poll: what it says of a file stays small. */
const maxTracksListed = 64;
const maxChangesListed = 50;
const maxOtherTimeSignaturesListed = 50;
const maxChangeLength = 300;
const maxTextLength = 200;

function readSong(bytes: Uint8Array): Song {
  try {
    return parseMidi(bytes);
  } catch (error) {
    if (error instanceof UnreadableMidiError) throw new Problem("UNREADABLE_MIDI", { detail: sentence(error.message) });
    throw error;
  }
}

type TrackChoice = Pick<Upload, "trackIndex" | "trackIndexField">;

/** The file, its melody, and all that is to say of how it was found and read. */
interface ReadMelody {
  readonly song: Song;
  readonly melody: Melody;
  readonly trackIndex: number;
  readonly changes: readonly string[];
}

function readMelody(song: Song, { trackIndex: asked, trackIndexField }: TrackChoice): ReadMelody {
  const choice = asked === undefined ? chooseMelodyTrack(song.tracks) : undefined;
  if (asked === undefined && choice === undefined) throw noMelody(song, trackIndexField.pointer);
  const trackIndex = asked ?? choice?.track.index ?? 0;
  try {
    const melody = trackMelody(song, trackIndex);
    const track = song.tracks.find(({ index }) => index === trackIndex);
    const read = track === undefined ? [] : melodyChanges({ song, track, melody });
    return { song, melody, trackIndex, changes: [...(choice?.changes ?? []), ...read] };
  } catch (error) {
    if (!(error instanceof MelodyError)) throw error;
    const errors = melodyErrors(error, song, trackIndexField);
    throw new Problem(error.code, { detail: sentence(error.message), ...(errors.length === 0 ? {} : { errors }) });
  }
}

function noMelody({ tracks }: Song, pointer: string): Problem {
  const named = tracks.slice(0, 8).map((track) => {
    const name = JSON.stringify(Array.from(track.name).slice(0, 40).join(""));
    return `track ${track.index} ${name} ${whyNoTones(track) ?? "has no tones"}`;
  });
  const others = tracks.length > named.length ? `; and ${tracks.length - named.length} more` : "";
  const advice = "If one of them is a melody all the same, ask for it with trackIndex";
  return new Problem("NO_MELODY", {
    detail: `${sentence(`no track of the file is a melody: ${named.join("; ")}${others}`)} ${advice}.`,
    errors: [
      {
        pointer,
        reason: "is required for a file in which every track is drums, a click track or noises",
        allowed: tracks
          .map(({ index }) => index)
          .join(", ")
          .slice(0, maxTextLength),
      },
    ],
  });
}

function melodyErrors(
  { code }: MelodyError,
  song: Song,
  trackIndexField: TrackChoice["trackIndexField"],
): FieldError[] {
  if (code === "TIME_SIGNATURE_NOT_SUPPORTED") {
    const value = timeSignaturesOf(song).join(", ").slice(0, maxTextLength);
    return [
      {
        pointer: "/timeSignature",
        reason: "no note of the track stands in a bar of four quarter notes",
        value,
        allowed: usableTimeSignatures.join(", "),
      },
    ];
  }
  if (code !== "TRACK_NOT_FOUND") return [];
  const allowed = song.tracks
    .map(({ index }) => index)
    .join(", ")
    .slice(0, maxTextLength);
  return [{ ...trackIndexField, reason: "no track with notes has this index", allowed }];
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

function listedChanges(song: Song, read: readonly string[]): string[] {
  const changes = read.map((change) => plainText(change, maxChangeLength));
  if (song.tracks.length > maxTracksListed) {
    changes.unshift(`the file has ${song.tracks.length} tracks with notes; the first ${maxTracksListed} are listed`);
  }
  const more = changes.length - maxChangesListed;
  return more > 0 ? [...changes.slice(0, maxChangesListed), `and ${more} more`] : changes;
}

/** Where there are more, the last one stands for all the bars after it. */
function listedTimeSignatures(melody: Melody): OtherTimeSignature[] {
  const others = otherTimeSignatures(stretchesOf(melody));
  if (others.length <= maxOtherTimeSignaturesListed) return others;
  const listed = others.slice(0, maxOtherTimeSignaturesListed - 1);
  const firstBar = others[maxOtherTimeSignaturesListed - 1]?.firstBar ?? 1;
  return [...listed, { firstBar, lastBar: melody.bars, timeSignature: "several" }];
}

/** Reads the file of an upload and finds its melody. @throws Problem 422 */
export function readUploadedMelody({ bytes, ...choice }: Pick<Upload, "bytes"> & TrackChoice): ReadMelody {
  return readMelody(readSong(bytes), choice);
}

/** Reads a MIDI upload, chooses its melody and keeps the file as it came. */
export async function createTrack(params: CreateTrackParams): Promise<Response> {
  const { request, tracks, pendingChanges, idempotencyRecords, files, quotas, newId, now, log } = params;
  const sub = request.subject();
  const upload = readUpload(request);
  return await respondOnce({
    request,
    records: idempotencyRecords,
    now,
    content: upload.content,
    create: async (recordResponse) => {
      const { song, melody, trackIndex, changes } = readUploadedMelody(upload);
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
        tempo: melody.tempo,
        timeSignature: timeSignatureName(song.timeSignatures[0]),
        noteCount: melody.notes.length,
        lowestPitch: Math.min(...pitches),
        highestPitch: Math.max(...pitches),
        trackIndex,
        firstBarWithNotes: firstBarWithNotes(melody),
        otherMetres: listedTimeSignatures(melody),
        tracks: song.tracks.slice(0, maxTracksListed).map(({ index, name, program, notes }) => ({
          index,
          name: plainText(name, 100),
          program,
          noteCount: notes.length,
        })),
        changes: listedChanges(song, changes),
      };
      const response = jsonResponse({ status: 201, body: trackResource(item) });
      const created = {
        ...response,
        headers: { ...response.headers, location: `/tracks/${item.id}`, etag: versionTag(item) },
      };
      const outcome = await createWithFiles({
        item,
        items: tracks,
        holds: quotaHeld(item),
        quotas,
        idempotency: recordResponse(created),
        writeFiles: async () => {
          await files.write({
            key: trackKey(item),
            body: upload.bytes,
            contentType: midiType,
            tags: { [briefVersionsTag.key]: briefVersionsTag.value },
          });
        },
        pendingChanges,
        removal: { artifacts: files },
        log,
      });
      return isDone(outcome) ? doneWith(created) : outcome;
    },
  });
}
