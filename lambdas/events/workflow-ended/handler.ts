import { createStepFunctionsClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { observed } from "../../telemetry/observed";
import { recoverTrainingJob } from "../../workflow/recover-training-job";
import { createSettlingPorts } from "../../workflow/settle-training-job/settling-ports";
import { parseEndedWorkflow } from "./workflow-ended";

const environment = readEnvironment(["stage", "tableName", "artefactsBucket", "workBucket", "stateMachineArn"]);
const ports = createSettlingPorts(environment);
const executions = createWorkflowExecutions({
  client: createStepFunctionsClient(),
  stateMachineArn: environment.stateMachineArn,
});

/** The next attempt goes on; if there is none, a job that SageMaker still has to stop is settled by the sweeper later. */
export const handler = observed("events/workflow-ended", async (event, telemetry) => {
  const { input, fault, failedByItself } = parseEndedWorkflow(event);
  telemetry.log.warn("a workflow did not end by itself", { jobId: input.jobId, code: fault.code });
  return await recoverTrainingJob({ ...ports, ...telemetry, executions, input, fault, failedByItself });
});
