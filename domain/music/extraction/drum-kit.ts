/** The nine sounds of drums that models know, and which of them stands for each sound of General MIDI. */

/** Kick, snare, closed hat, open hat, low tom, middle tom, high tom, crash, ride: their pitches on the drum channel. */
export const kitPitches = [36, 38, 42, 46, 45, 48, 50, 49, 51] as const;
export type KitPitch = (typeof kitPitches)[number];

const soundsOf: Readonly<Record<KitPitch, readonly number[]>> = {
  36: [35, 36],
  // Side stick and clap are played where a snare would be.
  38: [37, 38, 39, 40],
  // Tambourine, cabasa, maracas and shaker keep the time as a closed hat does.
  42: [42, 44, 54, 69, 70, 82],
  46: [46],
  45: [41, 43, 45],
  48: [47, 48],
  50: [50],
  49: [49, 52, 55, 57],
  51: [51, 53, 56, 59],
};

const kit = new Map(kitPitches.flatMap((pitch) => soundsOf[pitch].map((sound) => [sound, pitch] as const)));

/** Returns the sound of the kit that stands for a pitch of the drum channel; undefined if none does. */
export const kitPitchOf = (pitch: number): KitPitch | undefined => kit.get(pitch);
