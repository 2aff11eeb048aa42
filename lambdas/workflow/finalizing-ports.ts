/**
 * Creates the ports of finalizing. The workflow's last step, the reconciler and the rule on execution status all
 * finalize jobs and need the same ports.
 */
import { createDocumentClient, createS3Client, createSageMakerClient } from "../aws/clients";
import { createSageMakerJobs } from "../aws/sagemaker-jobs";
import { createDynamoDBTable } from "../stores/dynamodb-table";
import { createObjectStore } from "../stores/objects";
import { createSlots, type Slots } from "../stores/slots";
import { createTickets } from "../stores/tickets";
import { createTrainingJobs, type TrainingJobs } from "../stores/training-jobs";
import type { FinalizeTrainingJobParams } from "../training/finalize-training-job";

export interface FinalizingPlaces {
  readonly tableName: string;
  readonly artifactsBucket: string;
  readonly workBucket: string;
}

export interface FinalizingPorts extends Omit<
  FinalizeTrainingJobParams,
  "trainingJobs" | "slots" | "input" | "failure" | "fault" | "log" | "metrics"
> {
  /** The store of training jobs, which can also begin the next attempt. */
  readonly trainingJobs: TrainingJobs;
  readonly slots: Slots;
}

export function createFinalizingPorts({ tableName, artifactsBucket, workBucket }: FinalizingPlaces): FinalizingPorts {
  const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
  const objects = createS3Client();
  const now = () => new Date();
  return {
    trainingJobs: createTrainingJobs({ table, now }),
    slots: createSlots(table),
    tickets: createTickets(table),
    sageMakerJobs: createSageMakerJobs({ client: createSageMakerClient() }),
    work: createObjectStore({ client: objects, bucket: workBucket }),
    artifacts: createObjectStore({ client: objects, bucket: artifactsBucket }),
    now,
    random: Math.random,
  };
}
