/**
 * Finds the chunks of an uploaded MIDI file. Lengths and counts in files are wrong more often than events are, so a
 * chunk's length is believed only if another chunk, or the end of the file, comes right behind it.
 */
import { midiLimits, unreadable, UnreadableMidiError } from "./byte-reader";

/** Returns the four characters that name a chunk's kind. */
const kindAt = (bytes: Uint8Array, offset: number): string =>
  String.fromCharCode(...bytes.subarray(offset, offset + 4));

const counted = (count: number, thing: "byte" | "track"): string => `${count} ${thing}${count === 1 ? "" : "s"}`;
const were = (count: number): string => (count === 1 ? "was" : "were");

const quoted = (kind: string): string => JSON.stringify(kind.replace(/[^\x20-\x7e]/g, "?"));

/** Returns the first offset, from `from` on, at which the four characters stand; -1 if there is none. */
function find(bytes: Uint8Array, kind: string, from: number): number {
  const [first = 0, ...others] = Array.from(kind, (character) => character.charCodeAt(0));
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (others.every((byte, index) => bytes[at + 1 + index] === byte)) return at;
  }
  return -1;
}

export interface UnwrappedMidi {
  /** The bytes of the MIDI file, which begin with "MThd". */
  readonly bytes: Uint8Array;
  readonly changes: readonly string[];
}

/** Old Macintosh files have 128 bytes before the header, and some downloads have a few of their own. */
const maxBytesBeforeHeader = 1024;

/** Returns the MIDI file without what is around it: a RIFF file of the kind RMID, or a few bytes before the header. */
export function unwrapMidi(bytes: Uint8Array): UnwrappedMidi {
  if (kindAt(bytes, 0) === "MThd") return { bytes, changes: [] };
  if (kindAt(bytes, 0) === "RIFF") {
    const kind = kindAt(bytes, 8);
    if (kind !== "RMID") unreadable("NOT_MIDI", `this is a RIFF file of the kind ${quoted(kind)}, not a MIDI file`);
    const inside = riffData(bytes) ?? bytes.subarray(Math.max(0, find(bytes, "MThd", 12)));
    if (kindAt(inside, 0) !== "MThd")
      unreadable("NOT_MIDI", "this is a RIFF file of the kind RMID without a MIDI file in it");
    return { bytes: inside, changes: ["the MIDI file was taken out of the RIFF file (RMID) around it"] };
  }
  const at = find(bytes.subarray(0, maxBytesBeforeHeader + "MThd".length), "MThd", 0);
  if (at < 0) unreadable("NOT_MIDI", 'this is not a MIDI file: it does not begin with "MThd"');
  return { bytes: bytes.subarray(at), changes: [`${counted(at, "byte")} before the header ${were(at)} left out`] };
}

/** Returns the chunk "data" of a RIFF file. RIFF lengths are little-endian, and its chunks begin at even offsets. */
function riffData(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 12;
  while (offset + 8 <= bytes.length) {
    const length = view.getUint32(offset + 4, true);
    if (kindAt(bytes, offset) === "data" && kindAt(bytes, offset + 8) === "MThd") {
      return bytes.subarray(offset + 8, offset + 8 + length);
    }
    offset += 8 + length + (length % 2);
  }
  return undefined;
}

/** The unit in which a file counts time: parts of a quarter note, or of a second. */
export type Division = { readonly ticksPerBeat: number } | { readonly ticksPerSecond: number };

export interface MidiHeader {
  /** 0 and 1: all tracks sound together. 2: each track is a pattern of its own, and they sound one after the other. */
  readonly format: number;
  readonly division: Division;
  /** Number of tracks, as the header states it. */
  readonly trackCount: number;
  /** Offset at which the first chunk after the header begins. */
  readonly end: number;
}

/**
 * Reads the header of a MIDI file.
 * @throws UnreadableMidiError when it is none, or the file is of a kind that we cannot use
 */
