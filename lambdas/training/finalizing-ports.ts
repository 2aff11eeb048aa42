/** The ports of settling, made once: the workflow's last step, the sweeper and the execution-status rule all settle. */
import { createDocumentClient, createS3Client, createSageMakerClient } from "../aws/clients";
import { createDynamoDBTable } from "../stores/dynamodb-table";
import { createSlots, type Slots } from "../stores/slots";
import { createTickets } from "../stores/tickets";
import { createTrainingJobs, type TrainingJobs } from "../stores/training-jobs";
import { createSageMakerJobs } from "../aws/sagemaker-jobs";
import { createObjectStore } from "../stores/objects";
import type { SettleTrainingJobParams } from "./finalize-training-job";

export interface SettlingPlaces {
  readonly tableName: string;
  readonly artefactsBucket: string;
  readonly workBucket: string;
}

export interface SettlingPorts extends Omit<
  SettleTrainingJobParams,
  "jobs" | "slots" | "input" | "failure" | "fault" | "log" | "metrics"
> {
  /** With what it takes to begin the next attempt. */
  readonly jobs: TrainingJobs;
  readonly slots: Slots;
}

export function createSettlingPorts({ tableName, artefactsBucket, workBucket }: SettlingPlaces): SettlingPorts {
  const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
  const objects = createS3Client();
  const now = () => new Date();
  return {
    jobs: createTrainingJobs({ table, now }),
    slots: createSlots(table),
    tickets: createTickets(table),
    trainingJobs: createSageMakerJobs({ client: createSageMakerClient() }),
    work: createObjectStore({ client: objects, bucket: workBucket }),
    artefacts: createObjectStore({ client: objects, bucket: artefactsBucket }),
    now,
    random: Math.random,
  };
}
