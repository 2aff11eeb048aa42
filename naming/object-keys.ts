/**
 * Every S3 key of the two buckets.
 *
 * `artifacts` (versioned, kept):
 *   users/{sub}/tracks/{trackId}.mid
 *   users/{sub}/compositions/{compositionId}/score.json            what the MIDI file is written from
 *   users/{sub}/compositions/{compositionId}/{revision}.mid, {revision}-{token}.mid
 *   users/{sub}/compositions/{compositionId}/correction-{revision}-{token}.json   the score with a person's corrections
 *   users/{sub}/compositions/{compositionId}/edit-events.json
 *   users/{sub}/compositions/{compositionId}/input.mid             what was given to the technique
 *   users/{sub}/models/{modelId}/model.onnx, model-card.json
 *   users/{sub}/training-jobs/{jobId}/progress.jsonl, reference.json, samples/epoch-NNNN/{melodyId}.mid
 *   users/{sub}/datasets/{datasetId}/files/{sha256}.mid           a file as it was sent
 *   users/{sub}/datasets/{datasetId}/pieces/{sha256}.json.gz      what was read from it
 *   users/{sub}/datasets/{datasetId}/versions/{versionId}/pieces-{number}.jsonl.gz, catalogue.json.gz, manifest.json
 *   stock/models/{modelId}/{sha256}/model.onnx, model-card.json, samples/{melodyId}.mid     a version that replaces another leaves it there
 *   datasets/{datasetId}/{version}/pieces-{number}.jsonl.gz, catalogue.json.gz, manifest.json
 *
 * `work` (unversioned, short lifecycle):
 *   users/{sub}/training-jobs/{jobId}/checkpoints/                 the container's checkpoint folder
 *   users/{sub}/training-jobs/{jobId}/selection/manifest.json      the `selection` channel
 *   users/{sub}/training-jobs/{jobId}/output/                      SageMaker adds {trainingJobName}/output/model/
 *   incoming/{sub}/datasets/{datasetId}/{sha256}                   files on their way into a data set
 *   incoming-archives/{sub}/datasets/{datasetId}/{sha256}.zip      archives of such files
 */
import { ulidExpression, ulidPattern } from "./resource-names";

/**
 * The tag of objects that are gone for good a day after they were deleted. Uploads have it, because they can be made
 * and deleted again and again, faster than anything else. A lifecycle rule finds them by the tag, because the prefix of
 * its filter cannot have a wildcard in the user's place.
 */
export const briefVersionsTag = { key: "opencomposer:versions", value: "brief" } as const;

/** A resource of a user: the user's sub and the resource's id. */
export interface OwnedBy {
  readonly sub: string;
  readonly id: string;
}

/** The beginning of every key of a user's objects, in both buckets. */
export const ownedObjectsPrefix = "users/";
const userPrefix = (sub: string): string => `${ownedObjectsPrefix}${sub}`;
/** The beginning of every key of one user's objects, in both buckets, but of those that are on their way. */
export const userObjectsPrefix = (sub: string): string => `${userPrefix(sub)}/`;

export const trackKey = ({ sub, id }: OwnedBy): string => `${userPrefix(sub)}/tracks/${id}.mid`;

export const compositionPrefix = ({ sub, id }: OwnedBy): string => `${userPrefix(sub)}/compositions/${id}/`;
const scoreFile = "score.json";
const editEventsFile = "edit-events.json";
const inputMidiFile = "input.mid";
export const compositionScoreKey = (composition: OwnedBy): string => `${compositionPrefix(composition)}${scoreFile}`;
/**
 * The revision of a MIDI file. One that a worker wrote has only the number of its attempt; one that a request wrote has
 * a random token, too.
 */
export interface MidiRevision {
  readonly revision: number;
  readonly token?: string | undefined;
}
/** Returns the key of one revision of a composition's MIDI file. */
export const compositionMidiKey = (composition: OwnedBy, midi: MidiRevision): string =>
  `${compositionPrefix(composition)}${midi.revision}${midi.token === undefined ? "" : `-${midi.token}`}.mid`;
