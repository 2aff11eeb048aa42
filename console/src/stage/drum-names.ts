/** What drums are called: the sounds of General MIDI's set of drums, by pitch, shortened where a row has little room. */
const firstPitch = 35;
const names = [
  ...["Kick 2", "Kick", "Side stick", "Snare", "Clap", "Snare 2", "Floor tom 2", "Closed hi-hat", "Floor tom"],
  ...["Pedal hi-hat", "Low tom", "Open hi-hat", "Low mid tom", "High mid tom", "Crash", "High tom", "Ride"],
  ...["China cymbal", "Ride bell", "Tambourine", "Splash", "Cowbell", "Crash 2", "Vibraslap", "Ride 2"],
  ...["High bongo", "Low bongo", "Muted conga", "High conga", "Low conga", "High timbale", "Low timbale"],
  ...["High agogo", "Low agogo", "Cabasa", "Maracas", "Short whistle", "Long whistle", "Short guiro", "Long guiro"],
  ...["Claves", "High wood block", "Low wood block", "Muted cuica", "Open cuica", "Muted triangle", "Open triangle"],
] as const;

/** Returns the name of a drum. Pitches outside of the standard's set have none but their number. */
export const drumName = (pitch: number): string => names[pitch - firstPitch] ?? `Drum ${pitch}`;
