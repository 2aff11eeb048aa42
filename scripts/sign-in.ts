/**
 * `npm run sign-in`: signs in on the stage's sign-in page (authorization code with PKCE) and prints an access token.
 * `npm run --silent sign-in` prints nothing else to the standard output.
 *
 *   token=$(npm run --silent sign-in -- --stage dev)     opens a listener on the callback address of this machine
 *   npm run sign-in -- --stage local                     does the same on the page of the running local cloud
 *   npm run sign-in -- --stage dev --paste               asks for the address that the browser was sent to
 *
 * The app client's callback addresses are read from Cognito. In `prod` none of them is on this machine, so the address is
 * pasted there. The authors have never run this command on AWS.
 */
import { createInterface } from "node:readline/promises";
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { CanceledError, readOptions, runCommand, UsageError } from "../tools/command-line";
import { apiStack, readStackOutputs } from "../tools/stacks/deployed-stage";
import { describeAccount, type OpenStage, stageOptions, withStage } from "./operators/open-stage";
import type { SignInClient } from "./sign-in/authorization-code";
import { isLoopback } from "./sign-in/callback-listener";
import { signInOnPage } from "./sign-in/sign-in";

const tell = (line: string): void => {
  console.error(line);
};

async function findClient(stage: OpenStage): Promise<SignInClient> {
  const outputs = await readStackOutputs(stage, apiStack);
  const cognito = new CognitoIdentityProviderClient(stage.settings);
  try {
    const { UserPoolClient: client } = await cognito.send(
      new DescribeUserPoolClientCommand({ UserPoolId: outputs.UserPoolId, ClientId: outputs.UserPoolClientId }),
    );
    const callbacks = client?.CallbackURLs ?? [];
    const callback = callbacks.find(isLoopback) ?? callbacks[0];
    // The pages of the local cloud are at its endpoint, whatever their domain on AWS would be.
    const signInUrl = stage.local?.awsEndpointUrl ?? outputs.UserPoolDomainUrl;
    if (callback === undefined || signInUrl === undefined) {
      throw new Error(`The stage ${stage.stage} has no sign-in page: see identity.signInPage in its settings.`);
    }
    return { signInUrl, clientId: outputs.UserPoolClientId, callback };
  } finally {
    cognito.destroy();
  }
}

function readSeconds(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new UsageError(`--timeout-seconds is "${text}"; it must be a whole number from 1 to 99999.`);
  }
  return Number(text);
}

/** Returns the next line of the standard input; undefined at its end. */
async function readLine(signal: AbortSignal): Promise<string | undefined> {
  const input = createInterface({ input: process.stdin, signal });
  try {
    for await (const line of input) return line;
    return undefined;
  } finally {
    input.close();
    process.stdin.unref();
  }
}

runCommand(async () => {
  const values = readOptions({
    ...stageOptions,
    paste: { type: "boolean", default: false },
    "timeout-seconds": { type: "string", default: "600" },
  });
  const seconds = readSeconds(values["timeout-seconds"]);
  await withStage({ values }, async (stage) => {
    const client = await findClient(stage);
    const ending = new AbortController();
    const timer = setTimeout(() => {
      ending.abort(new Error(`Nobody has signed in within ${seconds} s. Run the command again.`));
    }, seconds * 1000);
    const cancel = (): void => {
      ending.abort(new CanceledError("The sign-in was canceled."));
    };
    process.once("SIGINT", cancel).once("SIGTERM", cancel);
    try {
      tell(describeAccount(stage));
      if (stage.local !== undefined) {
        const { username, password } = stage.local.demoUser;
        tell(`The local cloud has the user ${username} with the password ${password}`);
      }
      const { signal } = ending;
      const token = await signInOnPage({
        client,
        tell,
        paste: values.paste,
        readLine: async () => await readLine(signal),
        signal,
      });
      console.log(token);
    } finally {
      clearTimeout(timer);
      process.off("SIGINT", cancel).off("SIGTERM", cancel);
    }
  });
});