export const compositionEditEventsKey = (composition: OwnedBy): string =>
  `${compositionPrefix(composition)}${editEventsFile}`;
export const compositionInputMidiKey = (composition: OwnedBy): string =>
  `${compositionPrefix(composition)}${inputMidiFile}`;
/** A correction of a composition's score: the MIDI revision with which it came, and that file's token. */
export interface Correction {
  readonly revision: number;
  readonly token: string;
}
export const compositionCorrectionKey = (composition: OwnedBy, { revision, token }: Correction): string =>
  `${compositionPrefix(composition)}correction-${revision}-${token}.json`;
/** Returns the key of the score that a composition has now: the composed one, or the last correction of it. */
export const presentScoreKey = (composition: OwnedBy & { readonly correction?: Correction | undefined }): string =>
  composition.correction === undefined
    ? compositionScoreKey(composition)
    : compositionCorrectionKey(composition, composition.correction);

export const modelPrefix = ({ sub, id }: OwnedBy): string => `${userPrefix(sub)}/models/${id}/`;
export const stockModelPrefix = ({ id, sha256 }: { readonly id: string; readonly sha256: string }): string =>
  `stock/models/${id}/${sha256}/`;
export const modelFile = "model.onnx";
export const modelCardFile = "model-card.json";

export const datasetPrefix = (dataset: { readonly id: string; readonly version: string }): string =>
  `datasets/${dataset.id}/${dataset.version}/`;
/** The catalogue of a version, packed by gzip. */
const datasetCatalogueFile = "catalogue.json.gz";
export const datasetCatalogueKey = (dataset: { readonly id: string; readonly version: string }): string =>
  `${datasetPrefix(dataset)}${datasetCatalogueFile}`;
/** The keys of the catalogues of all versions, as a permission names them. */
export const everyDatasetCatalogue = `datasets/*/${datasetCatalogueFile}`;
/** It names the shards with the pieces, and is uploaded after all of them: whoever finds it finds the data set. */
export const datasetManifestFile = "manifest.json";

/** The prefix of the objects of a user's data set. */
export const ownDatasetPrefix = ({ sub, id }: OwnedBy): string => `${userPrefix(sub)}/datasets/${id}/`;
const datasetFilesFolder = "files/";
const datasetPiecesFolder = "pieces/";
const sha256Expression = "[0-9a-f]{64}";
/** Returns the key of a file of a data set. The digest of its bytes names it, and never what its owner calls it. */
export const datasetFileObjectKey = (dataset: OwnedBy, sha256: string): string =>
  `${ownDatasetPrefix(dataset)}${datasetFilesFolder}${sha256}.mid`;
export const datasetPiecesKey = (dataset: OwnedBy, sha256: string): string =>
  `${ownDatasetPrefix(dataset)}${datasetPiecesFolder}${sha256}.json.gz`;

const datasetVersionsFolder = "versions/";
/** The id of a version of a user's data set, which is made of its content (domain/datasets/version.ts). */
const versionExpression = "[0-9a-f]{16}";
export const versionIdPattern = new RegExp(`^${versionExpression}$`);
/** Returns the prefix of the objects of a version of a user's data set. They are named as those of a stock data set. */
export const ownVersionPrefix = (dataset: OwnedBy, versionId: string): string =>
  `${ownDatasetPrefix(dataset)}${datasetVersionsFolder}${versionId}/`;
export const ownVersionCatalogueKey = (dataset: OwnedBy, versionId: string): string =>
  `${ownVersionPrefix(dataset, versionId)}${datasetCatalogueFile}`;
/** The keys of the versions of all users' data sets, and of their catalogues, as permissions name them. */
const everyVersionPrefix = `${ownedObjectsPrefix}*/datasets/*/${datasetVersionsFolder}*/`;
export const everyOwnVersion = `${everyVersionPrefix}*`;
export const everyOwnCatalogue = `${everyVersionPrefix}${datasetCatalogueFile}`;

