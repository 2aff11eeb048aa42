import { createHash } from "node:crypto";
import { metreName, otherMetres, usableMetres, type OtherMetre } from "../../../domain/music/bar-lines";
import { UnreadableMidiError } from "../../../domain/music/byte-reader";
import {
  firstBarWithNotes,
  MelodyError,
  metresOf,
  stretchesOf,
  trackMelody,
  type Melody,
} from "../../../domain/music/melody";
import { melodyChanges } from "../../../domain/music/melody-changes";
import { chooseMelodyTrack, whyNoTones } from "../../../domain/music/melody-choice";
import { parseMidi, type Song } from "../../../domain/music/song";
import { readableText } from "../../../domain/music/text-encoding";
import { trackKey } from "../../../domain/names/object-keys";
import { createTrackQuerySchema, trackResource } from "../../../domain/schemas/api/tracks";
import type { FieldError } from "../../../domain/schemas/api/problem";
import type { TrackItem } from "../../../domain/schemas/items";
import type { UserCaps } from "../../../domain/schemas/user-caps";
import type { StoredFiles } from "../../aws/stored-files";
import { TableRefusal } from "../../aws/table/errors";
import type { IdempotencyRecords } from "../../aws/table/idempotency-records";
import type { OwnedItems } from "../../aws/table/owned-items";
import { jsonAnswer, type Answer } from "../../http/answer";
import { versionTag } from "../../http/entity-tag";
import { answerOnce } from "../../http/idempotency";
import { midiType } from "../../http/midi-answer";
import { Problem } from "../../http/problem";
import type { Request } from "../../http/request";
import { mediaType, parseQuery } from "../../http/validation";

export interface CreateTrackParams {
  readonly request: Request;
  readonly tracks: Pick<OwnedItems<TrackItem>, "create">;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly files: Pick<StoredFiles, "write" | "remove">;
  readonly caps: UserCaps;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** What clients and file managers call MIDI besides its proper name. */
const midiTypes: readonly string[] = [midiType, "audio/x-midi", "audio/mid", "application/x-midi"];

/** A row is read at every poll: what it says of a file stays small. */
const mostTracksListed = 64;
const mostChangesListed = 50;
const mostOtherMetresListed = 50;
const longestChange = 300;
const longestText = 200;

function readSong(bytes: Uint8Array): Song {
  try {
    return parseMidi(bytes);
  } catch (error) {
    if (error instanceof UnreadableMidiError) throw new Problem("UNREADABLE_MIDI", { detail: sentence(error.message) });
    throw error;
  }
}

/** The melody, and all that is to say of how it was found and read. */
interface ReadMelody {
  readonly melody: Melody;
  readonly trackIndex: number;
  readonly changes: readonly string[];
}

function readMelody(song: Song, asked: number | undefined): ReadMelody {
  const choice = asked === undefined ? chooseMelodyTrack(song.tracks) : undefined;
  if (asked === undefined && choice === undefined) throw noMelody(song);
  const trackIndex = asked ?? choice?.track.index ?? 0;
  try {
    const melody = trackMelody(song, trackIndex);
    const track = song.tracks.find(({ index }) => index === trackIndex);
    const read = track === undefined ? [] : melodyChanges({ song, track, melody });
    return { melody, trackIndex, changes: [...(choice?.changes ?? []), ...read] };
  } catch (error) {
    if (!(error instanceof MelodyError)) throw error;
    const errors = melodyErrors(error, song, trackIndex);
    throw new Problem(error.code, { detail: sentence(error.message), ...(errors.length === 0 ? {} : { errors }) });
  }
}

function noMelody({ tracks }: Song): Problem {
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
        pointer: "?trackIndex",
        reason: "is required for a file in which every track is drums, a click track or noises",
        allowed: tracks
          .map(({ index }) => index)
          .join(", ")
          .slice(0, longestText),
      },
    ],
  });
}

