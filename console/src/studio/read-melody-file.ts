/**
 * Opens a MIDI file by the server's own code, so that what the server would refuse is refused before it is sent, in the
 * same words. It is a chunk of its own, because most people never open a file.
 */
import { UnreadableMidiError } from "../../../domain/music/byte-reader";
import { MelodyError, trackMelody } from "../../../domain/music/melody";
import { chooseMelodyTrack, whyNoTones } from "../../../domain/music/melody-choice";
import { parseMidi, type Song } from "../../../domain/music/song";

export interface FileTrack {
  /** The track's number, as the API counts. */
  readonly index: number;
  readonly name: string;
  readonly noteCount: number;
}

export interface MelodyFile {
  /** The tracks with notes, in the order in which a piece has them. */
  readonly tracks: readonly FileTrack[];
  /** The number of the track that the server would take. */
  readonly chosen: number;
}

/** The error for a file of which the server would make no melody. The message is a sentence for the user. */
export class MelodyFileError extends Error {
  override readonly name = "MelodyFileError";
}

const sentence = (reason: string): string => `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`;

function parse(bytes: Uint8Array): Song {
  try {
    return parseMidi(bytes);
  } catch (error) {
    if (error instanceof UnreadableMidiError) throw new MelodyFileError(sentence(error.message), { cause: error });
    throw error;
  }
}

/** @throws MelodyFileError when the track cannot be a melody */
function checkTrack(song: Song, index: number): void {
  try {
    trackMelody(song, index);
  } catch (error) {
    if (error instanceof MelodyError) throw new MelodyFileError(sentence(error.message), { cause: error });
    throw error;
  }
}

/** @throws MelodyFileError when the file is no MIDI file, or has no track that can be a melody */
export function readMelodyFile(bytes: Uint8Array, trackIndex?: number): MelodyFile {
  const song = parse(bytes);
  const tracks = song.tracks.map(({ index, name, notes }) => ({ index, name, noteCount: notes.length }));
  const choice = trackIndex ?? chooseMelodyTrack(song.tracks)?.track.index;
  if (choice === undefined) {
    const reasons = song.tracks
      .slice(0, 8)
      .map((track) => `track ${track.index} ${JSON.stringify(track.name)} ${whyNoTones(track) ?? "has no tones"}`);
    throw new MelodyFileError(sentence(`no track of the file is a melody: ${reasons.join("; ")}`));
  }
  checkTrack(song, choice);
  return { tracks, chosen: choice };
}