/** Returns the prefix of the data of a training job: a version of a stock data set, or of one of its owner's. */
export const trainingDataPrefix = ({
  sub,
  dataset: { id, version },
}: {
  readonly sub: string;
  readonly dataset: { readonly id: string; readonly version: string };
}): string => (ulidPattern.test(id) ? ownVersionPrefix({ sub, id }, version) : datasetPrefix({ id, version }));

/**
 * The beginning of the keys of all files that are on their way into a data set. They are not under
 * {@link ownedObjectsPrefix}, because a lifecycle rule and a rule of events find them by the beginning of their keys.
 */
export const incomingPrefix = "incoming/";
const incomingUserPrefix = (sub: string): string => `${incomingPrefix}${sub}/`;
export const incomingDatasetPrefix = ({ sub, id }: OwnedBy): string => `${incomingUserPrefix(sub)}datasets/${id}/`;
export const incomingFileKey = (dataset: OwnedBy, sha256: string): string =>
  `${incomingDatasetPrefix(dataset)}${sha256}`;

/** The beginning of the keys of archives. No other key begins like it, so that a rule of events finds them alone. */
export const incomingArchivesPrefix = "incoming-archives/";
const incomingUserArchivesPrefix = (sub: string): string => `${incomingArchivesPrefix}${sub}/`;
export const incomingDatasetArchivesPrefix = ({ sub, id }: OwnedBy): string =>
  `${incomingUserArchivesPrefix(sub)}datasets/${id}/`;
export const incomingArchiveKey = (dataset: OwnedBy, sha256: string): string =>
  `${incomingDatasetArchivesPrefix(dataset)}${sha256}.zip`;

/** Returns the prefixes of everything that a bucket has of a user. An erasure deletes all of it. */
export const prefixesOfUser = (bucket: "artifacts" | "work", sub: string): readonly string[] =>
  bucket === "artifacts"
    ? [userObjectsPrefix(sub)]
    : [userObjectsPrefix(sub), incomingUserPrefix(sub), incomingUserArchivesPrefix(sub)];

const incomingFilePattern = new RegExp(
  `^incoming/([A-Za-z0-9-]{1,128})/datasets/(${ulidExpression})/(${sha256Expression})$`,
);
const incomingArchivePattern = new RegExp(
  `^incoming-archives/([A-Za-z0-9-]{1,128})/datasets/(${ulidExpression})/(${sha256Expression})\\.zip$`,
);

/** What is on its way into a data set: a file or an archive, by the digest of its bytes. */
export interface Incoming {
  readonly dataset: OwnedBy;
  readonly sha256: string;
}

function parseIncoming(pattern: RegExp, key: string): Incoming | undefined {
  const [, sub, id, sha256] = pattern.exec(key) ?? [];
  return sub === undefined || id === undefined || sha256 === undefined ? undefined : { dataset: { sub, id }, sha256 };
}
/** Returns the data set and the digest from a key of {@link incomingFileKey}; undefined for any other key. */
export const parseIncomingFileKey = (key: string): Incoming | undefined => parseIncoming(incomingFilePattern, key);
/** Returns the data set and the digest from a key of {@link incomingArchiveKey}; undefined for any other key. */
export const parseIncomingArchiveKey = (key: string): Incoming | undefined =>
  parseIncoming(incomingArchivePattern, key);

/**
 * The prefix of a job's objects, which is the same in both buckets: the work bucket has them while the job runs, the
 * artifacts bucket keeps some of them.
 */
export const trainingJobPrefix = ({ sub, id }: OwnedBy): string => `${userPrefix(sub)}/training-jobs/${id}/`;
const checkpointsFolder = "checkpoints/";
const selectionFolder = "selection/";
const outputFolder = "output/";
const selectionManifestFile = "manifest.json";
/** The prefix ends with a slash, because otherwise SageMaker pulls sibling prefixes, too (syne-tune issue 363). */
export const checkpointsPrefix = (job: OwnedBy): string => `${trainingJobPrefix(job)}${checkpointsFolder}`;
export const selectionPrefix = (job: OwnedBy): string => `${trainingJobPrefix(job)}${selectionFolder}`;
export const selectionManifestKey = (job: OwnedBy): string => `${selectionPrefix(job)}${selectionManifestFile}`;
export const trainingOutputPrefix = (job: OwnedBy): string => `${trainingJobPrefix(job)}${outputFolder}`;

