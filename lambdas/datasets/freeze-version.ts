/** Freezes a version of a data set: reads the pieces of its files, and writes its shards, its catalogue and its manifest. */
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { catalogueFileSchema } from "../../domain/datasets/catalogue-file";
import { Catalogue } from "../../domain/datasets/columnar-catalogue";
import { extractionRule, type FilePieces } from "../../domain/datasets/ingest-file";
import {
  planVersion,
  type VersionFile,
  type VersionPlan,
  writeVersion,
  type WrittenVersion,
} from "../../domain/datasets/version";
import { defaultMetre } from "../../domain/music/time-signatures";
import type { VersionContent } from "../../domain/schemas/dataset-parts";
import type { Failure } from "../../domain/schemas/failure";
import type { Split } from "../../domain/training/selection";
import {
  briefVersionsTag,
  datasetManifestFile,
  datasetPiecesKey,
  ownVersionCatalogueKey,
  ownVersionPrefix,
} from "../../naming/object-keys";
import { packCatalogue } from "../stores/catalogues";
import type { DatasetFiles } from "../stores/dataset-files";
import type { DatasetVersions, VersionEnd, VersionOf } from "../stores/dataset-versions";
import type { Datasets } from "../stores/datasets";
import type { DatasetItem, DatasetVersionItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { filesOfVersion } from "./files-of-version";

export interface FreezeVersionParams {
  readonly version: VersionOf;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "accepted">;
  readonly datasetVersions: Pick<DatasetVersions, "claim" | "release" | "end">;
  readonly artifacts: Pick<ObjectStore, "read" | "write">;
  /** Seconds for which nobody else takes the version: longer than the function runs. */
  readonly leaseSeconds: number;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

/**
 * Freezes a version that was asked for, once: a second message finds that it is done or taken. Whoever dies half-way
 * leaves objects that nothing names, and the next one writes the same again.
 */
export async function freezeVersion(params: FreezeVersionParams): Promise<void> {
  const { version, datasets, datasetVersions, leaseSeconds, now, log } = params;
  const { dataset, versionId } = version;
  const claimed = await datasetVersions.claim(version, new Date(now().getTime() + leaseSeconds * 1000));
  if (!isDone(claimed)) {
    log.info("the version is not to be frozen, or somebody does it", { dataset: dataset.id, version: versionId });
    return;
  }
  try {
    const item = await datasets.get(dataset);
    // Whoever deletes the data set removes its versions.
    if (item === undefined) return;
    await end(params, await freeze(params, item, claimed.value));
  } catch (error) {
    await datasetVersions.release(version);
    throw error;
  }
}

async function end({ version, datasetVersions, log, metrics }: FreezeVersionParams, ended: VersionEnd) {
  const { dataset, versionId } = version;
  const outcome = await datasetVersions.end(version, ended);
  if (!isDone(outcome)) {
    // Perhaps the response to the end was lost; then the row is as it should be, and its objects must stay.
    log.warn("the version was frozen for nothing", { dataset: dataset.id, version: versionId });
    return;
  }
  metrics.record(ended.state === "READY" ? "DatasetVersionsReady" : "DatasetVersionsFailed");
  if (ended.state === "READY") {
    log.info("a version is ready", { dataset: dataset.id, version: versionId, pieces: ended.content.pieces });
    return;
  }
  // What was written of it is found by nobody, and goes with the data set.
  log.warn("a version cannot be", { dataset: dataset.id, version: versionId, code: ended.failure.code });
}

/** Thrown when a file is no more what it was when the version was asked for. */
class FilesChanged extends Error {
  override readonly name = "FilesChanged";
}

const filesChanged: Failure = {
  code: "FILES_CHANGED",
  message: "The files of the data set changed while the version was being made. Ask for a version of what it has now.",
  retryable: true,
};

async function freeze(params: FreezeVersionParams, item: DatasetItem, wanted: DatasetVersionItem): Promise<VersionEnd> {
  const { version, datasetFiles } = params;
  /** Returns the files, if they are still those of which the version was asked for. */
  const filesAsWanted = async (): Promise<readonly VersionFile[] | undefined> => {
    const chosen = await filesOfVersion(datasetFiles, version.dataset, wanted);
    return chosen.kind === "CHOSEN" && chosen.id === wanted.id ? chosen.files : undefined;
  };
  const files = await filesAsWanted();
  if (files === undefined) return { state: "FAILED", failure: filesChanged };
  const { lineUp, metre = defaultMetre } = wanted;
  const source = { lineUp, metre, files, readPieces: piecesReader(params) };
  try {
    const plan = await planVersion(source);
    if (plan.kind === "REFUSED") {
      return { state: "FAILED", failure: { code: plan.code, message: plan.reason, retryable: false } };
    }
    const content = await write(params, { item, plan, source });
    // A file that was read anew after it was read here would be in the version with other notes than its id says.
    return (await filesAsWanted()) === undefined
      ? { state: "FAILED", failure: filesChanged }
      : { state: "READY", content };
  } catch (error) {
    if (error instanceof FilesChanged) return { state: "FAILED", failure: filesChanged };
    throw error;
  }
}

/** The pieces of a file of 1 MiB are far below both. */
const maxStoredBytes = 32 * 1024 * 1024;
const maxUnpackedBytes = 64 * 1024 * 1024;

/** What `ingestFiles` has kept is trusted, so only that it has pieces is checked. */
const keptSchema = z.looseObject({
  pieces: z.custom<FilePieces>((value) => typeof value === "object" && value !== null),
});

const piecesReader =
  ({ version: { dataset }, artifacts, log }: FreezeVersionParams) =>
  async (sha256: string): Promise<FilePieces> => {
    const bytes = await artifacts.read(datasetPiecesKey(dataset, sha256), maxStoredBytes);
    const kept: unknown =
      bytes === undefined
        ? undefined
        : JSON.parse(gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes }).toString("utf8"));
    const parsed = keptSchema.safeParse(kept);
    if (!parsed.success || parsed.data.pieces.rule !== extractionRule) {
      log.warn("the pieces of a file are gone, or were made by an earlier rule", { dataset: dataset.id, sha256 });
      throw new FilesChanged(sha256);
    }
    return parsed.data.pieces;
  };

