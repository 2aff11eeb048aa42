/** Reads an uploaded file and finds its melody. */
import { usableTimeSignatures } from "../../domain/music/bar-lines";
import { MelodyError, timeSignaturesOf, type TrackMelody, trackMelody } from "../../domain/music/melody";
import { melodyChanges } from "../../domain/music/melody-changes";
import { chooseMelodyTrack, whyNoTones } from "../../domain/music/melody-choice";
import type { Song } from "../../domain/music/song";
import type { FieldError } from "../../domain/schemas/api/problem";
import type { TrackOrigin } from "../../domain/schemas/track-origin";
import { Problem } from "../problems/problem";
import { readableMidi, sentence } from "../problems/readable-midi";

const maxTextLength = 200;

/** A field of a request, with the value that was sent. */
type SentField = Pick<FieldError, "pointer" | "value">;

interface TrackChoice {
  /** The track that the request asks for. */
  readonly trackIndex: number | undefined;
  /** The field that gives the index, with the value that was sent, if one was sent. */
  readonly trackIndexField: SentField;
}

/** The origin of a file as a request gives it. Nothing has checked yet that there is such a composition. */
export interface RequestedOrigin extends TrackOrigin {
  /** The fields that give the composition and its track. */
  readonly fields: Readonly<Record<"compositionId" | "trackIndex", SentField>>;
}

/** A MIDI file as it was sent, and the options that were sent with it. */
export interface UploadedFile extends TrackChoice {
  readonly bytes: Uint8Array;
  /** The name that the request gives the track. */
  readonly name: string | undefined;
  /** The file's own name without its extension; "" if it has none. */
  readonly fileName: string;
  /** Where the request says that the file comes from. */
  readonly origin: RequestedOrigin;
}

/** The file, its melody, and what was changed to read it. */
export interface ReadMelody {
  readonly song: Song;
  readonly melody: TrackMelody;
  readonly trackIndex: number;
  readonly changes: readonly string[];
}

/** Reads the file of an upload and finds its melody. @throws Problem 422 */
export function readUploadedMelody({ bytes, ...choice }: Pick<UploadedFile, "bytes"> & TrackChoice): ReadMelody {
  return readMelody(readableMidi(bytes), choice);
}

function readMelody(song: Song, { trackIndex: requested, trackIndexField }: TrackChoice): ReadMelody {
  const choice = requested === undefined ? chooseMelodyTrack(song.tracks) : undefined;
  if (requested === undefined && choice === undefined) throw noMelody(song, trackIndexField.pointer);
  const trackIndex = requested ?? choice?.track.index ?? 0;
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
        reason: "no note of the track stands in a bar that can be composed with",
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
