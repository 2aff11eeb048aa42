import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  InitiateAuthCommand,
  UsernameExistsException,
} from "@aws-sdk/client-cognito-identity-provider";

export interface LocalUser {
  readonly username: string;
  readonly password: string;
}

/** Creates a user with a password that need not be changed. A user who exists already gets this password. */
export async function seedUser(params: {
  readonly cognito: CognitoIdentityProviderClient;
  readonly userPoolId: string;
  readonly user: LocalUser;
}): Promise<void> {
  const { cognito, userPoolId, user } = params;
  try {
    await cognito.send(
      new AdminCreateUserCommand({
        UserPoolId: userPoolId,
        Username: user.username,
        MessageAction: "SUPPRESS",
        UserAttributes: [
          { Name: "email", Value: `${user.username}@example.com` },
          { Name: "email_verified", Value: "true" },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof UsernameExistsException)) throw error;
  }
  await cognito.send(
    new AdminSetUserPasswordCommand({
      UserPoolId: userPoolId,
      Username: user.username,
      Password: user.password,
      Permanent: true,
    }),
  );
}

/** Returns a user's access token, by the password grant that only stage `local` allows. */
export async function signIn(params: {
  readonly cognito: CognitoIdentityProviderClient;
  readonly userPoolClientId: string;
  readonly user: LocalUser;
}): Promise<string> {
  const { cognito, userPoolClientId, user } = params;
  const response = await cognito.send(
    new InitiateAuthCommand({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: userPoolClientId,
      AuthParameters: { USERNAME: user.username, PASSWORD: user.password },
    }),
  );
  const token = response.AuthenticationResult?.AccessToken;
  if (token === undefined) throw new Error(`Signing in as ${user.username} gave no access token.`);
  return token;
}
