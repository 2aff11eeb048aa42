import { sha256Of } from "../../domain/digest";
import { type BarRange, otherTimeSignatures, timeSignatureName } from "../../domain/music/bar-lines";
import { wholeFileFacts } from "../../domain/music/given-piece";
import { firstBarWithNotes, noteBarsOf, type TrackMelody } from "../../domain/music/melody";
import type { Song } from "../../domain/music/song";
import { plainText } from "../../domain/schemas/text";
import type { TrackOrigin } from "../../domain/schemas/track-origin";
import type { TrackItem } from "../stores/items";
import type { ReadMelody, UploadedFile } from "./uploaded-melody";

/** These limits keep the row of a track small, because it is read with every request for the track. */
const maxTracksListed = 64;
const maxChangesListed = 50;
const maxOtherTimeSignaturesListed = 50;
const maxChangeLength = 300;

export interface DescribeTrackParams {
  readonly sub: string;
  readonly id: string;
  readonly createdAt: string;
  readonly upload: UploadedFile;
  readonly origin: TrackOrigin;
  /** The melody that was read from the upload. */
  readonly read: ReadMelody;
}

/** Returns the row of a new track, with a description of the file and of its melody. */
export function describeTrack({ sub, id, createdAt, upload, origin, read }: DescribeTrackParams): TrackItem {
  const { song, melody, trackIndex, changes } = read;
  const pitches = melody.notes.map(({ pitch }) => pitch);
  return {
    schemaVersion: 1,
    kind: "TRACK",
    sub,
    id,
    name: upload.name ?? defaultName(melody, upload.fileName),
    version: 1,
    createdAt,
    updatedAt: createdAt,
    holds: { tracks: 1, storedBytes: upload.bytes.length },
    sha256: sha256Of(upload.bytes),
    bytes: upload.bytes.length,
    bars: melody.bars,
    tempo: melody.tempo,
    timeSignature: timeSignatureName(song.timeSignatures[0]),
    noteCount: melody.notes.length,
    lowestPitch: Math.min(...pitches),
    highestPitch: Math.max(...pitches),
    trackIndex,
    origin,
    firstBarWithNotes: firstBarWithNotes(melody),
    barsWithNotes: noteBarsOf(melody),
    allTracks: wholeFileFacts(song, { index: trackIndex, line: melody }),
    otherMetres: listedTimeSignatures(melody),
    tracks: song.tracks.slice(0, maxTracksListed).map(({ index, name, program, notes }) => ({
      index,
      name: plainText(name, 100),
      program,
      noteCount: notes.length,
    })),
    changes: listedChanges(song, changes),
  };
}

/** The name that we and many editors give a track without a name. It says less than the name of the file. */
const placeholderName = /^Track \d+$/;

/** Returns the name for an upload that gives none: the melody's own, or else that of the file. */
function defaultName({ name }: TrackMelody, fileName: string): string {
  const names = placeholderName.test(name) ? [fileName, name] : [name, fileName];
  return names.map((candidate) => plainText(candidate, 100)).find((candidate) => candidate !== "") ?? "Untitled";
}

function listedChanges(song: Song, read: readonly string[]): string[] {
  const changes = read.map((change) => plainText(change, maxChangeLength));
  if (song.tracks.length > maxTracksListed) {
    changes.unshift(`the file has ${song.tracks.length} tracks with notes; the first ${maxTracksListed} are listed`);
  }
  const more = changes.length - maxChangesListed;
  return more > 0 ? [...changes.slice(0, maxChangesListed), `and ${more} more`] : changes;
}

/** Returns the other time signatures of a melody. If there are too many, the last one stands for all bars after it. */
function listedTimeSignatures(melody: TrackMelody): BarRange[] {
  const others = otherTimeSignatures(melody.barLines);
  if (others.length <= maxOtherTimeSignaturesListed) return others;
  const listed = others.slice(0, maxOtherTimeSignaturesListed - 1);
  const firstBar = others[maxOtherTimeSignaturesListed - 1]?.firstBar ?? 1;
  return [...listed, { firstBar, lastBar: melody.bars, timeSignature: "several" }];
}
