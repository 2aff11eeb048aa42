/**
 * Every S3 key of the two buckets.
 *
 * `artefacts` (versioned, kept):
 *   users/{sub}/tracks/{trackId}.mid
 *   users/{sub}/compositions/{compositionId}/score.json            what the MIDI file is written from
 *   users/{sub}/compositions/{compositionId}/{revision}.mid
 *   users/{sub}/compositions/{compositionId}/edit-events.json
 *   users/{sub}/models/{modelId}/model.onnx, model-card.json
 *   users/{sub}/training-jobs/{jobId}/progress.jsonl, reference.json, samples/epoch-NNNN/{melodyId}.mid
 *   stock/models/{modelId}/{sha256}/model.onnx, model-card.json     a version that replaces another leaves it there
 *   datasets/{datasetId}/{version}/pieces.jsonl, catalogue.json, manifest.json
 *
 * `work` (unversioned, short lifecycle):
 *   users/{sub}/training-jobs/{jobId}/checkpoints/                 the container's checkpoint folder
 *   users/{sub}/training-jobs/{jobId}/selection/manifest.json      the `selection` channel
 *   users/{sub}/training-jobs/{jobId}/output/                      SageMaker adds {trainingJobName}/output/model/
 */

export interface OwnedBy {
  readonly sub: string;
  readonly id: string;
}

const owned = (sub: string): string => `users/${sub}`;

export const trackKey = ({ sub, id }: OwnedBy): string => `${owned(sub)}/tracks/${id}.mid`;

export const compositionPrefix = ({ sub, id }: OwnedBy): string => `${owned(sub)}/compositions/${id}/`;
export const compositionScoreKey = (of: OwnedBy): string => `${compositionPrefix(of)}score.json`;
export const compositionMidiKey = (of: OwnedBy, revision: number): string => `${compositionPrefix(of)}${revision}.mid`;
export const compositionEditEventsKey = (of: OwnedBy): string => `${compositionPrefix(of)}edit-events.json`;

export const modelPrefix = ({ sub, id }: OwnedBy): string => `${owned(sub)}/models/${id}/`;
export const stockModelPrefix = ({ id, sha256 }: { readonly id: string; readonly sha256: string }): string =>
  `stock/models/${id}/${sha256}/`;
export const modelFile = "model.onnx";
export const modelCardFile = "model-card.json";

export const datasetPrefix = (dataset: { readonly id: string; readonly version: string }): string =>
  `datasets/${dataset.id}/${dataset.version}/`;
export const datasetPiecesFile = "pieces.jsonl";
export const datasetCatalogueFile = "catalogue.json";
export const datasetManifestFile = "manifest.json";

/** Same prefix in both buckets: the work bucket while the job runs, the artefacts bucket for what is kept. */
export const trainingJobPrefix = ({ sub, id }: OwnedBy): string => `${owned(sub)}/training-jobs/${id}/`;
/** Ends with a slash, or SageMaker pulls sibling prefixes too (syne-tune issue 363). */
export const checkpointsPrefix = (of: OwnedBy): string => `${trainingJobPrefix(of)}checkpoints/`;
export const selectionPrefix = (of: OwnedBy): string => `${trainingJobPrefix(of)}selection/`;
export const selectionManifestKey = (of: OwnedBy): string => `${selectionPrefix(of)}manifest.json`;
export const trainingOutputPrefix = (of: OwnedBy): string => `${trainingJobPrefix(of)}output/`;

/** Names inside a checkpoint folder, and inside the kept copy of it. */
export const progressFile = "progress.jsonl";
export const referenceFile = "reference.json";
export const samplesFolder = "samples/";
export const sampleFile = (epoch: number, melodyId: string): string =>
  `${samplesFolder}epoch-${String(epoch).padStart(4, "0")}/${melodyId}.mid`;

export interface Sample {
  readonly epoch: number;
  readonly melodyId: string;
}

/** Reads a sample's epoch and melody back from a key that ends with {@link sampleFile}. */
export function parseSampleFile(key: string): Sample | undefined {
  const match = /samples\/epoch-(\d{4,})\/([a-z0-9-]{1,64})\.mid$/.exec(key);
  const [, epoch, melodyId] = match ?? [];
  return epoch === undefined || melodyId === undefined ? undefined : { epoch: Number(epoch), melodyId };
}

/** Reads the owner and the job back from any key or `s3://` URI under {@link trainingJobPrefix}. */
export function parseTrainingJobKey(keyOrUri: string): OwnedBy | undefined {
  const match = /(?:^|\/)users\/([A-Za-z0-9-]{1,128})\/training-jobs\/([0-9A-HJKMNP-TV-Z]{26})\//.exec(keyOrUri);
  const [, sub, id] = match ?? [];
  return sub === undefined || id === undefined ? undefined : { sub, id };
}
