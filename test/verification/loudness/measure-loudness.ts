/**
 * Measures how loud the tune is beside its accompaniment: the sample melodies, accompanied by the stock models, are
 * rendered by FluidSynth, each track alone, before and after the performance, and with each preset.
 *
 *     npm run measure:loudness [-- SOUND_FONT]
 *
 * Needs FluidSynth and a General MIDI sound font (Debian: fluidsynth and timgm6mb-soundfont or fluid-soundfont-gm), and
 * the Python environment `training`. Prints a table in Markdown. It is no part of the tests: sound fonts differ.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { instrumentPresets } from "../../../domain/music/instrument-presets";
import { withInstruments } from "../../../domain/music/instruments";
import { perform, usualPerformance } from "../../../domain/music/performance";
import { sampleAsMelody, sampleMelodies } from "../../../domain/music/sample-melodies";
import { composeScore, type PerformedScore, type Score, writeMidi } from "../../../domain/music/score";
import { environmentPython } from "../../../tools/python/environments";
import { sliceEnergies } from "./sound";

const usualSoundFont = "/usr/share/sounds/sf2/TimGM6mb.sf2";
const techniques = ["unet-gan", "ar-cnn"] as const;
const noteSchema = z.object({ onset: z.int(), duration: z.int(), pitch: z.int(), velocity: z.int() });
const tracksSchema = z.array(z.object({ name: z.string(), program: z.int(), notes: z.array(noteSchema) }));

/** Returns the sample melodies with the accompaniment of a stock model. */
function accompanied(technique: string): Score[] {
  // The stock models take 4/4 alone.
  const melodies = sampleMelodies.filter(({ timeSignature }) => timeSignature === "4/4");
  const input = melodies.map(({ bars, notes }) => JSON.stringify({ bars, notes })).join("\n");
  const program = join(__dirname, "accompany.py");
  const done = spawnSync(environmentPython("training"), [program, technique], { input, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`accompany.py ended with ${String(done.status)}: ${done.stderr}`);
  const lines = done.stdout.trim().split("\n");
  return melodies.map((sample, index) =>
    composeScore({
      name: sample.id,
      melody: sampleAsMelody(sample),
      generated: tracksSchema.parse(JSON.parse(lines[index] ?? "")),
    }),
  );
}

/** Returns the piece with the notes of one track alone. */
function solo(piece: PerformedScore, kept: number): PerformedScore {
  return { ...piece, tracks: piece.tracks.map((track, index) => (index === kept ? track : { ...track, notes: [] })) };
}

const decibels = (ratio: number): number => 10 * Math.log10(ratio);

/** A slice in which a track is so much softer than the loudest slice of all is silence: -50 dB. */
const silence = 1e-5;

interface Slice {
  /** How much louder the tune is than the loudest other voice, in decibels. */
  readonly overVoice: number;
  /** How much louder it is than the others together. */
  readonly overAll: number;
}

/** Returns the slices in which the tune and another voice sound. */
function slicesOf(piece: PerformedScore, soundFont: string, folder: string): Slice[] {
  const energies = piece.tracks.map((track, index) =>
    track.notes.length === 0 ? [] : sliceEnergies({ midi: writeMidi(solo(piece, index)), soundFont, folder }),
  );
  const [tune = [], ...others] = energies;
  const floor = silence * Math.max(...energies.flat());
  return tune.flatMap((energy, slice): Slice[] => {
    const beside = others.map((other) => other[slice] ?? 0);
    const loudest = Math.max(...beside);
    if (energy < floor || loudest < floor) return [];
    const sum = beside.reduce((total, value) => total + value, 0);
    return [{ overVoice: decibels(energy / loudest), overAll: decibels(energy / sum) }];
  });
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
const share = (values: readonly number[], test: (value: number) => boolean): string =>
  `${((100 * values.filter(test).length) / values.length).toFixed(0)} %`;

function row(name: string, slices: readonly Slice[]): string {
  const [voices, all] = [slices.map(({ overVoice }) => overVoice), slices.map(({ overAll }) => overAll)];
  const cells = [
    name,
    String(slices.length),
    median(voices).toFixed(1),
    share(voices, (value) => value >= 0),
    median(all).toFixed(1),
    share(all, (value) => value < -6),
  ];
  return `| ${cells.join(" | ")} |`;
}

function main(soundFont: string): void {
  const folder = mkdtempSync(join(tmpdir(), "loudness-"));
  try {
    console.log(
      "| | slices | tune over the loudest voice, dB | at least as loud | over the rest, dB | more than 6 dB under the rest |",
    );
    console.log("| --- | --- | --- | --- | --- | --- |");
    for (const technique of techniques) {
      const pieces = accompanied(technique);
      const measured = (change: (piece: Score) => PerformedScore): Slice[] =>
        pieces.flatMap((piece) => slicesOf(change(piece), soundFont, folder));
      console.log(
        row(
          `${technique}, not performed`,
          measured((piece) => piece),
        ),
      );
      for (const preset of instrumentPresets) {
        const performed = measured((score) =>
          perform({ score: withInstruments(score, preset), options: { ...usualPerformance, instruments: preset } }),
        );
        console.log(row(`${technique}, \`${preset}\``, performed));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main(process.argv[2] ?? usualSoundFont);
