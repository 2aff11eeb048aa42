import { readEnvironment } from "../../aws/environment";
import { observed } from "../../telemetry/observed";
import { settleTrainingJob } from "../../workflow/settle-training-job/settle-training-job";
import { createSettlingPorts } from "../../workflow/settle-training-job/settling-ports";
import { parseEndedWorkflow } from "./workflow-ended";

const ports = createSettlingPorts(readEnvironment(["stage", "tableName", "artefactsBucket", "workBucket"]));

/** A job that SageMaker still has to stop is told to; the sweeper settles it when it has ended. */
export const handler = observed("events/workflow-ended", async (event, telemetry) => {
  const { input, fault } = parseEndedWorkflow(event);
  telemetry.log.warn("a workflow did not end by itself", { jobId: input.jobId, code: fault.code });
  return await settleTrainingJob({ ...ports, ...telemetry, input, fault });
});
