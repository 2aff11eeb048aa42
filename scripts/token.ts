/**
 * `npm run token`: prints an access token of the local cloud's user `demo`. `npm run --silent token` prints nothing
 * else.
 *
 *   npm run token                      prints a token of the user `demo` of the running local cloud
 *   npm run token -- --user second     prints one of its other user
 *   npm run token -- --stage dev       says how to sign in to a stage on AWS; needs the outputs of its deploy
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  CognitoIdentityProviderClient,
  CognitoIdentityProviderServiceException,
} from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import { loadStageConfig } from "../lib/config/load-stage-config";
import { localCredentials } from "../local/cloud/ministack";
import { signIn } from "../local/cloud/users";
import { outputsSchema } from "../local/outputs";
import { localPaths } from "../local/paths";
import { resourcePrefix, stages } from "../naming/resource-names";
import { readOptions, runCommand } from "../tools/command-line";
import { repository } from "../tools/repository";

const apiOutputsSchema = z.object({ UserPoolClientId: z.string(), UserPoolDomainUrl: z.string() });
const userSchema = z.enum(["demo", "second"]);

/**
 * Returns true if the sign-in failed because no Cognito responded: nothing listens there, or something else does. The
 * SDK adds what it knows.
 */
const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && "$metadata" in error && !(error instanceof CognitoIdentityProviderServiceException);

/**
 * Returns an access token of a user of the local cloud.
 * @throws Error that says how to start a local cloud if none runs
 */
async function localToken(user: z.infer<typeof userSchema>): Promise<string> {
  const file = localPaths().outputs;
  if (!existsSync(file)) throw new Error(`No local cloud is up: there is no ${file}. Start one: npm start`);
  const outputs = outputsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const cognito = new CognitoIdentityProviderClient({
    endpoint: outputs.awsEndpointUrl,
    region: outputs.region,
    credentials: localCredentials,
  });
  try {
    return await signIn({
      cognito,
      userPoolClientId: outputs.userPoolClientId,
      user: user === "demo" ? outputs.demoUser : outputs.secondUser,
    });
  } catch (error) {
    // A cloud that was killed leaves the file of outputs behind.
    if (!isUnanswered(error)) throw error;
    throw new Error(`No local cloud responds at ${outputs.awsEndpointUrl}; npm start begins one.`, { cause: error });
  } finally {
    cognito.destroy();
  }
}

/**
 * Returns the two steps of the authorization code flow with PKCE (RFC 7636) against Cognito's sign-in page. Everything
 * is filled in except the code that the page gives. A password cannot be sent directly on AWS, because the stages
 * forbid it.
 *
 * @throws Error that says how to get the outputs file, or which stack is missing in it
 */
function howToSignIn(stage: "dev" | "prod", outputsFile: string): string {
  const deploy = `npx cdk deploy --all -c stage=${stage} --outputs-file cdk-outputs.json`;
  if (!existsSync(outputsFile)) throw new Error(`There is no ${outputsFile}. It is written by the deploy: ${deploy}`);
  const stack = `${resourcePrefix(stage)}-Api`;
  const byStack = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(outputsFile, "utf8")));
  const outputs = apiOutputsSchema.safeParse(byStack[stack]);
  if (!outputs.success)
    throw new Error(`${outputsFile} has no outputs of the stack ${stack}. Deploy it with: ${deploy}`);
  const { UserPoolClientId: clientId, UserPoolDomainUrl: signInUrl } = outputs.data;
  const callback = loadStageConfig({ stage, folder: repository }).identity.signInPage?.callbackUrls[0];
  if (callback === undefined) throw new Error(`The stage ${stage} has no sign-in page: see identity in its settings.`);

  const verifier = randomBytes(32).toString("base64url");
  const question = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: callback,
    scope: "openid email",
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  });
  return [
    `1. Open this page and sign in. It sends the browser to ${callback}?code=…, whether or not anything responds there:`,
    `   ${signInUrl}/oauth2/authorize?${question.toString()}`,
    "2. Exchange the code for a token within five minutes:",
    `   curl -s ${signInUrl}/oauth2/token -d grant_type=authorization_code -d client_id=${clientId} \\`,
    `     --data-urlencode redirect_uri=${callback} -d code_verifier=${verifier} -d code=THE_CODE | jq -r .access_token`,
  ].join("\n");
}

async function main(): Promise<void> {
  const values = readOptions({
    stage: { type: "string", default: "local" },
    user: { type: "string", default: "demo" },
    "outputs-file": { type: "string", default: "cdk-outputs.json" },
  });
  const stage = z.enum(stages).safeParse(values.stage);
  if (!stage.success) throw new Error(`--stage must be one of ${stages.join(", ")}, not ${values.stage}.`);
  const user = userSchema.safeParse(values.user);
  if (!user.success) throw new Error(`--user must be demo or second, not ${values.user}.`);
  console.log(
    stage.data === "local" ? await localToken(user.data) : howToSignIn(stage.data, resolve(values["outputs-file"])),
  );
}

runCommand(main);
