import { readEnvironment } from "../../aws/environment";
import { observedStep } from "../observed-step";
import { parseSettleInput } from "../../training/finalize-input";
import { settleTrainingJob } from "../../training/finalize-training-job";
import { createSettlingPorts } from "../../training/finalizing-ports";

const ports = createSettlingPorts(readEnvironment(["stage", "tableName", "artefactsBucket", "workBucket"]));

export const handler = observedStep("workflow/settle-training-job", async (data, telemetry) => {
  const { input, failure, fault, caught } = parseSettleInput(data);
  if (caught !== undefined) telemetry.log.error("a step failed unexpectedly", caught);
  return await settleTrainingJob({ ...ports, ...telemetry, input, failure, fault });
});