/** Names inside a checkpoint folder, and inside the copy of it that is kept. */
export const progressFile = "progress.jsonl";
export const referenceFile = "reference.json";
export const samplesFolder = "samples/";
export const sampleFile = (epoch: number, melodyId: string): string =>
  `${samplesFolder}epoch-${String(epoch).padStart(4, "0")}/${melodyId}.mid`;

/**
 * A sample of a training job: the number of epochs that were complete when it was made, and the sample melody that it
 * accompanies. The first samples of a training whose first epoch takes long have the epoch 0.
 */
export interface Sample {
  readonly epoch: number;
  readonly melodyId: string;
}

/** Returns the sample's epoch and melody from a key that ends with {@link sampleFile}. */
export function parseSampleFile(key: string): Sample | undefined {
  const match = /(?:^|\/)samples\/epoch-(\d{4,6})\/([a-z0-9-]{1,64})\.mid$/.exec(key);
  const [, epoch, melodyId] = match ?? [];
  if (epoch === undefined || melodyId === undefined) return undefined;
  return { epoch: Number(epoch), melodyId };
}

/** Returns the prefix of the samples of a stock model, which came with it. */
export const stockSamplesPrefix = (model: { readonly id: string; readonly sha256: string }): string =>
  `${stockModelPrefix(model)}${samplesFolder}`;
export const stockSampleKey = (model: { readonly id: string; readonly sha256: string }, melodyId: string): string =>
  `${stockSamplesPrefix(model)}${melodyId}.mid`;

/** Returns the melody of a stock model's sample from its key. */
export function parseStockSampleKey(key: string): string | undefined {
  return /^stock\/models\/[^/]+\/[^/]+\/samples\/([a-z0-9-]{1,64})\.mid$/.exec(key)?.[1];
}

const trainingJobKeyPattern = new RegExp(`(?:^|/)users/([A-Za-z0-9-]{1,128})/training-jobs/(${ulidExpression})/`);

/** Returns the owner and the job from any key or `s3://` URI under {@link trainingJobPrefix}. */
export function parseTrainingJobKey(keyOrUri: string): OwnedBy | undefined {
  const match = trainingJobKeyPattern.exec(keyOrUri);
  const [, sub, id] = match ?? [];
  return sub === undefined || id === undefined ? undefined : { sub, id };
}

/** Folders of `users/{sub}/` in the artifacts bucket, each with the kind of row to which its objects belong. */
const foldersOfKinds = {
  tracks: "TRACK",
  compositions: "COMPOSITION",
  models: "MODEL",
  "training-jobs": "TRAINING_JOB",
  datasets: "DATASET",
} as const;
type FolderName = keyof typeof foldersOfKinds;
const isFolderName = (name: string): name is FolderName => Object.hasOwn(foldersOfKinds, name);

/** An object of a user, with the kind of row to which it belongs. */
export interface OwnedObject extends OwnedBy {
  readonly kind: (typeof foldersOfKinds)[FolderName];
  /** The part of the key that follows the resource's id: `.mid` of a track, `score.json` of a composition. */
  readonly name: string;
}

const ownedObjectPattern = new RegExp(`^users/([^/]{1,128})/([a-z-]+)/(${ulidExpression})(?:/(.+)|(\\.mid))$`);

/**
 * Returns the row to which the object of a key under `users/` belongs; undefined for a key that no function of this file
 * makes.
 */
export function parseOwnedObjectKey(key: string): OwnedObject | undefined {
  const match = ownedObjectPattern.exec(key);
  const [, sub, folder, id, inFolder, suffix] = match ?? [];
  if (sub === undefined || folder === undefined || id === undefined || !isFolderName(folder)) return undefined;
  if ((folder === "tracks") !== (suffix !== undefined)) return undefined;
  return { kind: foldersOfKinds[folder], sub, id, name: inFolder ?? suffix ?? "" };
}

