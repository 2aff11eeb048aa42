/** Every request that creates, changes or deletes something: what tests of faults and of cut-off functions send. */
import type { OperationId } from "../../naming/api-routes";
import type { OwnedKind } from "../../naming/table-keys";
import type { Call } from "../unit/api/support/documented-api";
import { correctedMidi, midi, seededFile, type SeedKind } from "./resource-harness";

export interface Asked {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly call?: Call;
}

export interface ChangingRequest {
  readonly name: string;
  readonly operation: OperationId;
  /** What must be there before; its id is the request's. */
  readonly needs?: SeedKind;
  /** What there is one of when it was done; nothing after a deletion. */
  readonly leaves?: OwnedKind;
  /** Whether it writes or removes files, beside rows. */
  readonly hasFiles: boolean;
  readonly asked: (id: string) => Asked;
  /** Right statuses of the same request, sent once more after it was broken once. */
  readonly statuses: readonly number[];
}

const folders = {
  TRACK: "tracks",
  COMPOSITION: "compositions",
  MODEL: "models",
  TRAINING_JOB: "training-jobs",
  RUNNING_TRAINING_JOB: "training-jobs",
  DATASET: "datasets",
  FILLED_DATASET: "datasets",
} as const satisfies Readonly<Record<SeedKind, string>>;
export const pathOf = (kind: SeedKind, id: string): string => `/${folders[kind]}/${id}`;

export const remove =
  (kind: SeedKind, call: Call = {}) =>
  (id: string): Asked => ({ method: "DELETE", path: pathOf(kind, id), call });
export const rename =
  (kind: "TRACK" | "COMPOSITION" | "MODEL" | "DATASET") =>
  (id: string): Asked => ({ method: "PATCH", path: pathOf(kind, id), call: { json: { name: "Another name" } } });
/** @param more - what is not as in a composition of a sample melody by the stock model */
export const compose = (more: object = {}): Asked => ({
  method: "POST",
  path: "/compositions",
  call: {
    json: {
      name: "Evening",
      technique: "unet-gan",
      modelId: "unet-gan-bach",
      input: { sampleMelodyId: "twinkle-twinkle" },
      ...more,
    },
  },
});

const upload = (headers: Readonly<Record<string, string>> = {}): Asked => ({
  method: "POST",
  path: "/tracks",
  call: { bytes: midi, headers: { "content-type": "audio/midi", ...headers } },
});
const firstTag: Call = { headers: { "if-match": '"1"' } };
/** The second try of a deletion that was done finds nothing. */
const gone = [204, 404];

