/** A small part of `npm run fuzz` for archives, and the archives that it has found. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fuzzMutants } from "../../fuzz/fuzz-mutants";
import { archiveSubject } from "../../fuzz/fuzz-subjects";
import { checkArchive } from "../../support/archive-laws";

const found = resolve(__dirname, "../../fuzz/found");

test("4,000 mutants of archives are listed or refused: no error, no broken law, no second, no memory", async () => {
  const { mutants, findings, outcomes } = await fuzzMutants(archiveSubject(), { mutants: 4_000, seed: 52 });
  expect(findings.map(({ index, what }) => ({ index, what }))).toEqual([]);
  expect(mutants).toBe(4_000);
  // If nearly all were refused at once, the mutants would tell nothing of what comes after that.
  expect(outcomes["LISTED"]).toBeGreaterThan(400);
});

test("the archives are read well before they are changed", async () => {
  for (const archive of archiveSubject().files) {
    expect(await checkArchive(archive)).toMatchObject({ kind: "LISTED", rejected: [] });
  }
});

test("archives that were read badly once are read well", async () => {
  for (const name of readdirSync(found).filter((file) => file.endsWith(".zip"))) {
    await expect(checkArchive(new Uint8Array(readFileSync(join(found, name))))).resolves.toBeDefined();
  }
});
