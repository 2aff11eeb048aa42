import { existsSync, readFileSync } from "node:fs";

import * as z from "zod";

import { resourcePrefix, type Stage } from "../../naming/resource-names";

const storageOutputsSchema = z.object({
  TableName: z.string(),
  ArtefactsBucketName: z.string(),
  WorkBucketName: z.string(),
});

export interface StorageOutputs {
  readonly tableName: string;
  readonly artefactsBucket: string;
  readonly workBucket: string;
}

/**
 * Reads the names of a stage's table and buckets from the file that `cdk deploy --outputs-file` writes.
 *
 * @throws Error that says how to get the file, or which stack is missing in it
 */
export function readStorageOutputs(file: string, stage: Stage): StorageOutputs {
  const how = `npx cdk deploy --all --context stage=${stage} --outputs-file cdk-outputs.json`;
  if (!existsSync(file)) throw new Error(`There is no ${file}. It is written by the deploy: ${how}`);
  const stack = `${resourcePrefix(stage)}-Storage`;
  const parsed = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")));
  const outputs = storageOutputsSchema.safeParse(parsed[stack]);
  if (!outputs.success) throw new Error(`${file} has no outputs of the stack ${stack}. Deploy that stage with: ${how}`);
  const { TableName: tableName, ArtefactsBucketName: artefactsBucket, WorkBucketName: workBucket } = outputs.data;
  return { tableName, artefactsBucket, workBucket };
}
