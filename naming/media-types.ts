/** The registered name of MIDI files, which stored files and answers have. */
export const midiType = "audio/midi";

/** What clients, browsers and file managers call a MIDI file; the first is its registered name. */
export const midiTypes = [
  midiType,
  "audio/mid",
  "audio/x-midi",
  "audio/sp-midi",
  "application/x-midi",
  "application/octet-stream",
] as const;
