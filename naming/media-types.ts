/** The registered media type of MIDI files, which stored files and responses have. */
export const midiType = "audio/midi";

/**
 * The media types that clients, browsers and file managers use for a MIDI file. The first is the registered one, which
 * responses have.
 */
export const midiTypes = [
  midiType,
  "audio/mid",
  "audio/x-midi",
  "audio/sp-midi",
  "application/x-midi",
  "application/octet-stream",
] as const;
