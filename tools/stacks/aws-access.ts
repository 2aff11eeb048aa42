/**
 * Finds the credentials and the Region of an operator's command by the rules of the CDK CLI, so that `npm run seed` works
 * where `cdk deploy` did (`AwsCliCompatible` in aws-cdk's toolkit-lib). One rule is missing: on an EC2 machine the CLI
 * also asks the machine for its Region. A command of ours needs `--region` there.
 */
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromEnv, fromIni, fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { loadSharedConfigFiles, memoize } from "@smithy/core/config";
import * as z from "zod";
import { type AskForMfaCode, askForMfaCode } from "./mfa-code";

/** What the clients of one command have in common. The local cloud has an endpoint, and AWS has none. */
export interface ClientSettings {
  readonly region: string;
  readonly credentials: ReturnType<typeof fromNodeProviderChain>;
  readonly endpoint?: string;
  readonly logger: Readonly<Record<"debug" | "info" | "warn" | "error", (content: unknown) => void>>;
  readonly requestHandler: { readonly connectionTimeout: number; readonly socketTimeout: number };
}

interface FailedRequest {
  /** The service in the words of its client, for example SageMaker. */
  readonly service: string;
  /** The action, for example ListTrainingJobs. */
  readonly action: string;
}

/** What each error of a client was thrown for. The SDK tells a logger, and puts it into no error. */
const failedRequests = new WeakMap<object, FailedRequest>();

const failureSchema = z.object({ clientName: z.string(), commandName: z.string(), error: z.instanceof(Error) });
const ignore = (): void => undefined;

/** Settings of every client of a command: a request that nobody answers ends, and an error is remembered with its request. */
export const requestSettings = {
  logger: {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (content: unknown): void => {
      const { data } = failureSchema.safeParse(content);
      if (data === undefined) return;
      const service = data.clientName.replace(/Client$/, "");
      failedRequests.set(data.error, { service, action: data.commandName.replace(/Command$/, "") });
    },
  },
  // Firewalls and proxies that let nothing through often say nothing either. The SDK tries each request three times.
  requestHandler: { connectionTimeout: 10_000, socketTimeout: 30_000 },
} as const satisfies Pick<ClientSettings, "logger" | "requestHandler">;

export interface AwsAccess {
  readonly settings: ClientSettings;
  /** The profile that was asked for, by an option or a variable. */
  readonly profile: string | undefined;
  /** The option, variable or profile that the Region comes from. */
  readonly regionFrom: string;
}

export interface FindAwsAccessParams {
  /** The value of `--profile`. */
  readonly profile?: string | undefined;
  /** The value of `--region`. */
  readonly region?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  /** Asked where a profile has `mfa_serial`; the person at the terminal, if it is not given. */
  readonly askForCode?: AskForMfaCode;
}

const regionVariables = ["AWS_REGION", "AMAZON_REGION", "AWS_DEFAULT_REGION", "AMAZON_DEFAULT_REGION"] as const;

/** The Region of the CDK CLI, and of the AWS CLI, where nothing names another. */
const lastRegion = "us-east-1";

/** Returns how to reach AWS. Nothing is asked of AWS yet, so wrong credentials show at the first request. */
export async function findAwsAccess(params: FindAwsAccessParams): Promise<AwsAccess> {
  const { environment = process.env, askForCode = askForMfaCode } = params;
  const asked = { profile: named(params.profile), region: named(params.region) };
  const profile = asked.profile ?? named(environment["AWS_PROFILE"]) ?? named(environment["AWS_DEFAULT_PROFILE"]);
  const { region, from } = await findRegion({ asked: asked.region, profile, environment });
  const options = { ignoreCache: true, mfaCodeProvider: askForCode, parentClientConfig: { region } };
  const credentials =
    asked.profile === undefined
      ? credentialsOfEnvironment(profile, { environment, options })
      : fromIni({ ...options, profile: asked.profile });
  return { settings: { region, credentials: askedOnce(credentials), ...requestSettings }, profile, regionFrom: from };
}

/** Milliseconds before their end at which credentials count as expired. */
const refreshBefore = 5 * 60_000;

/** Every client asks for credentials by itself. A person should type the code of an MFA device once for all of them. */
const askedOnce = (credentials: ClientSettings["credentials"]): ClientSettings["credentials"] =>
  memoize(
    async () => await credentials(),
    ({ expiration }) => expiration !== undefined && expiration.getTime() - Date.now() < refreshBefore,
    ({ expiration }) => expiration !== undefined,
  );

async function findRegion(params: {
  readonly asked: string | undefined;
  readonly profile: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}): Promise<{ readonly region: string; readonly from: string }> {
  const { asked, profile = "default", environment } = params;
  if (asked !== undefined) return { region: asked, from: "--region" };
  for (const name of regionVariables) {
    const value = named(environment[name]);
    if (value !== undefined) return { region: value, from: name };
  }
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  for (const name of [profile, "default"]) {
    const value = named(credentialsFile[name]?.["region"]) ?? named(configFile[name]?.["region"]);
    if (value !== undefined) return { region: value, from: `the profile ${name}` };
  }
  return { region: lastRegion, from: "the CDK's own default, because nothing names a Region" };
}

/** Keys in variables come before a profile in a variable, and a profile that `--profile` names before both. */
function credentialsOfEnvironment(
  profile: string | undefined,
  params: {
    readonly environment: NodeJS.ProcessEnv;
    readonly options: Parameters<typeof fromNodeProviderChain>[0];
  },
): ClientSettings["credentials"] {
  const { environment, options } = params;
  const hasKeys =
    named(environment["AWS_ACCESS_KEY_ID"]) !== undefined && named(environment["AWS_SECRET_ACCESS_KEY"]) !== undefined;
  if (hasKeys) return fromEnv();
  return fromNodeProviderChain(profile === undefined ? { ...options } : { ...options, profile });
}

