/**
 * Measures how many files a core extracts in a second, and how many other libraries only read in the same run.
 *
 *   npx tsx test/bench/extraction.ts             bands that the arranger makes
 *   npx tsx test/bench/extraction.ts FOLDER      the MIDI files of a folder
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import * as z from "zod";
import { arrangedFiles } from "../support/arranged-files";

const root = resolve(__dirname, "../..");
const python = join(root, ".venv/training/bin/python");
const otherReaders = join(__dirname, "reading_bench.py");

const measuredSchema = z.object({
  files: z.int(),
  notes: z.int(),
  parsedASecond: z.number(),
  extractedASecond: z.number(),
});
const readersSchema = z.record(z.string(), z.number());

/** Files in a second of CPU time. */
export interface ExtractionSpeed extends z.infer<typeof measuredSchema> {
  /** Of libraries that only read them, by name. */
  readonly readers: Readonly<Record<string, number>>;
}

/** Measures in a process of its own, in which nothing else was compiled or kept. */
const program = `
  import { readdirSync, readFileSync } from "node:fs";
  import { join } from "node:path";
  import { extractFile } from "./domain/music/extraction/extract";
  import { UnreadableMidiError } from "./domain/music/byte-reader";
  import { parseMidi } from "./domain/music/song";
  const folder = process.argv[2];
  const files = readdirSync(folder).filter((name) => /\\.(mid|midi|kar|rmi)$/i.test(name)).map((name) => new Uint8Array(readFileSync(join(folder, name))));
  const seconds = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
  const timed = (work) => { const began = seconds(); for (const bytes of files) work(bytes); return files.length / (seconds() - began); };
  let notes = 0;
  const parsedASecond = timed((bytes) => {
    try { for (const track of parseMidi(bytes, { maxNotes: 60000 }).tracks) notes += track.notes.length; }
    catch (error) { if (!(error instanceof UnreadableMidiError)) throw error; }
  });
  const extractedASecond = timed((bytes) => extractFile(bytes));
  console.log(JSON.stringify({ files: files.length, notes, parsedASecond, extractedASecond }));`;

function run(command: string, given: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(command, given, { encoding: "utf8", cwd: root });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return stdout.trim().split("\n").at(-1) ?? "";
}

/** Measures the MIDI files of a folder. Without one the arranger makes files of about 2,500 notes. */
export function measureExtraction(given?: string): ExtractionSpeed {
  const work = mkdtempSync(join(tmpdir(), "extraction-bench-"));
  try {
    const folder = given ?? work;
    if (given === undefined) {
      const large = arrangedFiles({ count: 400, seed: 1 }).filter(({ bytes }) => bytes.length > 12_000);
      large.forEach(({ bytes }, index) => {
        writeFileSync(join(work, `${String(index).padStart(3, "0")}.mid`), bytes);
      });
    }
    const bundle = join(work, "extract.cjs");
    buildSync({
      stdin: { contents: program, resolveDir: root, loader: "ts" },
      ...{ bundle: true, platform: "node", outfile: bundle, logLevel: "error" },
    });
    const measured = measuredSchema.parse(JSON.parse(run(process.execPath, [bundle, folder])));
    // Some files from the field are refused by other libraries, which would end the measurement.
    const readers = given === undefined ? readersSchema.parse(JSON.parse(run(python, [otherReaders, folder]))) : {};
    return { ...measured, readers };
  } finally {
    rmSync(work, { recursive: true });
  }
}

if (require.main === module) console.log(measureExtraction(process.argv[2]));
