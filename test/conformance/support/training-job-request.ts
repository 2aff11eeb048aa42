import type { CreateTrainingJobCommandInput } from "@aws-sdk/client-sagemaker";
import { bucket, imageUri, role } from "./local-services";

let made = 0;

/** A name that no other test of this process uses. */
export function freshName(prefix: string): string {
  made += 1;
  return `${prefix}-${process.pid}-${made}`;
}

/** A request for a job of the tiny container; `hyperParameters` steer it (see train.mjs). */
export function trainingJobRequest(
  name: string,
  hyperParameters: Record<string, string> = {},
  more: Partial<CreateTrainingJobCommandInput> = {},
): CreateTrainingJobCommandInput {
  return {
    TrainingJobName: name,
    RoleArn: role,
    HyperParameters: hyperParameters,
    AlgorithmSpecification: {
      TrainingImage: imageUri,
      TrainingInputMode: "File",
      MetricDefinitions: [
        { Name: "loss", Regex: "^\\[opencomposer\\] epoch=\\d+ loss=([-+.eE\\d]+)$" },
        { Name: "epoch", Regex: "^\\[opencomposer\\] epoch=(\\d+) " },
      ],
    },
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/results`, CompressionType: "NONE" },
    ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    CheckpointConfig: { S3Uri: `s3://${bucket}/checkpoints/${name}/` },
    ...more,
  };
}