export function readHeader(bytes: Uint8Array): MidiHeader {
  if (bytes.length < 14)
    unreadable("NOT_MIDI", `this is not a MIDI file: its header ends after ${bytes.length} of 14 bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(4);
  if (headerLength < 6 || 8 + headerLength > bytes.length)
    unreadable("DAMAGED_MIDI", `the header chunk has the length ${headerLength}; it must be 6`);
  const format = view.getUint16(8);
  if (format > 2) unreadable("DAMAGED_MIDI", `the file has the format ${format}; it must be 0, 1 or 2`);
  return { format, division: readDivision(view), trackCount: view.getUint16(10), end: 8 + headerLength };
}

/** Frames in a second by the number with which SMPTE time names them. 29 stands for 30 frames in 1.001 seconds. */
const frameRates: Readonly<Record<number, number>> = { 24: 24, 25: 25, 29: 30 / 1.001, 30: 30 };

/** Reads the division: ticks of a beat or, with the highest bit set, SMPTE frames of a second and ticks of a frame. */
function readDivision(view: DataView): Division {
  const division = view.getUint16(12);
  if (division === 0) unreadable("DAMAGED_MIDI", "the division is 0 ticks a beat; it must be 1 to 32767");
  if (division < 0x8000) return { ticksPerBeat: division };
  const frames = -view.getInt8(12);
  const framesPerSecond = frameRates[frames];
  const ticksPerFrame = view.getUint8(13);
  if (framesPerSecond === undefined || ticksPerFrame === 0) {
    const found = `${frames} frames a second and ${ticksPerFrame} ticks a frame`;
    return unreadable("DAMAGED_MIDI", `the division is ${found}; it must be 24, 25, 29 or 30 and 1 to 255`);
  }
  return { ticksPerSecond: framesPerSecond * ticksPerFrame };
}

/** The place at which the events of one track end, as far as they could be read. */
export interface TrackEnd {
  /** Offset at which its events end. */
  readonly end: number;
  /** True if they end with the track's end-of-track event. */
  readonly ended: boolean;
}

export interface WalkChunksParams {
  readonly bytes: Uint8Array;
  readonly header: MidiHeader;
  /** Reads the events that begin at `from` and stand before `limit`. */
  readonly readTrack: (from: number, limit: number, label: string) => TrackEnd;
  readonly addChange: (change: string) => void;
}

/**
 * Finds every track chunk, from front to back, and has it read. Wrong lengths and counts are reported as changes.
 * @returns the number of tracks
 * @throws UnreadableMidiError
 */
export function walkChunks({ bytes, header, readTrack, addChange }: WalkChunksParams): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isKind = (offset: number): boolean => /^[A-Za-z0-9 _-]{4}$/.test(kindAt(bytes, offset));
  const endOf = (offset: number): number => offset + 8 + view.getUint32(offset + 4);
  const isBoundary = (offset: number): boolean =>
    offset === bytes.length ||
    (offset + 8 <= bytes.length &&
      (kindAt(bytes, offset) === "MTrk" || (isKind(offset) && endOf(offset) <= bytes.length)));

  let tracks = 0;
  let offset = header.end;
  while (offset + 8 <= bytes.length) {
    const kind = kindAt(bytes, offset);
    const declaredEnd = endOf(offset);
    if (kind === "MTrk") {
      if (tracks === midiLimits.tracks)
        unreadable("TOO_MANY_TRACKS", `the file has more than ${midiLimits.tracks} tracks`);
      const label = `track ${tracks}`;
      const declared = declaredEnd - offset - 8;
      const from = offset + 8;
      const believed = isBoundary(declaredEnd);
      const { end, ended } = readWithDeclaredLength(
        () => readTrack(from, believed ? declaredEnd : bytes.length, label),
        {
          label,
          declared,
          believed,
        },
      );
      tracks += 1;
      const isTrackNext = end + 8 <= bytes.length && kindAt(bytes, end) === "MTrk";
      if (end === declaredEnd || (!ended && believed)) {
        if (!ended) addChange(`${label} has no end-of-track event`);
        offset = declaredEnd;
      } else if (!ended && declaredEnd > bytes.length) {
        addChange(`the file ends in the middle of ${label}: what stands before was read`);
        offset = bytes.length;
      } else if (ended && believed && end < declaredEnd && !isTrackNext) {
        const over = declaredEnd - end;
        addChange(`${counted(over, "byte")} after the end of ${label} ${were(over)} left out`);
        offset = declaredEnd;
      } else {
        addChange(
          `${label} says that it has ${counted(declared, "byte")}; it was read to its end, which is at ${end - from}`,
        );
        offset = end;
      }
    } else if (isKind(offset) && declaredEnd <= bytes.length) {
      addChange(`a chunk of the unknown kind ${quoted(kind)} was left out`);
      offset = declaredEnd;
    } else {
      const next = find(bytes, "MTrk", offset);
      if (next < 0) break;
      const between = next - offset;
      const are = between === 1 ? "is" : "are";
      addChange(`${counted(between, "byte")} at offset ${offset} that ${are} no chunk ${were(between)} left out`);
      offset = next;
    }
  }
  if (tracks === 0) unreadable("NO_NOTES", "the file has no tracks");
  const after = bytes.length - offset;
  if (after > 0) addChange(`${counted(after, "byte")} after the last track ${were(after)} left out`);
  if (tracks !== header.trackCount) {
    addChange(`the file says that it has ${counted(header.trackCount, "track")}; it has ${tracks}, and all were read`);
  }
  return tracks;
}

/** The length that a track chunk declares, and whether it can be believed. */
interface DeclaredLength {
  readonly label: string;
  readonly declared: number;
  readonly believed: boolean;
}

/**
 * Reads a track. If its length cannot be right, it may have been read past its end, so an error also names the length.
 */
function readWithDeclaredLength(read: () => TrackEnd, { label, declared, believed }: DeclaredLength): TrackEnd {
  try {
    return read();
  } catch (error) {
    if (believed || !(error instanceof UnreadableMidiError)) throw error;
    return unreadable(
      error.code,
      `${error.message}; ${label} says that it has ${counted(declared, "byte")}, which cannot be right`,
    );
  }
}
