/** A server that responds to every request as CloudFormation does to one. */
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { startListeningServer } from "./listening-server";

export interface CloudFormationServer {
  readonly client: CloudFormationClient;
  readonly stop: () => Promise<void>;
}

/** @param result - the XML within the result of the operation, for example `<Stacks>…</Stacks>` of DescribeStacks */
export async function startCloudFormation(operation: string, result: string): Promise<CloudFormationServer> {
  const server = await startListeningServer((_, response) => {
    response.setHeader("Content-Type", "text/xml");
    response.end(`<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`);
  });
  const credentials = { accessKeyId: "k", secretAccessKey: "s" };
  const client = new CloudFormationClient({ region: "eu-west-1", endpoint: server.url, credentials });
  return {
    client,
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}
