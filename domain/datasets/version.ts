/**
 * Freezes a data set: its files, in one line-up, become pieces that a training reads (contracts/dataset-piece), with a
 * split for each, and an id that is made of the content. It is done in two passes over the files, of which few are in
 * memory at once: the plan needs to know all of them before the first piece can be written. The id needs none of them.
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { sha256Of } from "../digest";
import { type LineUp, lineUps } from "../music/extraction/line-ups";
import {
  defaultMetre,
  type PieceTimeSignature,
  type TrainableTimeSignature,
  trainableTimeSignatures,
} from "../music/time-signatures";
import type { Split } from "../training/selection";
import { type CatalogueColumns, type CataloguePiece, columnsOf, metreTagOf } from "./columnar-catalogue";
import { extractionRule, type FilePiece, type FilePieces } from "./ingest-file";
import { groupsOf, type Likeness, likenessOf } from "./likeness";
import { datasetLimits } from "./limits";
import type { VersionRefusalCode } from "./rejections";
import { mergeTags, type Tags } from "./tags";

/** An accepted file of the data set. */
export interface VersionFile {
  readonly sha256: string;
  readonly notesSha256: string;
  readonly tags: Tags;
}

export interface VersionSource {
  readonly lineUp: LineUp;
  /** The metre of the version's pieces; 4/4 if none is named. Bars of another one are counted and left out. */
  readonly metre?: TrainableTimeSignature;
  /** In any order. */
  readonly files: readonly VersionFile[];
  /** Returns what `ingestFile` made of a file. It is called twice for each. */
  readonly readPieces: (sha256: string) => Promise<FilePieces>;
}

interface PlannedFile extends VersionFile {
  readonly split: Split;
  /** Names the files that are alike, which have one split. */
  readonly tune: string;
}

export interface VersionPlan {
  readonly kind: "PLANNED";
  /** {@link versionIdOf} the files. */
  readonly id: string;
  readonly lineUp: LineUp;
  readonly metre: TrainableTimeSignature;
  /** The files that have pieces, in the order of their digests. */
  readonly files: readonly PlannedFile[];
  /** The instrument of each voice: that of most bars, because the pieces of a data set have the same voices. */
  readonly programs: readonly number[];
  readonly pieces: number;
  readonly bars: number;
  readonly barsBySplit: Readonly<Record<Split, number>>;
  /** Bars of the line-up that are left out, because they are in another metre than the version. */
  readonly barsLeftOut: BarsByMetre;
  /** The number of files that have the notes of another one. Their tags are joined. */
  readonly sameNotes: number;
}

export interface VersionRefusal {
  readonly kind: "REFUSED";
  readonly code: VersionRefusalCode;
  /** A whole sentence for the data set's owner, with the counts. */
  readonly reason: string;
}

type BarsByMetre = Readonly<Partial<Record<PieceTimeSignature, number>>>;

/** The number of the rule that gives splits and instruments. It is raised with every change after which some version has others. */
const versionRule = 1;
const shares: readonly (readonly [Split, number])[] = [
  ["train", 0.8],
  ["validation", 0.1],
  ["test", 0.1],
];
/** How many files are read at once. */
const filesAtOnce = 32;

/** Calls `visit` with each file and its pieces, in the order of the files. */
async function visitFiles<File extends VersionFile>(
  files: readonly File[],
  { readPieces }: Pick<VersionSource, "readPieces">,
  visit: (file: File, pieces: FilePieces) => void | Promise<void>,
): Promise<void> {
  for (let first = 0; first < files.length; first += filesAtOnce) {
    const batch = files.slice(first, first + filesAtOnce);
    const read = await Promise.all(batch.map(({ sha256 }) => readPieces(sha256)));
    for (const [index, file] of batch.entries()) {
      const pieces = read[index];
      if (pieces === undefined) continue;
      if (pieces.rule !== extractionRule) {
        throw new RangeError(
          `the pieces of ${file.sha256} were made by rule ${pieces.rule}, not by ${extractionRule}: read the file again`,
        );
      }
      await visit(file, pieces);
    }
  }
}

