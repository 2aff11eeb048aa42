import { createStepFunctionsClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { instrumented } from "../../telemetry/instrumented";
import { createFinalizingPorts } from "../../training/finalizing-ports";
import { withinTime } from "../../training/time-limit";
import { workflowEnded } from "../../training/workflow-ended";

const environment = readEnvironment(["stage", "tableName", "artifactsBucket", "workBucket", "stateMachineArn"]);
const ports = createFinalizingPorts(environment);
const executions = createWorkflowExecutions({
  client: createStepFunctionsClient(),
  stateMachineArn: environment.stateMachineArn,
});

/**
 * Goes on with the job in its next attempt. If there is none and SageMaker still has to stop the job, the reconciler
 * finalizes it later.
 */
export const handler = instrumented(
  "events/workflow-ended",
  async (event, telemetry) => await workflowEnded({ ...ports, ...telemetry, event, executions, withinTime }),
);
