import * as z from "zod";
import { patience } from "../../../naming/time-limits";
import { createQueueClient, createSageMakerClient, createStepFunctionsClient } from "../../aws/clients";
import { createCompositionQueue, createDispatchFailures } from "../../aws/composition-queue";
import { readEnvironment } from "../../aws/environment";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { observed } from "../../telemetry/observed";
import { dispatchWork } from "../../open-work/dispatch-work";

const { compositionQueueUrl, dispatchFailuresQueueUrl, stateMachineArn } = readEnvironment([
  "stage",
  "compositionQueueUrl",
  "dispatchFailuresQueueUrl",
  "stateMachineArn",
]);
const client = createQueueClient();
const compositions = createCompositionQueue({ client, queueUrl: compositionQueueUrl });
const failures = createDispatchFailures({ client, queueUrl: dispatchFailuresQueueUrl });
const executions = createWorkflowExecutions({ client: createStepFunctionsClient(), stateMachineArn });
const trainingJobs = createSageMakerJobs({ client: createSageMakerClient(patience.background.sagemakerStop) });

const eventSchema = z.object({ Records: z.array(z.unknown()) });

export const handler = observed("events/dispatch-work", async (event, telemetry) => {
  const { Records: records } = eventSchema.parse(event);
  await dispatchWork({ records, compositions, executions, trainingJobs, failures, ...telemetry });
  return {};
});
