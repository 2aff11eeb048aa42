/** Takes out of a MIDI file of ours what an upload may have told, before people who are not signed in get it. */
import { encode } from "json-midi-encoder-worker/build/es2019/midi-file-encoder";
import type { IMidiProgramChangeEvent, IMidiTrackNameEvent } from "midi-json-parser-worker";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
import { drumChannel } from "./midi-writer";
import { type NamedTrack, publicTrackNames } from "./public-track-names";

type FileEvent = ReturnType<typeof parseArrayBuffer>["tracks"][number][number];

/** What our files have besides names: what is heard and how it is counted. No other text and no data is in the list. */
const keptKinds = [
  ...["noteOn", "noteOff", "programChange", "controlChange"],
  ...["setTempo", "timeSignature", "endOfTrack"],
];

// The parser's event types carry an index signature, so `in` alone does not narrow them.
const isTrackName = (event: FileEvent): event is IMidiTrackNameEvent => "trackName" in event;
const isProgramChange = (event: FileEvent): event is IMidiProgramChangeEvent => "programChange" in event;

/** Returns a name as it was written. The parser makes a character of each byte, and our files are in UTF-8. */
const decoded = (name: string): string =>
  new TextDecoder().decode(Uint8Array.from(name, (character) => character.charCodeAt(0)));

function namedTrack(events: readonly FileEvent[]): NamedTrack {
  return {
    name: decoded(events.find(isTrackName)?.trackName ?? ""),
    program: events.find(isProgramChange)?.programChange.programNumber ?? 0,
    isDrums: events.some((event) => "channel" in event && event.channel === drumChannel),
  };
}

/** Returns the events that stay. The time before an event that is left out goes to the next one. */
function publicEvents(events: readonly FileEvent[], name: string): FileEvent[] {
  let isNamed = false;
  let left = 0;
  return events.flatMap((event) => {
    const delta = left + event.delta;
    if (isTrackName(event) && !isNamed) {
      isNamed = true;
      left = 0;
      return [{ delta, trackName: name }];
    }
    if (!keptKinds.some((kind) => kind in event)) {
      left = delta;
      return [];
    }
    left = 0;
    return [{ ...event, delta }];
  });
}

/**
 * Returns a file that {@link writePlayedPiece} has written with public names of its tracks, and without any other text.
 * A file with public names only is returned byte for byte.
 */
export function publicMidi(bytes: Uint8Array): Uint8Array {
  const { division, format, tracks } = parseArrayBuffer(Uint8Array.from(bytes).buffer);
  const names = publicTrackNames(tracks.map(namedTrack));
  return new Uint8Array(
    encode({ division, format, tracks: tracks.map((events, index) => publicEvents(events, names[index] ?? "")) }),
  );
}
