/**
 * `npm run fuzz`: has mutants of MIDI files and of archives read, and keeps those that are read badly in
 * `test/fuzz/found`, from where `npm test` reads them from then on.
 *
 *   npm run fuzz -- --mutants 1000000 --archives 100000 --seed 7
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { type CommandUsage, readOptions, runCommand, UsageError } from "../../tools/command-line";
import { fuzzMutants, type FuzzSubject } from "./fuzz-mutants";
import { archiveSubject, midiSubject } from "./fuzz-subjects";

const usage = {
  command: "npm run fuzz",
  does: "Has mutants of MIDI files and of archives read, and keeps those that are read badly.",
  options: {
    mutants: { type: "string", default: "100000", value: "N", does: "how many MIDI files, from 0 to 100000000" },
    archives: { type: "string", default: "10000", value: "N", does: "how many archives, from 0 to 100000000" },
    seed: { type: "string", default: "1", value: "N", does: "the seed of the mutants, from 0 to 4294967295" },
  },
  examples: [{ given: "--mutants 1000000", does: "takes half an hour on a core" }],
} as const satisfies CommandUsage;

const optionsSchema = z.object({
  mutants: z.coerce.number().int().min(0).max(100_000_000),
  archives: z.coerce.number().int().min(0).max(100_000_000),
  seed: z.coerce.number().int().min(0).max(0xffff_ffff),
});

async function main(): Promise<void> {
  const given = optionsSchema.safeParse(readOptions(usage));
  if (!given.success) throw new UsageError(z.prettifyError(given.error));
  const { mutants, archives, seed } = given.data;
  const found = [
    await fuzz({ subject: midiSubject(), mutants, seed, suffix: "mid" }),
    await fuzz({ subject: archiveSubject(), mutants: archives, seed, suffix: "zip" }),
  ];
  const findings = found.reduce((sum, count) => sum + count, 0);
  if (findings > 0) throw new Error(`${findings} mutants were read badly`);
}

interface FuzzRun {
  readonly subject: FuzzSubject;
  readonly mutants: number;
  readonly seed: number;
  readonly suffix: "mid" | "zip";
}

/** @returns how many mutants were read badly */
async function fuzz({ subject, mutants: wanted, seed, suffix }: FuzzRun): Promise<number> {
  if (wanted === 0) return 0;
  const { mutants, seconds, outcomes, findings, slowest } = await fuzzMutants(subject, {
    ...{ mutants: wanted, seed },
    onProgress: (count) => {
      console.log(`${count} mutants (${suffix})`);
    },
    onFinding: ({ index, what, bytes }) => {
      const name = `${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}.${suffix}`;
      writeFileSync(join(__dirname, "found", name), bytes);
      console.error(`mutant ${index} is kept as test/fuzz/found/${name}: ${what}`);
    },
  });
  console.log(`${mutants} mutants in ${Math.round(seconds)} s; the slowest that was seen took ${slowest.toFixed(2)} s`);
  for (const [outcome, count] of Object.entries(outcomes)) console.log(`  ${outcome}: ${count}`);
  return findings.length;
}

runCommand(main);
