/**
 * A MiniStack in the place of an account of AWS, with stacks that have the names and outputs of a deployed stage, and the
 * commands of operators as a person runs them on it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from "@aws-sdk/client-cloudformation";
import { localCloudEnvironment } from "../../../local/cloud/deployment";
import { localCredentials, startMiniStack } from "../../../local/cloud/ministack";
import { partitionKey, sortKey } from "../../../naming/table-keys";
import { environmentPython, findPython, makeEnvironments } from "../../../tools/python/environments";
import { environmentWithoutAws, type ProgramResult, runCommand, runProgram } from "../../support/run-program";
import { enoughQuotas, type ServiceQuotasServer, startServiceQuotas } from "../../support/service-quotas";

export const region = "eu-west-1";

/** What the stack of a stage's storage has that the commands use. */
export const storageTemplate = {
  Resources: {
    Table: {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [
          { AttributeName: partitionKey, KeyType: "HASH" },
          { AttributeName: sortKey, KeyType: "RANGE" },
        ],
        AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      },
    },
    Artifacts: { Type: "AWS::S3::Bucket" },
    Work: { Type: "AWS::S3::Bucket" },
  },
  Outputs: {
    TableName: { Value: { Ref: "Table" } },
    ArtifactsBucketName: { Value: { Ref: "Artifacts" } },
    WorkBucketName: { Value: { Ref: "Work" } },
  },
};

/** The users of a stage, as lib/constructs/user-directory.ts makes them. */
export const apiTemplate = {
  Resources: {
    Pool: {
      Type: "AWS::Cognito::UserPool",
      Properties: {
        AliasAttributes: ["email"],
        AutoVerifiedAttributes: ["email"],
        UsernameConfiguration: { CaseSensitive: false },
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      },
    },
    Client: {
      Type: "AWS::Cognito::UserPoolClient",
      Properties: {
        UserPoolId: { Ref: "Pool" },
        AllowedOAuthFlows: ["code"],
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthScopes: ["openid", "email"],
        CallbackURLs: ["https://music.example.org/"],
        SupportedIdentityProviders: ["COGNITO"],
      },
    },
  },
  Outputs: {
    ApiUrl: { Value: "https://api.example.org" },
    UserPoolId: { Value: { Ref: "Pool" } },
    UserPoolClientId: { Value: { Ref: "Client" } },
  },
};

export interface OperatorsCloud {
  readonly endpointUrl: string;
  /** For the clients of a test. */
  readonly settings: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: typeof localCredentials;
  };
  createStack(name: string, template: object): Promise<void>;
  /** Runs `scripts/{command}.ts` as npm does, with this cloud in the place of AWS. */
  run(command: string, options: readonly string[], input?: string): Promise<ProgramResult>;
  /** Runs commands as a person types them who has the AWS CLI, and ends at the first that fails. */
  type(commands: readonly string[]): Promise<ProgramResult>;
  /** The quotas of the account; MiniStack has none. */
  readonly quotas: ServiceQuotasServer;
  stop(): Promise<void>;
}

export async function startOperatorsCloud(): Promise<OperatorsCloud> {
  await makeEnvironments({ names: ["cloud", "clients"], python: findPython(), report: () => undefined });
  const directory = mkdtempSync(join(tmpdir(), "opencomposer-operators-"));
  const cloud = await startMiniStack({ python: environmentPython("cloud"), directory, region, persist: false });
  const { endpointUrl } = cloud;
  const quotas = await startServiceQuotas(enoughQuotas);
  const settings = { endpoint: endpointUrl, region, credentials: localCredentials };
  const cloudFormation = new CloudFormationClient(settings);
  const environment = {
    ...environmentWithoutAws(),
    ...localCloudEnvironment({ endpointUrl, region }),
    AWS_ENDPOINT_URL_SERVICE_QUOTAS: quotas.url,
  };
  return {
    endpointUrl,
    settings,
    quotas,
    createStack: async (StackName, template) => {
      await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template) }));
      await waitUntilStackCreateComplete({ client: cloudFormation, maxWaitTime: 120, minDelay: 1 }, { StackName });
    },
    run: async (command, options, input = "") => await runCommand(command, options, { environment, input }),
    type: async (commands) => {
      const aws = `aws() { '${environmentPython("clients")}' -m awscli "$@"; }`;
      const args = ["-e", "-c", [aws, ...commands].join("\n")];
      return await runProgram("bash", args, { environment });
    },
    stop: async () => {
      cloudFormation.destroy();
      await quotas.stop();
      await cloud.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