/** Returns a composition's MIDI revision from the last part of its key. */
export function parseMidiRevision(name: string): MidiRevision | undefined {
  const match = /^([1-9]\d{0,8})(?:-([a-z0-9]{1,32}))?\.mid$/.exec(name);
  const [, revision, token] = match ?? [];
  return revision === undefined ? undefined : { revision: Number(revision), ...(token === undefined ? {} : { token }) };
}

/** Returns a composition's correction from the last part of its key. */
export function parseCorrection(name: string): Correction | undefined {
  const match = /^correction-([1-9]\d{0,8})-([a-z0-9]{1,32})\.json$/.exec(name);
  const [, revision, token] = match ?? [];
  return revision === undefined || token === undefined ? undefined : { revision: Number(revision), token };
}

const datasetObjectPattern = new RegExp(
  `^(?:files/${sha256Expression}\\.mid|pieces/${sha256Expression}\\.json\\.gz|` +
    `versions/${versionExpression}/(?:pieces-\\d{4}\\.jsonl\\.gz|catalogue\\.json\\.gz|manifest\\.json))$`,
);

/**
 * Returns true for names that objects of a kind can have in the artifacts bucket, apart from a composition's MIDI
 * files and corrections.
 */
function isKeptName({ kind, name }: Pick<OwnedObject, "kind" | "name">): boolean {
  switch (kind) {
    case "TRACK":
      // The parser accepts no other name.
      return true;
    case "COMPOSITION":
      return name === scoreFile || name === editEventsFile || name === inputMidiFile;
    case "MODEL":
      return name === modelFile || name === modelCardFile;
    case "TRAINING_JOB": {
      const sample = parseSampleFile(name);
      if (sample !== undefined) return name === sampleFile(sample.epoch, sample.melodyId);
      return name === progressFile || name === referenceFile;
    }
    case "DATASET":
      return datasetObjectPattern.test(name);
  }
}

/** The attributes of a composition's row that say which files it names. Rows of other kinds have none. */
export interface FilesOfRow {
  readonly midi?: MidiRevision | undefined;
  /** The MIDI file before the first correction. */
  readonly composed?: MidiRevision | undefined;
  readonly correction?: Correction | undefined;
}

const isSameRevision = (one: MidiRevision, other: MidiRevision | undefined): boolean =>
  one.revision === other?.revision && one.token === other.token;

/**
 * Returns true if a row names this object of the artifacts bucket. For a composition's MIDI files these are the present
 * one, the one before, which a URL may still name (lambdas/compositions/composition-revisions.ts), and the one before the
 * first correction. Before there is a MIDI file, they are those that the composition's worker may write.
 */
export function isNamedByRow(object: Pick<OwnedObject, "kind" | "name">, row: FilesOfRow): boolean {
  if (object.kind !== "COMPOSITION") return isKeptName(object);
  const correction = parseCorrection(object.name);
  if (correction !== undefined) return isSameRevision(correction, row.correction);
  const revision = parseMidiRevision(object.name);
  if (revision === undefined) return isKeptName(object);
  const { midi, composed } = row;
  if (midi === undefined) return revision.token === undefined;
  if (revision.revision === midi.revision - 1) return true;
  return isSameRevision(revision, midi) || isSameRevision(revision, composed);
}

/**
 * Returns true if the row of a training job names this object of the work bucket. The container chooses the names in
 * its folders.
 */
export function isWorkOfRow({ kind, name }: Pick<OwnedObject, "kind" | "name">): boolean {
  if (kind !== "TRAINING_JOB") return false;
  const inFolder = (folder: string): boolean => name.startsWith(folder) && name.length > folder.length;
  return inFolder(checkpointsFolder) || inFolder(outputFolder) || name === `${selectionFolder}${selectionManifestFile}`;
}
