/** What the commands of operators read of a stack, from a server that responds as CloudFormation does. */
import { describeStack } from "../../../tools/stacks/deployed-stage";
import { startCloudFormation } from "../../support/cloudformation-server";

test.each([
  ["<EnableTerminationProtection>true</EnableTerminationProtection>", true],
  ["<EnableTerminationProtection>false</EnableTerminationProtection>", false],
  ["", false],
])("a stack with %s is protected: %s", async (protection, isProtected) => {
  const stacks = `<Stacks><member><StackStatus>ROLLBACK_COMPLETE</StackStatus>${protection}</member></Stacks>`;
  const { client, stop } = await startCloudFormation("DescribeStacks", stacks);
  try {
    const stack = await describeStack({ cloudFormation: client, stage: "prod" }, "Inference");
    expect(stack).toEqual({ status: "ROLLBACK_COMPLETE", isProtected, outputs: {} });
  } finally {
    await stop();
  }
});
