/** The sound of MIDI files, by FluidSynth, and how loud it is. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const sampleRate = 22_050;

/** The length of the slices in which loudness is compared, in seconds. */
const sliceSeconds = 0.3;

export interface RenderParams {
  readonly midi: Uint8Array;
  /** The path of a General MIDI sound font. */
  readonly soundFont: string;
  /** A folder for the files that are needed on the way. */
  readonly folder: string;
}

/**
 * Renders a MIDI file without reverb and chorus, and returns the energy of each slice: the mean of the squares of its
 * samples, both sides together.
 * @throws Error with what FluidSynth said, if it is missing or fails
 */
export function sliceEnergies({ midi, soundFont, folder }: RenderParams): number[] {
  const [input, output] = [join(folder, "piece.mid"), join(folder, "piece.raw")];
  writeFileSync(input, midi);
  const options = ["-q", "-n", "-i", "-R", "0", "-C", "0", "-g", "0.6", "-r", String(sampleRate)];
  const format = ["-T", "raw", "-O", "s16", "-F", output];
  const done = spawnSync("fluidsynth", [...options, ...format, soundFont, input], { encoding: "utf8" });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`fluidsynth ended with ${String(done.status)}: ${done.stderr}`);
  return energies(readFileSync(output));
}

/** Returns the energies of slices of interleaved stereo samples of 16 bits. */
function energies(raw: Buffer): number[] {
  const samples = new Int16Array(raw.buffer, raw.byteOffset, Math.floor(raw.length / 2));
  const size = 2 * Math.round(sliceSeconds * sampleRate);
  const slices: number[] = [];
  for (let start = 0; start + size <= samples.length; start += size) {
    const slice = samples.subarray(start, start + size);
    slices.push(slice.reduce((sum, value) => sum + value * value, 0) / size);
  }
  return slices;
}
