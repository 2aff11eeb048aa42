import type { OperationsOf } from "../../http/bind-operations";
import { createTrainingJob } from "./create-training-job";
import { deleteTrainingJob } from "./delete-training-job";
import { estimateTrainingJob } from "./estimate-training-job";
import { getTrainingJob } from "./get-training-job";
import { getTrainingJobSample } from "./get-training-job-sample";
import { listTrainingJobMetrics } from "./list-training-job-metrics";
import { listTrainingJobSamples } from "./list-training-job-samples";
import { listTrainingJobs } from "./list-training-jobs";
import { listTrainingTopics } from "./list-training-topics";
import { stopTrainingJob } from "./stop-training-job";

export const trainingOperations = {
  listTrainingTopics,
  createTrainingJob,
  estimateTrainingJob,
  listTrainingJobs,
  getTrainingJob,
  deleteTrainingJob,
  stopTrainingJob,
  listTrainingJobMetrics,
  listTrainingJobSamples,
  getTrainingJobSample,
} satisfies OperationsOf<"training">;
