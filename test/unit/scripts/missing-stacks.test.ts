/**
 * What the commands say that work without the stacks of a stage: in a Region that was never deployed to, "nothing runs"
 * must not read as if all were well. A small server stands in for the services of AWS.
 */
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { describeStacks, withStage } from "../../../scripts/operators/open-stage";
import { type StackName, stackNames } from "../../../tools/stacks/deployed-stage";
import { type ListeningServer, startListeningServer } from "../../support/listening-server";
import { environmentWithoutAws, type ProgramResult, runCommand } from "../../support/run-program";

const stateMachine = "arn:aws:states:eu-west-1:123456789012:stateMachine:training";
const output = `<member><OutputKey>StateMachineArn</OutputKey><OutputValue>${stateMachine}</OutputValue></member>`;

/** The stacks of the stage dev that the server has. */
let deployed: readonly StackName[];
let server: ListeningServer;

/** Returns the status and the body of a response: CloudFormation and STS speak XML, the others JSON. */
async function respond(request: IncomingMessage): Promise<readonly [number, string]> {
  const form = new URLSearchParams(await text(request));
  const action = form.get("Action") ?? "";
  if (action === "") return [200, "{}"];
  if (action === "GetCallerIdentity") {
    return [
      200,
      `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    ];
  }
  const name = form.get("StackName") ?? "";
  if (!deployed.some((one) => name === `opencomposer-dev-${one}`)) {
    const message = `Stack with id ${name} does not exist`;
    return [
      400,
      `<ErrorResponse><Error><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
    ];
  }
  const stacks = `<Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${output}</Outputs></member></Stacks>`;
  return [
    200,
    `<${action}Response><${action}Result>${action === "DescribeStacks" ? stacks : ""}</${action}Result></${action}Response>`,
  ];
}

beforeEach(async () => {
  deployed = [];
  server = await startListeningServer((request, response) => {
    void respond(request).then(([status, body]) => {
      const type = body.startsWith("<") ? "text/xml" : "application/x-amz-json-1.1";
      response.writeHead(status, { "content-type": type }).end(body);
    });
  });
});
afterEach(async () => {
  await server.stop();
});

/** Runs a command with the server in the place of AWS. */
const run = async (command: string, ...given: string[]): Promise<ProgramResult> =>
  await runCommand(command, given, {
    environment: {
      ...environmentWithoutAws(),
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: "k",
      AWS_SECRET_ACCESS_KEY: "s",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    },
  });

const fromNowhere = "Region us-east-1 (from the CDK's own default, because nothing names a Region)";

test("stop-all ends with 1 where there is no stack, and says where the Region comes from", async () => {
  const { error, status } = await run("stop-all", "--stage", "dev", "--yes");
  expect(status).toBe(1);
  expect(error).toContain(`There is no stack of dev in account 123456789012 and ${fromNowhere}.`);
  expect(error).toContain("--region");
}, 120_000);

test("stop-all names the stacks that a destroy has left, and works on them", async () => {
  deployed = ["Training"];
  const { out, error, status } = await run("stop-all", "--stage", "dev", "--yes", "--region", "eu-west-1");
  expect({ error, status }).toEqual({ error: "", status: 0 });
  expect(out).toContain(
    "There are the stacks Training of dev, and none of Storage, Console, Api, Inference, Observability in account 123456789012 and Region eu-west-1 (from --region).",
  );
}, 120_000);

test("doctor says beside what is left that there is no stack here", async () => {
  const { out } = await run("doctor", "--stage", "dev", "--leftovers");
  expect(out).toContain(`There is no stack of dev in account 123456789012 and ${fromNowhere}.`);
}, 120_000);

test("a whole stage is told with all of its stacks", () => {
  const stage = {
    stage: "prod",
    account: "1",
    regionFrom: "AWS_REGION",
    settings: { region: "eu-west-1" },
  } as const;
  expect(describeStacks(stage, stackNames)).toBe(
    "There are the stacks Storage, Console, Api, Training, Inference, Observability of prod in account 1 and Region eu-west-1 (from AWS_REGION).",
  );
});

const refused = async (values: Parameters<typeof withStage>[0]["values"]): Promise<void> => {
  await withStage({ values, command: "npm run doctor" }, async () => {
    await Promise.reject(new Error("The command was run."));
  });
};

test.each(["region", "profile"] as const)(
  "--%s is refused for the stage local, which it says nothing about",
  async (name) => {
    await expect(refused({ stage: "local", [name]: "x" })).rejects.toThrow(
      `--${name} is x, but the stage local runs on this machine; leave it out.`,
    );
  },
);

test("a Region of another partition is refused before anything is asked of it", async () => {
  await expect(refused({ stage: "dev", region: "us-gov-west-1" })).rejects.toThrow(
    "The Region us-gov-west-1 is not supported",
  );
});
