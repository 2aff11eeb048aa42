/**
 * Makes pieces for training from the MIDI files of a folder, for builders of data sets in other languages. Writes one
 * JSON document a line to the standard output: the file with its pieces of one line-up and its report, or with the
 * reason for which it has none.
 *
 *   npx tsx scripts/extract-pieces.ts --line-up band FOLDER > pieces.jsonl
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { extractFile } from "../domain/music/extraction/extract";
import { lineUps } from "../domain/music/extraction/line-ups";
import { reportInWords } from "../domain/music/extraction/report";
import { roleOverrideSchema } from "../domain/music/extraction/role-overrides";
import { type CommandUsage, readArguments, runCommand, UsageError } from "../tools/command-line";

const usage = {
  command: "npx tsx scripts/extract-pieces.ts",
  does: "Makes pieces for training from the MIDI files of a folder.",
  options: {
    "line-up": { type: "string", default: "band", value: "NAME", does: `one of ${lineUps.join(", ")}` },
    overrides: { type: "string", value: "FILE", does: "a JSON list of rules that give tracks their roles" },
  },
  positionals: [{ name: "FOLDER", does: "the folder of the files" }],
  examples: [{ given: "--line-up trio songs", does: "writes the pieces of melody, chords and bass" }],
} as const satisfies CommandUsage;

function main(): void {
  const { values, positionals } = readArguments(usage);
  const [folder] = positionals;
  const lineUp = lineUps.find((name) => name === values["line-up"]);
  if (folder === undefined) throw new UsageError("The folder of the files is missing.");
  if (lineUp === undefined)
    throw new UsageError(`--line-up is ${values["line-up"]}; it must be ${lineUps.join(", ")}.`);
  const overrides =
    values.overrides === undefined
      ? []
      : z.array(roleOverrideSchema).parse(JSON.parse(readFileSync(values.overrides, "utf8")));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:midi?|kar|rmi|smf)$/i.test(name))
    .sort();
  for (const file of files) {
    const outcome = extractFile(new Uint8Array(readFileSync(path.join(folder, file))), { file, overrides });
    if (outcome.kind === "REJECTED") console.log(JSON.stringify({ file, rejection: outcome.rejection }));
    else {
      const { lineUps: results, report } = outcome.extraction;
      console.log(JSON.stringify({ file, ...results[lineUp], report, told: reportInWords(report) }));
    }
  }
}

runCommand(main);
