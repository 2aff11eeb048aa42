/** What the commands of operators read of a stack, from a server that responds as CloudFormation does. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { describeStack } from "../../../tools/stacks/deployed-stage";

let server: Server | undefined;
afterEach(async () => {
  await new Promise((resolve) => server?.close(resolve));
});

/** Returns a client whose requests are responded to with one stack that has these members. */
async function clientOf(members: string): Promise<CloudFormationClient> {
  server = createServer((_, response) => {
    response.setHeader("Content-Type", "text/xml");
    response.end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>${members}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server?.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "k", secretAccessKey: "s" };
  return new CloudFormationClient({ region: "eu-west-1", endpoint: `http://127.0.0.1:${port}`, credentials });
}

test.each([
  ["<EnableTerminationProtection>true</EnableTerminationProtection>", true],
  ["<EnableTerminationProtection>false</EnableTerminationProtection>", false],
  ["", false],
])("a stack with %s is protected: %s", async (protection, isProtected) => {
  const cloudFormation = await clientOf(`<StackStatus>ROLLBACK_COMPLETE</StackStatus>${protection}`);
  const stack = await describeStack({ cloudFormation, stage: "prod" }, "Inference");
  cloudFormation.destroy();
  expect(stack).toEqual({ status: "ROLLBACK_COMPLETE", isProtected, outputs: {} });
});
