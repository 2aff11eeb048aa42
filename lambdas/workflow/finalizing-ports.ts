/**
 * Creates the ports of finalizing. The workflow's last step, the reconciler and the rule on execution status all
 * finalize jobs and need the same ports.
 */
import { createS3Client, createSageMakerClient } from "../aws/clients";
import { createSageMakerJobs } from "../aws/sagemaker-jobs";
import { createObjectStore, type ObjectStore } from "../stores/objects";
import { createSlots, type Slots } from "../stores/slots";
import type { Table } from "../stores/table";
import { createTickets } from "../stores/tickets";
import { createTrainingJobs, type TrainingJobs } from "../stores/training-jobs";
import { createLogger, logTo } from "../telemetry/logger";
import type { FinalizeTrainingJobParams } from "../training/finalize-training-job";

export interface FinalizingPortsParams {
  readonly table: Table;
  readonly artifactsBucket: string;
  readonly workBucket: string;
}

export interface FinalizingPorts extends Omit<
  FinalizeTrainingJobParams,
  "trainingJobs" | "slots" | "work" | "artifacts" | "input" | "failure" | "fault" | "log" | "metrics"
> {
  /** The store of training jobs, which can also begin the next attempt. */
  readonly trainingJobs: TrainingJobs;
  readonly slots: Slots;
  readonly work: ObjectStore;
  readonly artifacts: ObjectStore;
}

export function createFinalizingPorts({ table, artifactsBucket, workBucket }: FinalizingPortsParams): FinalizingPorts {
  const s3 = createS3Client();
  const now = () => new Date();
  return {
    trainingJobs: createTrainingJobs({ table, now }),
    slots: createSlots(table),
    tickets: createTickets(table),
    sageMakerJobs: createSageMakerJobs({
      client: createSageMakerClient(),
      log: logTo(createLogger("aws/sagemaker-jobs")),
    }),
    work: createObjectStore({ client: s3, bucket: workBucket }),
    artifacts: createObjectStore({ client: s3, bucket: artifactsBucket }),
    now,
    random: Math.random,
  };
}
