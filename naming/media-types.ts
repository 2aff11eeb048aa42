/** What clients, browsers and file managers call a MIDI file; the first is its registered name, which responses have. */
export const midiTypes = [
  "audio/midi",
  "audio/mid",
  "audio/x-midi",
  "audio/sp-midi",
  "application/x-midi",
  "application/octet-stream",
] as const;
