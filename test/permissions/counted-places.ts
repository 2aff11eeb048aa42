/**
 * Tells which places of a function's bundle, of those that lead to a call of AWS, have not run. What has run is what V8
 * counts, block by block, while the function handles its events.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** The environment variable that names the folder for V8's counts; the places lie beside it, see {@link offsetsOfPlaces}. */
export const countsFolderVariable = "COUNTS_FOLDER";

/** What a bundle begins and ends with, so that its counts are written after each event. */
export const countingBundle = {
  banner: `const __counting = new (require("node:inspector").Session)();
__counting.connect();
__counting.post("Profiler.enable");
__counting.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
`,
  footer: `
const __counted = module.exports.handler;
const __places = JSON.parse(require("node:fs").readFileSync(process.env.${countsFolderVariable} + ".json", "utf8"));
const __isCounted = ({ ranges: [{ startOffset, endOffset }] }) =>
  __places.some((offset) => startOffset <= offset && offset < endOffset);
let __countsWritten = 0;
module.exports = {
  handler: async (event, context) => {
    try {
      return await __counted(event, context);
    } finally {
      __counting.post("Profiler.takePreciseCoverage", (error, counts) => {
        if (error) throw error;
        const own = counts.result.filter(({ url }) => url.endsWith("index.js"));
        const counted = own.flatMap(({ functions }) => functions.filter(__isCounted));
        __countsWritten += 1;
        const file = process.env.${countsFolderVariable} + "/" + process.pid + "-" + __countsWritten + ".json";
        require("node:fs").writeFileSync(file, JSON.stringify(counted));
      });
    }
  },
};
`,
};

const rangeSchema = z.object({ startOffset: z.int(), endOffset: z.int(), count: z.int() });
type Range = z.infer<typeof rangeSchema>;
const countsSchema = z.array(z.looseObject({ ranges: z.array(rangeSchema).min(1) }));

/** Ports of the use cases that lead to AWS, by the names that parameters have for them. */
const ports = [
  ...["trainingJobs", "compositions", "tracks", "models", "stockModels", "catalogues", "slots", "tickets", "openWork"],
  ...[
    "pendingChanges",
    "idempotencyRecords",
    "items",
    "rows",
    "artifacts",
    "work",
    "files",
    "queue",
    "compositionQueue",
  ],
  ...[
    "executions",
    "sageMakerJobs",
    "endpoint",
    "failures",
    "datasets",
    "datasetFiles",
    "datasetVersions",
    "freezingQueue",
    "uploads",
  ],
].join("|");
/** Some lists have the names of ports. */
const ofLists = "slice|map|flatMap|push|filter|some";
const placeOfUseCase = new RegExp(`\\b(?:${ports})\\d*\\.(?!(?:${ofLists})\\()\\w+\\(`, "g");
/** In a store: a call of the table or of a client, and each kind of write. */
const placeOfStore = /\b(?:table|client)\d*\.\w+\(|kind: "(?:PUT|UPDATE|DELETE|CHECK)"/g;

interface Place {
  readonly module: string;
  readonly text: string;
  readonly offset: number;
}

/** Finds the places in the modules of lambdas/, whose names esbuild writes above them. */
function placesIn(bundle: string): readonly Place[] {
  const headings = [...bundle.matchAll(/^\/\/ (\S+\.(?:ts|js|mjs|cjs))$/gm)];
  return headings.flatMap((heading, index) => {
    const module = heading[1] ?? "";
    // The table makes the calls that stores ask for: their places say which.
    const isTable = module === "lambdas/stores/dynamodb-table.ts";
    if (!module.startsWith("lambdas/") || module.endsWith("/handler.ts") || isTable) return [];
    const end = headings[index + 1]?.index ?? bundle.length;
    const isStore = module.startsWith("lambdas/stores/") || module.startsWith("lambdas/aws/");
    return [...bundle.slice(heading.index, end).matchAll(isStore ? placeOfStore : placeOfUseCase)].map((match) => ({
      module,
      // esbuild numbers names that occur in several modules.
      text: match[0].replace(/\d*\./, ".").replace(/\($/, ""),
      offset: heading.index + match.index,
    }));
  });
}

/** Returns where the places are in a bundle. What does not contain any of them is not counted. */
export const offsetsOfPlaces = (bundle: string): readonly number[] => placesIn(bundle).map(({ offset }) => offset);

const contains = ({ startOffset, endOffset }: Range, offset: number): boolean =>
  startOffset <= offset && offset < endOffset;
const smallest = (ranges: readonly Range[]): Range | undefined =>
  ranges.reduce<Range | undefined>(
    (least, range) =>
      least === undefined || range.endOffset - range.startOffset <= least.endOffset - least.startOffset ? range : least,
    undefined,
  );

/**
 * Returns the places that have not run, each as `module place`. A store has methods that the function does not need:
 * only those that ran in part are judged.
 */
export function uncoveredPlaces(bundle: string, countsFolder: string): readonly string[] {
  const places = placesIn(bundle);
  const ran = new Set<Place>();
  const isInFunctionThatRan = new Set<Place>();
  for (const file of readdirSync(countsFolder)) {
    const functions = countsSchema.parse(JSON.parse(readFileSync(join(countsFolder, file), "utf8")));
    for (const place of places) {
      const around = functions
        .map(({ ranges }) => ranges)
        .filter(([whole]) => whole !== undefined && contains(whole, place.offset));
      const innermost = smallest(around.flatMap(([whole]) => whole ?? []));
      const ranges = around.find(([whole]) => whole === innermost);
      if (innermost === undefined || ranges === undefined || innermost.count === 0) continue;
      isInFunctionThatRan.add(place);
      const block = smallest(ranges.filter((range) => contains(range, place.offset)));
      if (block !== undefined && block.count > 0) ran.add(place);
    }
  }
  const isNeeded = (place: Place): boolean =>
    !/^lambdas\/(?:stores|aws)\//.test(place.module) || isInFunctionThatRan.has(place);
  const uncovered = places.filter((place) => isNeeded(place) && !ran.has(place));
  return [...new Set(uncovered.map(({ module, text }) => `${module} ${text}`))];
}
