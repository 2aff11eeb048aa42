/** The ports of settling, made once: the workflow's last step, the sweeper and the execution-status rule all settle. */
import { createDocumentClient, createS3Client, createSageMakerClient } from "../aws/clients";
import { createSlots } from "../aws/table/slots";
import { createTickets } from "../aws/table/tickets";
import { createTrainingJobsInExecution, type TrainingJobsInExecution } from "../aws/table/training-job-execution";
import { createTrainingJobs } from "../aws/training-jobs";
import { createObjectStore } from "../stores/objects";
import type { SettleTrainingJobParams } from "./finalize-training-job";

export interface SettlingPlaces {
  readonly tableName: string;
  readonly artefactsBucket: string;
  readonly workBucket: string;
}

export interface SettlingPorts extends Omit<
  SettleTrainingJobParams,
  "jobs" | "input" | "failure" | "fault" | "log" | "metrics"
> {
  /** With what it takes to begin the next attempt. */
  readonly jobs: TrainingJobsInExecution;
}

export function createSettlingPorts({ tableName, artefactsBucket, workBucket }: SettlingPlaces): SettlingPorts {
  const table = createDocumentClient();
  const objects = createS3Client();
  const now = () => new Date();
  return {
    jobs: createTrainingJobsInExecution({ client: table, tableName, now }),
    slots: createSlots({ client: table, tableName }),
    tickets: createTickets({ client: table, tableName }),
    trainingJobs: createTrainingJobs({ client: createSageMakerClient() }),
    work: createObjectStore({ client: objects, bucket: workBucket }),
    artefacts: createObjectStore({ client: objects, bucket: artefactsBucket }),
    now,
    random: Math.random,
  };
}
