import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  paginateListTrainingJobs,
  SageMakerClient,
  SageMakerServiceException,
  StopTrainingJobCommand,
  type TrainingJobStatus,
} from "@aws-sdk/client-sagemaker";
import { paginateListExecutions, SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createDynamoDBTable } from "../../lambdas/stores/dynamodb-table";
import { createTrainingJobs } from "../../lambdas/stores/training-jobs";
import { parseTrainingJobName, resourcePrefix, type Stage } from "../../naming/resource-names";
import { type DescribedStack, type StackName, storageStack, trainingStack } from "../../tools/stacks/deployed-stage";
import type { OpenStage } from "../operators/open-stage";
import type { RunningExecution, RunningTraining, TrainingOfStage } from "./stop-trainings";

const runningStatuses = ["InProgress", "Stopping"] as const satisfies readonly TrainingJobStatus[];

/** Returns the training jobs of a stage at SageMaker that have not ended. Their names begin with the stage's prefix. */
export async function listTrainings(client: SageMakerClient, stage: Stage): Promise<RunningTraining[]> {
  const found: RunningTraining[] = [];
  for (const status of runningStatuses) {
    const query = { NameContains: `${resourcePrefix(stage)}-`, StatusEquals: status };
    for await (const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client }, query)) {
      for (const { TrainingJobName: name = "" } of TrainingJobSummaries) {
        if (parseTrainingJobName(stage, name) !== undefined) found.push({ name, stopping: status === "Stopping" });
      }
    }
  }
  return found;
}

/** Returns the client of the stage's SageMaker; the local cloud has a server of its own for it. */
export const sageMakerOf = ({ settings, local }: OpenStage): SageMakerClient =>
  new SageMakerClient(local === undefined ? settings : { ...settings, endpoint: local.sagemakerEndpointUrl });

/**
 * Returns what training runs on. Table and workflow are missing where their stack is gone already.
 * @param stacks those of the stage that are there
 */
export function findTraining(stage: OpenStage, stacks: ReadonlyMap<StackName, DescribedStack>): TrainingOfStage {
  const storage = storageStack.outputs.safeParse(stacks.get(storageStack.name)?.outputs).data;
  const workflow = trainingStack.outputs.safeParse(stacks.get(trainingStack.name)?.outputs).data;
  const sageMaker = sageMakerOf(stage);
  const stepFunctions = new SFNClient(stage.settings);
  return {
    rows:
      storage === undefined
        ? undefined
        : createTrainingJobs({
            table: createDynamoDBTable({
              client: DynamoDBDocumentClient.from(new DynamoDBClient(stage.settings), {
                marshallOptions: { removeUndefinedValues: true },
              }),
              tableName: storage.TableName,
            }),
            now: () => new Date(),
          }),

    listTrainings: async () => await listTrainings(sageMaker, stage.stage),

    stopTraining: async (name) => {
      try {
        await sageMaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
      } catch (error) {
        // It has ended since it was listed. SageMaker says so by a ValidationException; the next list shows the truth.
        if (!(error instanceof SageMakerServiceException && error.name === "ValidationException")) throw error;
      }
    },

    listExecutions: async () => {
      const found: RunningExecution[] = [];
      if (workflow === undefined) return found;
      const query = { stateMachineArn: workflow.StateMachineArn, statusFilter: "RUNNING" } as const;
      for await (const { executions = [] } of paginateListExecutions({ client: stepFunctions }, query)) {
        for (const { name = "", executionArn: arn = "" } of executions) found.push({ name, arn });
      }
      return found;
    },

    stopExecution: async (executionArn) => {
      const cause = "An operator stopped all training of the stage (npm run stop-all).";
      await stepFunctions.send(new StopExecutionCommand({ executionArn, error: "StoppedByOperator", cause }));
    },
  };
}
