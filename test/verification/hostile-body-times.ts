/** Measures how long the API takes to read or refuse hostile bodies of the largest size that it accepts. */
import { offerRefusal } from "../../domain/datasets/offered-file";
import { createCompositionSchema, updateCompositionSchema } from "../../domain/schemas/api/compositions";
import {
  createDatasetSchema,
  createDatasetVersionSchema,
  offerDatasetArchiveSchema,
  offerDatasetFilesSchema,
  overrideDatasetFileSchema,
  updateDatasetSchema,
} from "../../domain/schemas/api/datasets";
import { updateModelSchema } from "../../domain/schemas/api/models";
import { rateCompositionSchema } from "../../domain/schemas/api/ratings";
import { shareCompositionSchema } from "../../domain/schemas/api/shares";
import { updateTrackSchema } from "../../domain/schemas/api/tracks";
import { createTrainingJobSchema } from "../../domain/schemas/api/training";
import { readUpload } from "../../lambdas/api/tracks/upload";
import { requireNoQuery } from "../../lambdas/http/query-names";
import { bodyLimitBytes, readRequest, type Request } from "../../lambdas/http/request";
import { techniqueErrors } from "../../lambdas/http/technique-values";
import { parseBody } from "../../lambdas/http/validation";
import { Problem } from "../../lambdas/problems/problem";
import { readableMidi } from "../../lambdas/problems/readable-midi";
import { readUploadedMelody } from "../../lambdas/tracks/uploaded-melody";
import type { OperationId } from "../../naming/api-routes";
import { hostileOperations, type HostileRequest, hostileRequests } from "./hostile-operations";

export interface HostileBodyTime {
  readonly operation: string;
  readonly bodies: number;
  readonly slowest: string;
  readonly slowestMilliseconds: number;
}

type Check = (request: Request) => void;

/** The checks that each operation makes of its body before it calls AWS. */
const ofTraining: Check = (request) =>
  void parseBody({
    request,
    schema: createTrainingJobSchema,
    alsoCheck: (body) => techniqueErrors(body, "hyperparameters"),
  });

const checks: Readonly<Partial<Record<OperationId, Check>>> = {
  createTrack: (request) => void readUploadedMelody(readUpload(request)),
  updateTrack: (request) => void parseBody({ request, schema: updateTrackSchema }),
  createComposition: (request) =>
    void parseBody({
      request,
      schema: createCompositionSchema,
      alsoCheck: (body) => techniqueErrors(body, "parameters"),
    }),
  updateComposition: (request) => void parseBody({ request, schema: updateCompositionSchema }),
  correctComposition: (request) => void readableMidi(request.body),
  shareComposition: (request) => void parseBody({ request, schema: shareCompositionSchema }),
  rateComposition: (request) => void parseBody({ request, schema: rateCompositionSchema }),
  updateModel: (request) => void parseBody({ request, schema: updateModelSchema }),
  createDataset: (request) => void parseBody({ request, schema: createDatasetSchema }),
  updateDataset: (request) => void parseBody({ request, schema: updateDatasetSchema }),
  offerDatasetFiles: (request) =>
    void parseBody({ request, schema: offerDatasetFilesSchema }).files.map((file) => offerRefusal(file)),
  createDatasetVersion: (request) => void parseBody({ request, schema: createDatasetVersionSchema }),
  offerDatasetArchive: (request) => void parseBody({ request, schema: offerDatasetArchiveSchema }),
  overrideDatasetFile: (request) => void parseBody({ request, schema: overrideDatasetFileSchema }),
  createTrainingJob: ofTraining,
  estimateTrainingJob: ofTraining,
};

/** Returns the milliseconds from the event to the problem, or to the first call of AWS. */
function timed({ headers, text, bytes }: HostileRequest, check: Check): number {
  const body = text ?? Buffer.from(bytes ?? new Uint8Array()).toString("base64");
  const started = performance.now();
  try {
    check(readRequest({ headers, body, isBase64Encoded: text === undefined }));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
  return performance.now() - started;
}

/**
 * Returns the time of each operation's slowest body.
 * @param bytes - number of bytes that each body has, about
 * @throws Error for an operation that takes a body and is not measured
 */
export function measureHostileBodies(bytes = bodyLimitBytes * 0.95): HostileBodyTime[] {
  return hostileOperations.map((operation) => {
    const { id, method, path, takes } = operation;
    const check = checks[id] ?? (takes === "nothing" ? requireNoQuery : undefined);
    if (check === undefined) throw new Error(`it is not measured how long ${id} takes for a hostile body`);
    const times = [...hostileRequests(operation, bytes)].map((request) => ({
      name: request.name,
      milliseconds: timed(request, check),
    }));
    const slowest = times.reduce((one, other) => (other.milliseconds > one.milliseconds ? other : one));
    return {
      operation: `${method} ${path}`,
      bodies: times.length,
      slowest: slowest.name,
      slowestMilliseconds: slowest.milliseconds,
    };
  });
}