export const changingRequests: readonly ChangingRequest[] = [
  {
    name: "upload a track",
    operation: "createTrack",
    leaves: "TRACK",
    hasFiles: true,
    asked: () => upload(),
    statuses: [201],
  },
  {
    name: "upload a track with an idempotency key",
    operation: "createTrack",
    leaves: "TRACK",
    hasFiles: true,
    asked: () => upload({ "idempotency-key": "k" }),
    statuses: [201],
  },
  {
    name: "rename a track",
    operation: "updateTrack",
    leaves: "TRACK",
    needs: "TRACK",
    hasFiles: false,
    asked: rename("TRACK"),
    statuses: [200],
  },
  {
    name: "delete a track",
    operation: "deleteTrack",
    needs: "TRACK",
    hasFiles: true,
    asked: remove("TRACK"),
    statuses: gone,
  },
  {
    name: "delete a track with If-Match",
    operation: "deleteTrack",
    needs: "TRACK",
    hasFiles: true,
    asked: remove("TRACK", firstTag),
    statuses: gone,
  },
  {
    name: "rename a composition",
    operation: "updateComposition",
    leaves: "COMPOSITION",
    needs: "COMPOSITION",
    hasFiles: false,
    asked: rename("COMPOSITION"),
    statuses: [200],
  },
  {
    name: "change a composition's instruments",
    operation: "updateComposition",
    leaves: "COMPOSITION",
    needs: "COMPOSITION",
    hasFiles: true,
    asked: (id) => ({
      method: "PATCH",
      path: pathOf("COMPOSITION", id),
      call: { json: { programs: [{ index: 1, program: 40 }] } },
    }),
    statuses: [200],
  },
  {
    name: "correct a composition's notes",
    operation: "correctComposition",
    leaves: "COMPOSITION",
    needs: "COMPOSITION",
    hasFiles: true,
    asked: (id) => ({
      method: "PUT",
      path: `${pathOf("COMPOSITION", id)}/midi`,
      call: { bytes: correctedMidi, headers: { "content-type": "audio/midi", "if-match": "*" } },
    }),
    statuses: [200],
  },
  {
    name: "rate a composition",
    operation: "rateComposition",
    leaves: "COMPOSITION",
    needs: "COMPOSITION",
    hasFiles: false,
    asked: (id) => ({
      method: "POST",
      path: `${pathOf("COMPOSITION", id)}/rating`,
      call: { json: { rating: "good" } },
    }),
    statuses: [200],
  },
  {
    name: "share a composition",
    operation: "shareComposition",
    leaves: "COMPOSITION",
    needs: "COMPOSITION",
    hasFiles: false,
    asked: (id) => ({ method: "POST", path: `${pathOf("COMPOSITION", id)}/share`, call: { json: { days: 7 } } }),
    statuses: [201],
  },
  {
    name: "end the share of a composition",
    operation: "revokeShare",
    leaves: "COMPOSITION",
    needs: "COMPOSITION",
    hasFiles: false,
    asked: (id) => ({ method: "DELETE", path: `${pathOf("COMPOSITION", id)}/share` }),
    statuses: [204],
  },
  {
    name: "delete a composition",
    operation: "deleteComposition",
    needs: "COMPOSITION",
    hasFiles: true,
    asked: remove("COMPOSITION"),
    statuses: gone,
  },
  {
    name: "delete a composition with If-Match",
    operation: "deleteComposition",
    needs: "COMPOSITION",
    hasFiles: true,
    asked: remove("COMPOSITION", firstTag),
    statuses: gone,
  },
  {
    name: "rename a model",
    operation: "updateModel",
    leaves: "MODEL",
    needs: "MODEL",
    hasFiles: false,
    asked: rename("MODEL"),
    statuses: [200],
  },
  {
    name: "delete a model",
    operation: "deleteModel",
    needs: "MODEL",
    hasFiles: true,
    asked: remove("MODEL"),
    statuses: gone,
  },
  {
    name: "create a data set",
    operation: "createDataset",
    leaves: "DATASET",
    hasFiles: false,
    asked: () => ({
      method: "POST",
      path: "/datasets",
      call: {
        json: { name: "My band", license: { kind: "own-work", text: "I wrote all of it.", confirmsRights: true } },
      },
    }),
    statuses: [201],
  },
  {
    name: "rename a data set",
    operation: "updateDataset",
    leaves: "DATASET",
    needs: "DATASET",
    hasFiles: false,
    asked: rename("DATASET"),
    statuses: [200],
  },
  {
    name: "offer files to a data set",
    operation: "offerDatasetFiles",
    leaves: "DATASET",
    needs: "DATASET",
    hasFiles: false,
    asked: (id) => ({
      method: "POST",
      path: `${pathOf("DATASET", id)}/uploads`,
      call: { json: { files: [{ path: "a.mid", bytes: 100, sha256: "a".repeat(64) }] } },
    }),
    statuses: [200],
  },
  {
    name: "offer an archive to a data set",
    operation: "offerDatasetArchive",
    leaves: "DATASET",
    needs: "DATASET",
    hasFiles: false,
    asked: (id) => ({
      method: "POST",
      path: `${pathOf("DATASET", id)}/archives`,
      call: { json: { bytes: 100, sha256: "a".repeat(64), tagsFrom: "none" } },
    }),
    statuses: [200],
  },
  {
    name: "say what the tracks of a data set's file are",
    operation: "overrideDatasetFile",
    leaves: "DATASET",
    needs: "DATASET",
    hasFiles: true,
    asked: (id) => ({
      method: "PATCH",
      path: `${pathOf("DATASET", id)}/files/${seededFile}`,
      call: { json: { overrides: [{ trackIndex: 0, role: "melody" }] } },
    }),
    statuses: [200],
  },
  {
    name: "take a file out of a data set",
    operation: "withdrawDatasetFile",
    leaves: "DATASET",
    needs: "DATASET",
    hasFiles: true,
    asked: (id) => ({ method: "DELETE", path: `${pathOf("DATASET", id)}/files/${seededFile}` }),
    statuses: gone,
  },
  {
    name: "freeze a version of a data set",
    operation: "createDatasetVersion",
    leaves: "DATASET",
    needs: "FILLED_DATASET",
    hasFiles: false,
    asked: (id) => ({
      method: "POST",
      path: `${pathOf("FILLED_DATASET", id)}/versions`,
      call: { json: { lineUp: "band" } },
    }),
    statuses: [202],
  },
  {
    name: "delete a data set",
    operation: "deleteDataset",
    needs: "DATASET",
    hasFiles: true,
    asked: remove("DATASET"),
    statuses: gone,
  },
  {
    name: "make a training job",
    operation: "createTrainingJob",
    leaves: "TRAINING_JOB",
    hasFiles: false,
    asked: () => ({
      method: "POST",
      path: "/training-jobs",
      call: { json: { name: "A job", technique: "unet-gan" } },
    }),
    statuses: [202],
  },
  {
    name: "stop a training job",
    operation: "stopTrainingJob",
    leaves: "TRAINING_JOB",
    needs: "RUNNING_TRAINING_JOB",
    hasFiles: false,
    asked: (id) => ({ method: "POST", path: `${pathOf("RUNNING_TRAINING_JOB", id)}/stop` }),
    statuses: [202],
  },
  {
    name: "delete a training job",
    operation: "deleteTrainingJob",
    needs: "TRAINING_JOB",
    hasFiles: true,
    asked: remove("TRAINING_JOB"),
    statuses: gone,
  },
];
