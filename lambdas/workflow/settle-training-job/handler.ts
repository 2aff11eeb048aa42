import { readEnvironment } from "../../aws/environment";
import { observed } from "../../telemetry/observed";
import { parseSettleInput } from "./settle-input";
import { settleTrainingJob } from "./settle-training-job";
import { createSettlingPorts } from "./settling-ports";

const ports = createSettlingPorts(readEnvironment(["stage", "tableName", "artefactsBucket", "workBucket"]));

export const handler = observed("workflow/settle-training-job", async (event, telemetry) => {
  const { input, failure, fault, caught } = parseSettleInput(event);
  if (caught !== undefined) telemetry.log.error("a step failed unexpectedly", caught);
  return await settleTrainingJob({ ...ports, ...telemetry, input, failure, fault });
});
