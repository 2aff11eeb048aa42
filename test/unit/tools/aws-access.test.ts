/** Which Region and credentials the commands of operators use, held against the CDK CLI itself. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ListTrainingJobsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { freePort } from "../../../tools/processes/free-port";
import { repository } from "../../../tools/repository";
import { explainAccessError, findAwsAccess } from "../../../tools/stacks/aws-access";
import { startListeningServer } from "../../support/listening-server";
import { environmentWithoutAws } from "../../support/run-program";

const device = "arn:aws:iam::123456789012:mfa/ada";
let folder: string;
let ownEnvironment: NodeJS.ProcessEnv;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-access-"));
  writeFileSync(
    join(folder, "config"),
    "[default]\nregion = sa-east-1\n\n[profile music]\nregion = eu-north-1\n\n[profile bare]\noutput = json\n\n" +
      `[profile guarded]\nrole_arn = arn:aws:iam::123456789012:role/deployer\nsource_profile = music\nmfa_serial = ${device}\n`,
  );
  writeFileSync(
    join(folder, "credentials"),
    "[default]\naws_access_key_id = default-key\naws_secret_access_key = s\n\n[music]\naws_access_key_id = music-key\naws_secret_access_key = s\n",
  );
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "app.js"), "console.error(`REGION=${process.env.CDK_DEFAULT_REGION}`);");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  ownEnvironment = { ...process.env };
});
afterEach(() => {
  process.env = ownEnvironment;
});

/** The SDK reads its files' places from the process's environment. */
function environmentOf(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  process.env = {
    ...environmentWithoutAws(),
    AWS_CONFIG_FILE: join(folder, "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    ...variables,
  };
  return process.env;
}

/** Returns the Region that the CDK CLI tells its app. */
function regionOfCdk(environment: NodeJS.ProcessEnv, options: readonly string[]): string | undefined {
  const app = `${process.execPath} ${join(folder, "app.js")}`;
  const { stderr, stdout } = spawnSync(
    join(repository, "node_modules", ".bin", "cdk"),
    ["list", "--app", app, "--output", join(folder, "cdk.out"), ...options],
    { cwd: folder, env: environment, encoding: "utf8" },
  );
  return /REGION=(\S+)/.exec(stderr + stdout)?.[1];
}

test.each([
  [
    "AWS_REGION before AWS_DEFAULT_REGION",
    { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "us-west-2" },
    {},
    "eu-west-1",
  ],
  ["AWS_DEFAULT_REGION alone", { AWS_DEFAULT_REGION: "us-west-2" }, {}, "us-west-2"],
  ["a variable before the profile", { AWS_REGION: "eu-west-1", AWS_PROFILE: "music" }, {}, "eu-west-1"],
  ["the profile of the option", {}, { profile: "music" }, "eu-north-1"],
  ["the profile of the variable", { AWS_PROFILE: "music" }, {}, "eu-north-1"],
  ["the default profile, where the profile has no Region", { AWS_PROFILE: "bare" }, {}, "sa-east-1"],
  ["the option before all", { AWS_REGION: "eu-west-1" }, { region: "ap-south-1" }, "ap-south-1"],
])("the Region is the CDK's: %s", async (_, variables, options, region) => {
  const environment = environmentOf(variables);
  const { settings } = await findAwsAccess(options);
  expect(settings.region).toBe(region);
  const asOptions = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  expect(regionOfCdk(environment, asOptions)).toBe(region);
});

test("without any Region it is the one that the CDK takes, and the reason says so", async () => {
  environmentOf({ AWS_CONFIG_FILE: join(folder, "empty") });
  const { settings, regionFrom } = await findAwsAccess({});
  expect(settings.region).toBe("us-east-1");
  expect(regionFrom).toContain("nothing names a Region");
});

test.each([
  [
    "keys in variables come before a profile in a variable",
    { AWS_PROFILE: "music", AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" },
    {},
    "k",
  ],
  [
    "--profile comes before keys in variables",
    { AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" },
    { profile: "music" },
    "music-key",
  ],
  ["a profile in a variable", { AWS_PROFILE: "music" }, {}, "music-key"],
  ["the default profile", {}, {}, "default-key"],
])("credentials: %s", async (_, variables, options, key) => {
  environmentOf(variables);
  const { settings } = await findAwsAccess(options);
  expect((await settings.credentials()).accessKeyId).toBe(key);
});

test("missing credentials and an unknown Region are explained with what was asked for", async () => {
  environmentOf({ AWS_SHARED_CREDENTIALS_FILE: join(folder, "empty") });
  const access = await findAwsAccess({ profile: "nobody", region: "eu-wst-1" });
  const failure: unknown = await access.settings.credentials().catch((error: unknown) => error);
  expect(explainAccessError(failure, access)).toMatchObject({
    message: expect.stringMatching(
      /^There are no AWS credentials \(the profile is nobody\).*\n.*--profile or AWS_PROFILE/,
    ),
  });
  const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND sts.eu-wst-1.amazonaws.com"), { code: "ENOTFOUND" });
  expect(explainAccessError(unknown, access)).toMatchObject({
    message: expect.stringContaining("the Region eu-wst-1 (from --region)"),
  });
  const other = new Error("something else");
  expect(explainAccessError(other, access)).toBe(other);
});

/** Returns what is told of a request to this address, by the settings that every command has. */
async function explanationOf(endpoint: string): Promise<string> {
  environmentOf({ AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s", AWS_ENDPOINT_URL: endpoint });
  const access = await findAwsAccess({ region: "eu-west-1" });
  const client = new SageMakerClient({ ...access.settings, maxAttempts: 1 });
  try {
    await client.send(new ListTrainingJobsCommand({}));
    return "it was answered";
  } catch (error) {
    const explained = explainAccessError(error, access);
    return explained instanceof Error ? explained.message : String(explained);
  } finally {
    client.destroy();
  }
}

test("an address at which nobody answers is told with the request and the variable that names it", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const told = await explanationOf(url);
  expect(told).toMatch(/^SageMaker ListTrainingJobs failed, because nobody answers: .*ECONNREFUSED/);
  expect(told).toContain(`Requests go where AWS_ENDPOINT_URL=${url} says, and without it to AWS.`);
});

test.each([
  [
    "what is no response of the service",
    "<html>404</html>",
    {},
    /^SageMaker ListTrainingJobs failed: .*\n.*another program.*AWS_ENDPOINT_URL=/,
  ],
  [
    "a missing right",
    '{"message": "ada is not authorized to perform: sagemaker:ListTrainingJobs"}',
    { "x-amzn-errortype": "AccessDeniedException" },
    /^SageMaker ListTrainingJobs failed: ada is not authorized .*\n.*docs\/deploy\.md/,
  ],
  [
    "any other refusal",
    '{"message": "Rate exceeded"}',
    { "x-amzn-errortype": "ThrottlingException" },
    /^SageMaker ListTrainingJobs failed: Rate exceeded$/,
  ],
])("%s is told with the request that it is for", async (_, body, headers, message) => {
  const server = await startListeningServer((request, response) => {
    request.resume();
    response.writeHead(400, { "content-type": "application/x-amz-json-1.1", ...headers }).end(body);
  });
  expect(await explanationOf(server.url).finally(server.stop)).toMatch(message);
});

test("a certificate that is not trusted is told with what a proxy needs", async () => {
  environmentOf({});
  const access = await findAwsAccess({});
  const untrusted = Object.assign(new Error("self-signed certificate"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
  expect(explainAccessError(untrusted, access)).toMatchObject({
    message: expect.stringMatching(/certificate is not trusted: self-signed.*\n.*NODE_EXTRA_CA_CERTS/),
  });
});

/** A server that gives out the credentials of a role as STS does, and keeps what it was asked for. */
async function openSts() {
  const requests: URLSearchParams[] = [];
  const server = await startListeningServer((request, response) => {
    void text(request).then((body) => {
      requests.push(new URLSearchParams(body));
      const expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.setHeader("Content-Type", "text/xml");
      response.end(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>role-key</AccessKeyId><SecretAccessKey>s</SecretAccessKey>" +
          `<SessionToken>t</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
    });
  });
  return { ...server, requests };
}

test.each([
  ["of the option", { profile: "guarded" }, {}],
  ["of the variable", {}, { AWS_PROFILE: "guarded" }],
])("a profile %s that needs an MFA device asks for its code once, for all clients", async (_, options, variables) => {
  const sts = await openSts();
  environmentOf({ ...variables, AWS_ENDPOINT_URL_STS: sts.url });
  const asked: string[] = [];
  const askForCode = async (name: string): Promise<string> => {
    asked.push(name);
    return await Promise.resolve("123456");
  };
  const { settings } = await findAwsAccess({ ...options, askForCode });
  const keys = await Promise.all([settings.credentials(), settings.credentials()]);
  keys.push(await settings.credentials());
  await sts.stop();
  expect(keys.map(({ accessKeyId }) => accessKeyId)).toEqual(["role-key", "role-key", "role-key"]);
  expect(asked).toEqual([device]);
  expect(sts.requests.map((request) => [request.get("SerialNumber"), request.get("TokenCode")])).toEqual([
    [device, "123456"],
  ]);
});

test("without a terminal, a profile that needs an MFA device says so", async () => {
  environmentOf({ AWS_PROFILE: "guarded" });
  const access = await findAwsAccess({});
  const command = access.settings.credentials().catch((error: unknown) => {
    throw explainAccessError(error, access);
  });
  await expect(command).rejects.toThrow(`needs the code of the MFA device ${device}, and nobody can be asked`);
});
