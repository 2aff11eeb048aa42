/**
 * Measures how a data set of 100,000 pieces is filtered and counted and the manifest of a job is written, from the bytes of
 * its catalogue, how 20,000 pieces are frozen into a version, and how a container loads as many.
 *
 *   npx tsx test/bench/catalogue.ts
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import * as z from "zod";
import { catalogueFile } from "../../domain/datasets/catalogue-file";
import type { CataloguePiece } from "../../domain/datasets/columnar-catalogue";

const root = resolve(__dirname, "../..");
const pieceCount = 100_000;

const measuredSchema = z.object({ cpuSeconds: z.number(), peakMegabytes: z.number() });
const filteredSchema = measuredSchema.extend({ selected: z.int(), values: z.int() });

export interface DatasetSpeed {
  readonly storedBytes: number;
  readonly filtered: z.infer<typeof filteredSchema>;
  readonly everything: z.infer<typeof filteredSchema>;
  /** The freezing of 20,000 files of one piece of about a thousand notes, without the bucket. */
  readonly frozen: z.infer<typeof measuredSchema>;
  /** A container that loads 20,000 pieces of about a thousand notes. */
  readonly loaded: z.infer<typeof measuredSchema>;
}

/** Measures in a process of its own, in which nothing else was compiled or kept. */
const program = `
  import { readFileSync } from "node:fs";
  import { gunzipSync } from "node:zlib";
  import { openCatalogue } from "./domain/datasets/catalogue-file";
  import { isTrainedOn } from "./domain/training/selection";
  const bytes = readFileSync(process.argv[2]);
  const topics = JSON.parse(process.argv[3]);
  const before = process.cpuUsage();
  const { catalogue } = openCatalogue(JSON.parse(gunzipSync(bytes).toString("utf8")));
  const chosen = catalogue.narrow(catalogue.select(topics), isTrainedOn);
  const counts = catalogue.count(chosen);
  const pieces = catalogue.pieces(chosen);
  JSON.stringify(pieces.map(({ id, split }) => ({ id, split })));
  const { user, system } = process.cpuUsage(before);
  const values = Object.values(counts).reduce((sum, each) => sum + Object.keys(each).length, 0);
  console.log(JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024, selected: pieces.length, values }));`;

function run(command: string, given: readonly string[]): unknown {
  const { stdout, stderr, status } = spawnSync(command, given, { encoding: "utf8", cwd: root });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** Returns made-up pieces with nine tags, some of thousands of values of which few are frequent. */
function madeUpPieces(): CataloguePiece[] {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(random() * count);
  const seldomHigh = (count: number): number => Math.min(count - 1, Math.floor(count ** random() - 1));
  const splits = [
    "train",
    "train",
    "train",
    "train",
    "train",
    "train",
    "train",
    "train",
    "validation",
    "test",
  ] as const;
  return Array.from({ length: pieceCount }, (_, index) => ({
    id: `${below(2 ** 32)
      .toString(16)
      .padStart(8, "0")}${index.toString(16).padStart(24, "0")}`,
    bars: 8 + below(200),
    split: splits[below(splits.length)] ?? "train",
    tags: {
      genre: [`genre-${seldomHigh(12)}`],
      composer: [`composer-${seldomHigh(5_000)}`],
      key: [`key-${seldomHigh(24)}`],
      mode: [below(10) < 6 ? "major" : "minor"],
      metre: [`metre-${seldomHigh(4)}`],
      length: [`length-${below(3)}`],
      tempo: [`tempo-${below(3)}`],
      drums: [below(10) < 6 ? "yes" : "no"],
      folder: [`folder-${seldomHigh(800)}`],
    },
  }));
}

export function measureDatasets(): DatasetSpeed {
  const work = mkdtempSync(join(tmpdir(), "catalogue-bench-"));
  try {
    const dataset = { id: "made-up", version: "1", sha256: "0".repeat(64), name: "Made up", licence: "none needed" };
    const packed = gzipSync(
      JSON.stringify(catalogueFile({ dataset, voices: ["Melody", "Bass"], pieces: madeUpPieces() })),
    );
    const [file, bundle] = [join(work, "catalogue.json.gz"), join(work, "filter.cjs")];
    const freezing = join(work, "freeze.cjs");
    writeFileSync(file, packed);
    buildSync({
      stdin: { contents: program, resolveDir: root, loader: "ts" },
      ...{ bundle: true, platform: "node", outfile: bundle, logLevel: "error" },
    });
    buildSync({
      ...{ entryPoints: [join(__dirname, "freeze-version.ts")], outfile: freezing, absWorkingDir: root },
      ...{ bundle: true, platform: "node", logLevel: "error" },
    });
    const filter = (topics: object) =>
      filteredSchema.parse(run(process.execPath, [bundle, file, JSON.stringify(topics)]));
    const topics = { genre: ["genre-0", "genre-3"], mode: ["minor"], metre: ["metre-0"], drums: ["yes"] };
    return {
      storedBytes: packed.byteLength,
      filtered: filter(topics),
      everything: filter({}),
      frozen: measuredSchema.parse(run(process.execPath, [freezing, "20000", join(work, "version")])),
      loaded: measuredSchema.parse(
        run(join(root, ".venv/training/bin/python"), [join(__dirname, "loading_bench.py"), work]),
      ),
    };
  } finally {
    rmSync(work, { recursive: true });
  }
}

if (require.main === module) console.log(measureDatasets());