/** Returns the value of an option or variable; a variable that is set to nothing counts as not set. */
const named = (value: string | undefined): string | undefined =>
  value === undefined || value === "" ? undefined : value;

/** Returns the id of the account that the credentials are of. */
export async function findAccount(settings: ClientSettings): Promise<string> {
  const sts = new STSClient(settings);
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    if (Account === undefined) throw new Error("AWS did not say of which account the credentials are.");
    return Account;
  } finally {
    sts.destroy();
  }
}

const credentialFaults: ReadonlyMap<string, string> = new Map([
  ["CredentialsProviderError", "There are no AWS credentials"],
  ["TokenProviderError", "There are no AWS credentials"],
  ["ExpiredToken", "The AWS credentials have expired"],
  ["ExpiredTokenException", "The AWS credentials have expired"],
  ["InvalidClientTokenId", "AWS does not know the credentials"],
  ["UnrecognizedClientException", "AWS does not know the credentials"],
  ["SignatureDoesNotMatch", "The secret key does not belong to the access key"],
]);

/** How errors of Node say that a host has no address. */
const unknownHostCodes: readonly string[] = ["ENOTFOUND", "EAI_AGAIN"];

/** How errors of Node, and the SDK's own TimeoutError, say that a host does not answer. */
const unreachableCodes: readonly string[] = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ETIMEDOUT",
  "TimeoutError",
];

/** How Node says that it does not trust the certificate of a host, often that of a proxy. */
const certificateCode = /CERT|SIGNATURE|SELF_SIGNED/;

const deniedNames: readonly string[] = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];

const codeSchema = z.object({ code: z.string() });

/**
 * Returns an error that says what failed and what to do, if a request to AWS failed for its credentials, its Region or the
 * network. For every other error that a client of AWS has thrown, the returned one names the request. An error that no
 * client has thrown is returned as it is.
 */
export function explainAccessError(error: unknown, { profile, regionFrom, settings }: AwsAccess): unknown {
  if (!(error instanceof Error)) return error;
  const request = failedRequests.get(error);
  const failed = request === undefined ? "A request to AWS failed" : `${request.service} ${request.action} failed`;
  const explained = (message: string): Error => new Error(message, { cause: error });

  const fault = credentialFaults.get(error.name);
  const where = profile === undefined ? "no profile is named" : `the profile is ${profile}`;
  if (fault !== undefined) {
    return explained(
      `${fault} (${where}): ${error.message}\nSign in with \`aws sso login\` or \`aws configure\`, or name a profile by --profile or AWS_PROFILE.`,
    );
  }
  const code = codeSchema.safeParse(error).data?.code ?? codeIn(error.message) ?? error.name;
  // Node says nothing more where it has tried several addresses of a host.
  const reason = error.message === "" ? code : error.message;
  if (unknownHostCodes.includes(code)) {
    return explained(
      `Nothing answers in the Region ${settings.region} (from ${regionFrom}): ${reason}\n` +
        `Is there such a Region, and a network? Another Region is named by --region or AWS_REGION.`,
    );
  }
  if (unreachableCodes.includes(code)) {
    return explained(
      `${failed}, because nobody answers: ${reason}\n` +
        `Is there a network, and does a firewall let it through? A proxy is not used.${whereItWent(settings)}`,
    );
  }
  if (certificateCode.test(code)) {
    return explained(
      `${failed}, because the certificate is not trusted: ${reason}\n` +
        `Where a proxy opens connections, name the file of its certificate in NODE_EXTRA_CA_CERTS.${whereItWent(settings)}`,
    );
  }
  if (deniedNames.includes(error.name)) {
    return explained(`${failed}: ${reason}\nWhat each command needs: docs/deploy.md, "What each command may do".`);
  }
  if (request === undefined) return error;
  // The SDK calls an error so whose body is none of the service's, or adds a hint to what its parser says of the body.
  const isOfAnother = [error.name, error.message].some((text) =>
    /^Unknown(?:Error)?$|\n\s*Deserialization error/.test(text),
  );
  if (isOfAnother) {
    return explained(
      `${failed}: the response is not one that ${request.service} sends (${describeStatus(error)}).\n` +
        `Did the request go to another program, as to a proxy or an emulator?${whereItWent(settings)}`,
    );
  }
  return explained(`${failed}: ${reason}`);
}

/** Returns the code in a message: the SDK has no other place for it where it puts a network's error into one of its own. */
const codeIn = (message: string): string | undefined =>
  [...unknownHostCodes, ...unreachableCodes].find((code) => message.includes(`${code} `));

const responseSchema = z.object({ $metadata: z.object({ httpStatusCode: z.number() }) });

function describeStatus(error: Error): string {
  const { data } = responseSchema.safeParse(error);
  const [reason = ""] = error.message.split("\n");
  return data === undefined ? reason : `status ${data.$metadata.httpStatusCode}, ${reason}`;
}

/** Returns a sentence about the address that requests go to, where it is not AWS's own; else nothing. */
function whereItWent({ endpoint }: ClientSettings): string {
  const variables = Object.entries(process.env).filter(
    ([name, value]) => name.startsWith("AWS_ENDPOINT_URL") && named(value) !== undefined,
  );
  if (endpoint !== undefined) return ` It went to ${endpoint}.`;
  if (variables.length === 0) return "";
  const list = variables.map(([name, value]) => `${name}=${value ?? ""}`).join(", ");
  return ` Requests go where ${list} says, and without it to AWS.`;
}
