import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { resourcePrefix, type Stage } from "../../naming/resource-names";

const storageOutputsSchema = z.object({
  TableName: z.string(),
  ArtifactsBucketName: z.string(),
  WorkBucketName: z.string(),
});

export interface StorageOutputs {
  readonly tableName: string;
  readonly artifactsBucket: string;
  readonly workBucket: string;
}

/**
 * Reads the names of a stage's table and buckets from the file that `cdk deploy --outputs-file` writes.
 *
 * @throws Error that says how to get the file, or what is missing in it
 */
export function readStorageOutputs(file: string, stage: Stage): StorageOutputs {
  const how = `npx cdk deploy --all --context stage=${stage} --outputs-file cdk-outputs.json`;
  if (!existsSync(file)) throw new Error(`There is no ${file}. It is written by the deploy: ${how}`);
  const stack = `${resourcePrefix(stage)}-Storage`;
  const found = readStacks(file)[stack];
  if (found === undefined)
    throw new Error(`${file} has no outputs of the stack ${stack}. Deploy that stage with: ${how}`);
  const outputs = storageOutputsSchema.safeParse(found);
  if (!outputs.success) {
    const names = outputs.error.issues.map(({ path }) => path.join(".")).join(", ");
    throw new Error(
      `In ${file} the stack ${stack} lacks the output ${names}. An older version of OpenComposer deployed it; deploy this one: ${how}`,
    );
  }
  const { TableName: tableName, ArtifactsBucketName: artifactsBucket, WorkBucketName: workBucket } = outputs.data;
  return { tableName, artifactsBucket, workBucket };
}

/**
 * Returns the outputs by the name of their stack.
 * @throws Error that names the file if it is not one that the CDK writes
 */
function readStacks(file: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new Error(`${file} is no file of stack outputs: it must be a JSON object with a field for each stack.`, {
      cause: error,
    });
  }
}
