/** Signs the users of the local cloud in without a browser, which only the local cloud allows. */
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { localCredentials } from "../../local/cloud/ministack";
import { signIn } from "../../local/cloud/users";
import { isUnanswered, readLocalOutputs } from "../operators/open-stage";

/** The users that every local cloud has. */
export const localUsers = ["demo", "second"] as const;
export type LocalUser = (typeof localUsers)[number];

/**
 * Returns an access token of a user of the local cloud.
 * @throws Error that says how to start a local cloud if none runs
 */
export async function localToken(user: LocalUser): Promise<string> {
  const outputs = readLocalOutputs();
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
    if (!isUnanswered(error)) throw error;
    throw new Error(`No local cloud responds at ${outputs.awsEndpointUrl}; npm start begins one.`, { cause: error });
  } finally {
    cognito.destroy();
  }
}
