/**
 * Arranges tunes for the evaluation, which is in Python: each in every style that its time signature has or in those that
 * are asked for, under several seeds, and all else by default. Reads a JSON document from the standard input and writes one to the standard output.
 *
 *   npx tsx scripts/arrange-tunes.ts < request.json
 */
import { json } from "node:stream/consumers";
import * as z from "zod";
import { arrange, arrangerSettingsSchema } from "../domain/music/arranger/arrange";
import { styleNames, stylesIn } from "../domain/music/arranger/styles";
import { stepsOf } from "../domain/music/melody";
import { pieceTimeSignatures } from "../domain/music/time-signatures";
import { checkParameters } from "../domain/techniques/parameter-values";
import { techniques } from "../domain/techniques/registry";
import { runCommand } from "../tools/command-line";

/** Onset, duration and pitch of a note; onset and duration in sixteenths. */
const noteSchema = z.tuple([z.int().min(0), z.int().min(1), z.int().min(0).max(127)]);

const requestSchema = z.strictObject({
  seeds: z.int().min(1),
  /** Without them every style. */
  styles: z.array(z.enum(styleNames)).min(1).optional(),
  /** Drums have no tones, so most measures do without them. */
  withDrums: z.boolean().default(false),
  tunes: z.array(
    z.strictObject({
      bars: z.int().min(1),
      timeSignature: z.enum(pieceTimeSignatures),
      notes: z.array(noteSchema).min(1),
    }),
  ),
});

const velocity = 90;

async function arrangeTunes(): Promise<void> {
  const { seeds, tunes, withDrums, ...asked } = requestSchema.parse(await json(process.stdin));
  const arrangements = tunes.flatMap(({ bars, timeSignature, notes }, tune) => {
    const played = notes.map(([onset, duration, pitch]) => ({ onset, duration, pitch, velocity }));
    const steps = stepsOf({ bars, timeSignature });
    const styles = stylesIn(timeSignature).filter((style) => asked.styles?.includes(style) ?? true);
    return styles.flatMap((style) => {
      const { values } = checkParameters(techniques.arranger.parameters, { style });
      const settings = arrangerSettingsSchema.parse(values);
      return Array.from({ length: seeds }, (_, seed) => {
        const { chords, tracks } = arrange({ tune: { notes: played, bars, timeSignature }, settings, seed });
        return {
          ...{ tune, style, seed, steps, tuneIsBass: chords.every(({ tuneIsBass }) => tuneIsBass) },
          tracks: tracks
            .filter(({ isDrums }) => withDrums || !isDrums)
            .map((track) => ({
              ...{ name: track.name, isDrums: track.isDrums },
              notes: track.notes.map(({ onset, duration, pitch }) => [onset, duration, pitch]),
            })),
        };
      });
    });
  });
  process.stdout.write(JSON.stringify({ arrangements }));
}

runCommand(arrangeTunes);
