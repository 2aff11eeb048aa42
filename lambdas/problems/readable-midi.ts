/** Reads MIDI files that a request sent. */
import { UnreadableMidiError } from "../../domain/music/byte-reader";
import { parseMidi, type Song } from "../../domain/music/song";
import { Problem } from "./problem";

/** Returns the song of a file. @throws Problem UNREADABLE_MIDI that says why the bytes are no file that can be used */
export function readableMidi(bytes: Uint8Array): Song {
  try {
    return parseMidi(bytes);
  } catch (error) {
    if (error instanceof UnreadableMidiError) throw new Problem("UNREADABLE_MIDI", { detail: sentence(error.message) });
    throw error;
  }
}

/** Returns a reason as a sentence. */
export function sentence(text: string): string {
  const clipped = text.slice(0, 1000);
  return `${clipped.charAt(0).toUpperCase()}${clipped.slice(1)}${clipped.endsWith(".") ? "" : "."}`;
}
