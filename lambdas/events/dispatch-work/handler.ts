import * as z from "zod";
import { patience } from "../../../naming/time-limits";
import { createQueueClient, createSageMakerClient, createStepFunctionsClient } from "../../aws/clients";
import { createCompositionQueue, createDispatchFailures } from "../../aws/composition-queue";
import { readEnvironment } from "../../aws/environment";
import { createFreezingQueue } from "../../aws/freezing-queue";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { dispatchWork } from "../../open-work/dispatch-work";
import { instrumented } from "../../telemetry/instrumented";
import { createLogger, logTo } from "../../telemetry/logger";

const { compositionQueueUrl, freezingQueueUrl, dispatchFailuresQueueUrl, stateMachineArn } = readEnvironment([
  "stage",
  "compositionQueueUrl",
  "freezingQueueUrl",
  "dispatchFailuresQueueUrl",
  "stateMachineArn",
]);
const client = createQueueClient();
const compositionQueue = createCompositionQueue({ client, queueUrl: compositionQueueUrl });
const freezingQueue = createFreezingQueue({ client, queueUrl: freezingQueueUrl });
const failures = createDispatchFailures({ client, queueUrl: dispatchFailuresQueueUrl });
const executions = createWorkflowExecutions({ client: createStepFunctionsClient(), stateMachineArn });
const sageMakerJobs = createSageMakerJobs({
  client: createSageMakerClient(patience.background.sagemakerStop),
  log: logTo(createLogger("aws/sagemaker-jobs")),
});

const eventSchema = z.object({ Records: z.array(z.unknown()) });

/** Dispatches the work that records of the table's stream ask for. */
export const handler = instrumented("events/dispatch-work", async (event, telemetry) => {
  const { Records: records } = eventSchema.parse(event);
  return await dispatchWork({
    ...{ records, compositionQueue, freezingQueue, executions, sageMakerJobs, failures, ...telemetry },
  });
});
