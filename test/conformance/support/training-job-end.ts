import {
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  type SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { until } from "./until";

/** The job once it has ended, however it did. @throws Error when it has not in time */
export async function trainingJobEnd(
  { sagemaker }: { readonly sagemaker: SageMakerClient },
  name: string,
  seconds?: number,
): Promise<DescribeTrainingJobCommandOutput> {
  return await until(
    `${name} has ended`,
    async () => {
      const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
      return ["Completed", "Failed", "Stopped"].includes(job.TrainingJobStatus ?? "") ? job : undefined;
    },
    seconds,
  );
}