/** Returns one file for all that have the same notes: the one with the first digest, with the tags of all. */
function withoutDoubles(files: readonly VersionFile[]): VersionFile[] {
  const known = new Map<string, VersionFile>();
  for (const file of files) {
    const other = known.get(file.notesSha256);
    const first = other === undefined || file.sha256 < other.sha256 ? file : other;
    known.set(file.notesSha256, { ...first, tags: mergeTags(file.tags, other?.tags ?? {}) });
  }
  return [...known.values()].sort((one, other) => (one.sha256 < other.sha256 ? -1 : 1));
}

interface ReadFile {
  readonly file: VersionFile;
  readonly likeness: Likeness;
  readonly bars: number;
}

/** Counts what the files have, while they are read. */
class Census {
  readonly read: ReadFile[] = [];
  pieces = 0;
  readonly filesByLineUp = new Map<LineUp, number>();
  readonly leftOut: Partial<Record<PieceTimeSignature, number>> = {};
  /** For each voice, the bars of each program. */
  readonly #programs: Map<number, number>[] = [];

  constructor(
    private readonly lineUp: LineUp,
    private readonly metre: TrainableTimeSignature,
  ) {}

  add(file: VersionFile, { lineUps: found }: FilePieces): void {
    for (const lineUp of lineUps) {
      if (found[lineUp] !== undefined) this.filesByLineUp.set(lineUp, (this.filesByLineUp.get(lineUp) ?? 0) + 1);
    }
    const all = found[this.lineUp] ?? [];
    const pieces = all.filter(isIn(this.metre));
    for (const { timeSignature, bars } of all) {
      if (timeSignature !== this.metre) this.leftOut[timeSignature] = (this.leftOut[timeSignature] ?? 0) + bars;
    }
    if (pieces.length === 0) return;
    for (const { bars, voices } of pieces) {
      voices.forEach(({ program }, voice) => {
        const counts = (this.#programs[voice] ??= new Map<number, number>());
        counts.set(program, (counts.get(program) ?? 0) + bars);
      });
    }
    this.pieces += pieces.length;
    this.read.push({ file, likeness: likenessOf(pieces), bars: sum(pieces.map(({ bars }) => bars)) });
  }

  programs(): number[] {
    return this.#programs.map((counts) => {
      const [most] = [...counts].sort(([one, bars], [other, more]) => more - bars || one - other);
      return most?.[0] ?? 0;
    });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const isIn =
  (metre: TrainableTimeSignature) =>
  ({ timeSignature }: FilePiece): boolean =>
    timeSignature === metre;
const refused = (code: VersionRefusalCode, reason: string): VersionRefusal => ({ kind: "REFUSED", code, reason });
const inWords = (counts: readonly (readonly [string, number])[], unit: string): string =>
  counts.map(([name, count]) => `${count} ${unit} ${name}`).join(", ");

/** Returns why no version can be made of what was read; undefined if one can. */
function whyNone({ read, pieces, filesByLineUp, leftOut }: Census, source: VersionSource): VersionRefusal | undefined {
  const { lineUp, files, metre = defaultMetre } = source;
  if (!filesByLineUp.has(lineUp)) {
    const counts = inWords(
      lineUps.map((name) => [name, filesByLineUp.get(name) ?? 0] as const),
      "for",
    );
    const reason = `None of the ${files.length} files has the voices of the line-up ${lineUp}; of the files there are ${counts}.`;
    return refused("LINE_UP_MISSING", reason);
  }
  if (read.length === 0) {
    const counts = inWords(Object.entries(leftOut), "bars in");
    return refused(
      "METRE_NOT_TRAINABLE",
      `The line-up ${lineUp} has ${counts}; a version has pieces in ${metre}. Versions may be in ${trainableTimeSignatures.join(", ")}.`,
    );
  }
  const { piecesOfVersion, tagValuesOfPiece, tagValuesOfVersion } = datasetLimits;
  if (pieces > piecesOfVersion) {
    return refused("TOO_MANY_PIECES", `The files have ${pieces} pieces; a version has at most ${piecesOfVersion}.`);
  }
  const values = new Set<string>();
  for (const { file } of read) {
    const own = Object.entries(file.tags).flatMap(([tag, given]) => given.map((value) => `${tag}=${value}`));
    if (own.length > tagValuesOfPiece) {
      const reason = `The file ${file.sha256} has ${own.length} tag values; at most ${tagValuesOfPiece} are allowed.`;
      return refused("TOO_MANY_TAG_VALUES", reason);
    }
    own.forEach((value) => values.add(value));
  }
  if (values.size > tagValuesOfVersion) {
    const reason = `The files have ${values.size} different tag values; a version has at most ${tagValuesOfVersion}.`;
    return refused("TOO_MANY_TAG_VALUES", reason);
  }
  return undefined;
}

/** Gives each group to the split that lacks the most bars. Groups come in the order of their names, which are digests. */
function splitsOf(barsOfGroup: ReadonlyMap<string, number>): Map<string, Split> {
  const total = sum([...barsOfGroup.values()]);
  const lacking = new Map(shares.map(([split, share]) => [split, share * total]));
  const ordered = [...barsOfGroup].sort(([one], [other]) => (one < other ? -1 : 1));
  return new Map(
    ordered.map(([group, bars]) => {
      const [[split, lack] = ["train", 0] as const] = [...lacking].sort(([, one], [, other]) => other - one);
      lacking.set(split, lack - bars);
      return [group, split];
    }),
  );
}

const spelled = (tags: Tags): string =>
  JSON.stringify(
    Object.entries(tags)
      .map(([tag, values]) => [tag, [...values].sort()] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );

/**
 * Returns the id of the version of these files, in any order: 16 hex digits, made of the content. The same files with the
 * same notes and tags in the same line-up have the same id. Splits and instruments follow from them by the rule.
 */
export function versionIdOf({
  lineUp,
  metre = defaultMetre,
  files,
}: Pick<VersionSource, "lineUp" | "metre" | "files">): string {
  const content = withoutDoubles(files).map(({ sha256, notesSha256, tags }) => [sha256, notesSha256, spelled(tags)]);
  // Versions in 4/4 keep the ids that they had before there were others.
  const ofMetre = metre === defaultMetre ? [] : [metre];
  return sha256Of(JSON.stringify([versionRule, extractionRule, lineUp, ...ofMetre, content])).slice(0, 16);
}

/** Reads all files once, and decides what the version is. */
export async function planVersion(source: VersionSource): Promise<VersionPlan | VersionRefusal> {
  const { lineUp, metre = defaultMetre } = source;
  const census = new Census(lineUp, metre);
  const files = withoutDoubles(source.files);
  await visitFiles(files, source, (file, pieces) => {
    census.add(file, pieces);
  });
  const refusal = whyNone(census, source);
  if (refusal !== undefined) return refusal;
  const { read } = census;
  const groups = groupsOf(read.map(({ likeness }) => likeness));
  const tuneOf = (place: number): string => (read[groups[place] ?? place]?.file.sha256 ?? "").slice(0, 16);
  const barsOfTune = new Map<string, number>();
  for (const [place, { bars }] of read.entries())
    barsOfTune.set(tuneOf(place), (barsOfTune.get(tuneOf(place)) ?? 0) + bars);
  const splits = splitsOf(barsOfTune);
  const barsBySplit = { train: 0, validation: 0, test: 0 };
  const planned = read.map(({ file, bars }, place): PlannedFile => {
    const tune = tuneOf(place);
    const split = splits.get(tune) ?? "train";
    barsBySplit[split] += bars;
    return { ...file, tune, split };
  });
  return {
    ...{ kind: "PLANNED", lineUp, metre, files: planned, programs: census.programs(), pieces: census.pieces },
    ...{ id: versionIdOf(source), barsBySplit },
    bars: sum(read.map(({ bars }) => bars)),
    barsLeftOut: census.leftOut,
    sameNotes: source.files.length - files.length,
  };
}

/** What the manifest says beside the pieces. */
export interface VersionAbout {
  readonly datasetId: string;
  readonly name: string;
  readonly licence: string;
  readonly source: string;
}

/** The content of manifest.json (contracts/dataset-manifest). */
export interface VersionManifest {
  readonly schemaVersion: 2;
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly licence: string;
  readonly source: string;
  readonly pieces: number;
  readonly bars: number;
  readonly sha256: string;
  readonly shards: readonly { readonly file: string; readonly pieces: number }[];
  readonly builtWith: Readonly<Record<string, string>>;
  readonly skipped: readonly never[];
}

export interface WrittenVersion {
  /** It is written by the caller, last: whoever finds it finds the version. */
  readonly manifest: VersionManifest;
  readonly catalogue: CatalogueColumns;
  readonly voices: readonly string[];
}

export interface WriteVersionParams {
  readonly plan: VersionPlan;
  readonly source: Pick<VersionSource, "readPieces">;
  readonly about: VersionAbout;
  /** Keeps a shard. Equal plans give equal lines under equal names. */
  readonly writeShard: (file: string, bytes: Uint8Array) => Promise<void>;
}

const piecesOfShard = 2000;
/** A shard is also ended by its size, so that memory does not grow with the length of pieces. */
const bytesOfShard = 33_554_432;

/** Reads the files again, and writes their pieces. */
export async function writeVersion({ plan, source, about, writeShard }: WriteVersionParams): Promise<WrittenVersion> {
  const shards: { file: string; pieces: number }[] = [];
  const catalogue: CataloguePiece[] = [];
  const names = new Set<string>();
  const digest = createHash("sha256");
  let lines: Buffer[] = [];
  let bytes = 0;
  const endShard = async (): Promise<void> => {
    if (lines.length === 0) return;
    const file = `pieces-${String(shards.length + 1).padStart(4, "0")}.jsonl.gz`;
    shards.push({ file, pieces: lines.length });
    const packed = gzipSync(Buffer.concat(lines));
    lines = [];
    bytes = 0;
    await writeShard(file, packed);
  };
  await visitFiles(plan.files, source, async ({ sha256, tags, split, tune }, { lineUps: found, swing }) => {
    for (const { fileBar, bars, timeSignature, voices } of (found[plan.lineUp] ?? []).filter(isIn(plan.metre))) {
      // No path, no title: two data sets with equal files have equal versions.
      const id = `${sha256.slice(0, 32)}-${fileBar}`;
      const own = { metre: [metreTagOf(timeSignature)], swing: [swing ? "yes" : "no"] };
      const piece = { id, title: id, tags: { ...tags, ...own }, split, tune, pickupSteps: 0, bars };
      const signed = plan.metre === "4/4" ? {} : { timeSignature: plan.metre };
      const written = voices.map(({ name, kind, notes }, voice) => ({
        ...{ name, program: plan.programs[voice] ?? 0, ...(kind !== undefined && { kind }), notes },
      }));
      const line = Buffer.from(`${JSON.stringify({ ...piece, ...signed, voices: written })}\n`);
      if (lines.length === piecesOfShard || bytes + line.length > bytesOfShard) await endShard();
      lines.push(line);
      bytes += line.length;
      digest.update(line);
      catalogue.push({ id, tags: piece.tags, bars, split });
      voices.forEach(({ name }) => names.add(name));
    }
  });
  await endShard();
  const { datasetId, name, licence, source: origin } = about;
  return {
    manifest: {
      ...{ schemaVersion: 2, id: datasetId, version: plan.id, name, licence, source: origin },
      ...{ pieces: plan.pieces, bars: plan.bars, sha256: digest.digest("hex"), shards },
      ...{ builtWith: { "extraction rule": String(extractionRule) }, skipped: [] },
    },
    catalogue: columnsOf(catalogue),
    voices: [...names],
  };
}