function melodyErrors({ code }: MelodyError, song: Song, trackIndex: number): FieldError[] {
  if (code === "METRE_NOT_SUPPORTED") {
    const value = metresOf(song).join(", ").slice(0, longestText);
    return [
      {
        pointer: "/timeSignature",
        reason: "no note of the track stands in a bar of four quarter notes",
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

/** A track's own name as the name of the upload: names have at least one character. */
function plainName(name: string): string {
  const plain = readableText(name);
  return plain === "" ? "Untitled" : plain;
}

function listedChanges(song: Song, read: readonly string[]): string[] {
  const changes = read.map((change) => change.slice(0, longestChange).replace(/[\ud800-\udbff]$/, ""));
  if (song.tracks.length > mostTracksListed) {
    changes.unshift(`the file has ${song.tracks.length} tracks with notes; the first ${mostTracksListed} are listed`);
  }
  const more = changes.length - mostChangesListed;
  return more > 0 ? [...changes.slice(0, mostChangesListed), `and ${more} more`] : changes;
}

/** Where there are more, the last one stands for all the bars after it. */
function listedMetres(melody: Melody): OtherMetre[] {
  const others = otherMetres(stretchesOf(melody));
  if (others.length <= mostOtherMetresListed) return others;
  const listed = others.slice(0, mostOtherMetresListed - 1);
  const firstBar = others[mostOtherMetresListed - 1]?.firstBar ?? 1;
  return [...listed, { firstBar, lastBar: melody.bars, timeSignature: "several" }];
}

/** Reads a MIDI upload, chooses its melody and keeps the file as it came. */
export async function createTrack(params: CreateTrackParams): Promise<Answer> {
  const { request, tracks, idempotencyRecords, files, caps, newId, now } = params;
  const sub = request.subject();
  const query = parseQuery(request, createTrackQuerySchema);
  const type = mediaType(request);
  if (!midiTypes.includes(type)) {
    const given = type === "" ? "no content type" : type.slice(0, 100);
    throw new Problem("UNSUPPORTED_MEDIA_TYPE", { detail: `The body has ${given}; send ${midiType}.` });
  }
  return await answerOnce({
    request,
    records: idempotencyRecords,
    now,
    create: async (remember) => {
      const song = readSong(request.body);
      const { melody, trackIndex, changes } = readMelody(song, query.trackIndex);
      const pitches = melody.notes.map(({ pitch }) => pitch);
      const createdAt = now().toISOString();
      const item: TrackItem = {
        schemaVersion: 1,
        kind: "TRACK",
        sub,
        id: newId(),
        name: query.name ?? plainName(melody.name),
        version: 1,
        createdAt,
        updatedAt: createdAt,
        sha256: createHash("sha256").update(request.body).digest("hex"),
        bytes: request.body.length,
        bars: melody.bars,
        tempo: melody.tempo,
        timeSignature: metreName(song.metres[0]),
        noteCount: melody.notes.length,
        lowestPitch: Math.min(...pitches),
        highestPitch: Math.max(...pitches),
        trackIndex,
        firstBarWithNotes: firstBarWithNotes(melody),
        otherMetres: listedMetres(melody),
        tracks: song.tracks.slice(0, mostTracksListed).map(({ index, name, program, notes }) => ({
          index,
          name: readableText(name),
          program,
          noteCount: notes.length,
        })),
        changes: listedChanges(song, changes),
      };
      const answer = jsonAnswer({ status: 201, body: trackResource(item) });
      const created = {
        ...answer,
        headers: { ...answer.headers, location: `/tracks/${item.id}`, etag: versionTag(item) },
      };
      const key = trackKey(item);
      await files.write({ key, bytes: request.body, contentType: midiType });
      try {
        await tracks.create({ item, raise: ["tracks"], caps, idempotency: remember(created) });
      } catch (error) {
        if (error instanceof TableRefusal) await files.remove([key]);
        throw error;
      }
      return created;
    },
  });
}
