/** Signs a person in to a stage, on its sign-in page: what `npm run sign-in` and `npm run smoke` have in common. */
import { createInterface } from "node:readline/promises";
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { SignInClient } from "../../tools/sign-in/authorization-code";
import { isLoopback } from "../../tools/sign-in/callback-listener";
import { signInOnPage, type SignInParams } from "../../tools/sign-in/sign-in";
import { apiStack, readStackOutputs } from "../../tools/stacks/deployed-stage";
import type { OpenStage } from "../operators/open-stage";

/** Seconds in which a person has to sign in, if they ask for no others. */
export const signInSeconds = 600;

export interface StageSignInParams extends Pick<SignInParams, "tell" | "paste" | "signal"> {
  /** Seconds in which the person has to sign in. */
  readonly seconds: number;
}

/**
 * Waits until the person has signed in.
 *
 * @returns the access token
 * @throws Error if the stage has no sign-in page, if the sign-in fails, or if nobody signs in in time
 */
export async function signInToStage(stage: OpenStage, params: StageSignInParams): Promise<string> {
  const { tell, paste, seconds } = params;
  const client = await findClient(stage);
  if (stage.local !== undefined) {
    const { username, password } = stage.local.demoUser;
    tell(`The local cloud has the user ${username} with the password ${password}`);
  }
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new Error(`Nobody has signed in within ${seconds} s. Run the command again.`));
  }, seconds * 1000);
  const signal = AbortSignal.any([params.signal, late.signal]);
  try {
    const tokens = await signInOnPage({ tell, paste, signal, client, readLine: async () => await readLine(signal) });
    return tokens.accessToken;
  } finally {
    clearTimeout(timer);
  }
}

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