/** Returns the statement of the license as catalogues and model cards have it. */
export const licenseStatement = ({ license: { kind, spdx, text } }: Pick<DatasetItem, "license">): string =>
  `${kind}${spdx === undefined ? "" : ` (${spdx})`}: ${text}`.slice(0, 2_000);

interface WriteParams {
  readonly item: DatasetItem;
  readonly plan: VersionPlan;
  readonly source: Parameters<typeof writeVersion>[0]["source"];
}

/** Writes the objects of a version, the manifest last: training jobs wait for it. */
async function write(
  { version: { dataset, versionId }, artifacts }: FreezeVersionParams,
  { item, plan, source }: WriteParams,
): Promise<VersionContent> {
  const tags = { [briefVersionsTag.key]: briefVersionsTag.value };
  const prefix = ownVersionPrefix(dataset, versionId);
  const about = { datasetId: item.id, name: item.name, licence: licenseStatement(item) };
  const written = await writeVersion({
    ...{ plan, source, about: { ...about, source: item.license.source ?? "the owner's files" } },
    writeShard: async (file, body) => {
      await artifacts.write({ key: `${prefix}${file}`, body, contentType: "application/gzip", tags });
    },
  });
  const { manifest, catalogue, voices } = written;
  const { id, name, licence, sha256 } = manifest;
  const file = catalogueFileSchema.parse({
    ...{ schemaVersion: 2, dataset: { id, version: versionId, sha256, name, licence }, voices, columns: catalogue },
  });
  const key = ownVersionCatalogueKey(dataset, versionId);
  await artifacts.write({ key, body: packCatalogue(file), contentType: "application/gzip", tags });
  const body = JSON.stringify(manifest);
  await artifacts.write({ key: `${prefix}${datasetManifestFile}`, body, contentType: "application/json", tags });
  return contentOf(plan, written);
}

/** The maximum number of tags that a version's row counts the values of. */
const maxCountedTags = 100;

function contentOf(plan: VersionPlan, { manifest, catalogue, voices }: WrittenVersion): VersionContent {
  const all = new Catalogue(catalogue);
  const amounts: Record<Split, { pieces: number; bars: number }> = {
    train: { pieces: 0, bars: 0 },
    validation: { pieces: 0, bars: 0 },
    test: { pieces: 0, bars: 0 },
  };
  for (const { split, bars } of all.pieces(all.select({}))) {
    amounts[split].pieces += 1;
    amounts[split].bars += bars;
  }
  const values = Object.entries(catalogue.tags).map(([tag, of]) => [tag, Object.keys(of).length] as const);
  return {
    ...{ sha256: manifest.sha256, extractionRule, pieces: plan.pieces, bars: plan.bars, splits: amounts },
    ...{ barsLeftOut: { ...plan.barsLeftOut }, sameNotes: plan.sameNotes },
    voices: voices.map((name, voice) => ({ name, program: plan.programs[voice] ?? 0 })),
    tagValues: Object.fromEntries(values.slice(0, maxCountedTags)),
  };
}
