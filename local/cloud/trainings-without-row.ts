import { paginateListTrainingJobs, type SageMakerClient } from "@aws-sdk/client-sagemaker";
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { createSageMakerJobs } from "../../lambdas/aws/sagemaker-jobs";
import { type OwnedBy, parseTrainingJobKey } from "../../naming/object-keys";
import { parseTrainingJobName } from "../../naming/resource-names";
import { ownedKey } from "../../naming/table-keys";

export interface StopTrainingsWithoutRowParams {
  readonly sageMaker: SageMakerClient;
  /** Returns true if the table has the row of this training job. */
  readonly hasRow: (job: OwnedBy) => Promise<boolean>;
}

/**
 * Stops each running training whose job row does not exist. The local SageMaker's jobs are not part of a snapshot:
 * after going back to an earlier snapshot, it goes on with trainings that were begun later, and their owners cannot see
 * or stop them. Call this while nothing can create a job. Trainings whose names are not of our form are left alone.
 * @returns the names of the stopped trainings
 */
export async function stopTrainingsWithoutRow(params: StopTrainingsWithoutRowParams): Promise<readonly string[]> {
  const { sageMaker, hasRow } = params;
  const sageMakerJobs = createSageMakerJobs({ client: sageMaker });
  const running: string[] = [];
  for await (const page of paginateListTrainingJobs({ client: sageMaker }, { StatusEquals: "InProgress" })) {
    running.push(...(page.TrainingJobSummaries ?? []).flatMap(({ TrainingJobName: name }) => name ?? []));
  }
  const stopped: string[] = [];
  for (const name of running) {
    if (parseTrainingJobName("local", name) === undefined) continue;
    // Only the address of its checkpoints says to whom the job belongs.
    const job = parseTrainingJobKey((await sageMakerJobs.describe(name))?.checkpointUri ?? "");
    if (job === undefined || (await hasRow(job))) continue;
    await sageMakerJobs.stop(name);
    stopped.push(name);
  }
  return stopped;
}

/** Returns a function that reads the row of a training job in the table itself. */
export function rowsOfTrainingJobs(
  table: DynamoDBDocumentClient,
  tableName: string,
): StopTrainingsWithoutRowParams["hasRow"] {
  return async ({ sub, id }) => {
    const Key = ownedKey("TRAINING_JOB", sub, id);
    const { Item } = await table.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
    return Item !== undefined;
  };
}
