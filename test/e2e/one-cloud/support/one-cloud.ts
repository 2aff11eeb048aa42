/** The cloud that the files of this folder share, each with users of its own. */
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { ulid } from "ulid";
import { localCredentials } from "../../../../local/cloud/ministack";
import { type LocalUser, seedUser } from "../../../../local/cloud/users";
import { randomPassword } from "../../../../tools/random-password";
import { accessToken } from "../../api-session";
import { suiteCloud } from "../../suite-cloud";

export const oneCloud = suiteCloud("OPENCOMPOSER_ONE_CLOUD");

/** Makes a user who has nothing yet. */
export async function newUser(): Promise<LocalUser> {
  const { awsEndpointUrl: endpoint, region, userPoolId } = oneCloud.outputs();
  const cognito = new CognitoIdentityProviderClient({ endpoint, region, credentials: localCredentials });
  const user = { username: `user-${ulid().toLowerCase()}`, password: randomPassword() };
  try {
    await seedUser({ cognito, userPoolId, user });
  } finally {
    cognito.destroy();
  }
  return user;
}

/** Makes a user, and returns the token that the API takes. */
export async function newUserToken(): Promise<string> {
  return await accessToken(oneCloud.outputs(), await newUser());
}
