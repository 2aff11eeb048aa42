/** A small part of `npm run fuzz`, and the files that it has found. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fuzzMutants } from "../../../fuzz/fuzz-mutants";
import { filesToMutate, midiSubject } from "../../../fuzz/fuzz-subjects";
import { mutantOf } from "../../../fuzz/mutate-midi";
import { checkExtraction } from "../../../support/extraction-laws";

const found = resolve(__dirname, "../../../fuzz/found");

test("20,000 mutants of MIDI files are extracted or rejected: no error, no broken law, no second, no memory", async () => {
  const { mutants, findings, outcomes } = await fuzzMutants(midiSubject(), { mutants: 20_000, seed: 52 });
  expect(findings.map(({ index, what }) => ({ index, what }))).toEqual([]);
  expect(mutants).toBe(20_000);
  // If nearly all were rejected at once, the mutants would tell nothing of what comes after that.
  expect(outcomes["EXTRACTED"]).toBeGreaterThan(200);
});

test("equal numbers give equal mutants, and others give others", () => {
  const files = filesToMutate();
  const of = (index: number): string => Buffer.from(mutantOf({ files, seed: 1, index })).toString("hex");
  expect(of(7)).toBe(of(7));
  expect(new Set(Array.from({ length: 50 }, (_, index) => of(index))).size).toBeGreaterThan(45);
});

test("files that were read badly once are read well", () => {
  for (const name of readdirSync(found).filter((file) => file.endsWith(".mid"))) {
    expect(() => checkExtraction(new Uint8Array(readFileSync(join(found, name))))).not.toThrow();
  }
});
