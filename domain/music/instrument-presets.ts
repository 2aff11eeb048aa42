/** Named sets of instruments, as General MIDI programs. */

export interface Ensemble {
  /** General MIDI program of the tune. */
  readonly tune: number;
  /** Programs of the other voices, from the highest down. The last one is for all that are left. */
  readonly voices: readonly [number, ...number[]];
  readonly bass: number;
}

/** The presets by their names. `model` is none of them: it leaves the instruments that melody and model have. */
export const ensembles = {
  choir: { tune: 52, voices: [52], bass: 52 },
  strings: { tune: 40, voices: [48], bass: 43 },
  brass: { tune: 56, voices: [60, 57], bass: 58 },
  organ: { tune: 19, voices: [19], bass: 19 },
  piano: { tune: 0, voices: [0], bass: 0 },
  band: { tune: 65, voices: [4, 27], bass: 33 },
} as const satisfies Record<string, Ensemble>;

/** The names of the presets, and `model` for the instruments that melody and model have. */
export const instrumentPresets = ["model", "choir", "strings", "brass", "organ", "piano", "band"] as const;
export type InstrumentPreset = (typeof instrumentPresets)[number];

/** General MIDI programs of instruments that are struck or plucked, from the first to the last of each group. */
const struckOrPlucked = [
  [0, 15], // pianos, bells, mallets
  [24, 28], // guitars without distortion
  [32, 37], // basses
  [45, 47], // pizzicato, harp, timpani
  [104, 108], // sitar to kalimba
  [112, 118], // percussion
] as const;

/** Returns true if a held note of a General MIDI program dies away, false if it sounds on. */
export function diesAway(program: number): boolean {
  return struckOrPlucked.some(([first, last]) => first <= program && program <= last);
}
