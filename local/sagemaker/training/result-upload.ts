import { join } from "node:path";
import { packFolder } from "../s3/model-archive";
import type { S3Objects } from "../s3/s3-objects";
import type { TrainingFolders } from "./folder-contract";
import { outputLocations } from "./training-job";
import type { TrainingJobRequest } from "./training-job-request";

/** Uploads the model and the output data as the request asks for them: each as an archive, or file by file. */
export async function uploadResults(params: {
  readonly request: TrainingJobRequest;
  readonly folders: TrainingFolders;
  /** The folder in which archives are made. */
  readonly directory: string;
  readonly s3: S3Objects;
}): Promise<void> {
  const { request, folders, directory, s3 } = params;
  const { bucket, modelKey, dataKey, compressed } = outputLocations(request);
  for (const [folder, key, archive] of [
    [folders.model, modelKey, "model.tar.gz"],
    [folders.outputData, dataKey, "output.tar.gz"],
  ] as const) {
    if (!compressed) {
      await s3.uploadFolder(folder, { bucket, key: `${key}/` });
      continue;
    }
    const packed = join(directory, archive);
    if ((await packFolder(folder, packed)) > 0) await s3.uploadFile({ bucket, key }, packed);
  }
}
