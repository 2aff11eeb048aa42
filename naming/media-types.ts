/** The registered media type of MIDI files, which stored files and responses have. */
export const midiType = "audio/midi";

/** The media type of edit events in columns, which are a fifth as large as a list of objects. */
export const editEventColumnsType = "application/vnd.opencomposer.edits+json";

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
