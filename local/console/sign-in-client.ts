import {
  type CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  UpdateUserPoolClientCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { consolePaths } from "../../naming/console-paths";

const unique = (all: readonly string[]): string[] => [...new Set(all)];

/**
 * Tells the user pool's client to which addresses the console's sign-in returns. On AWS the template says so; here the
 * port is known only when the listener has it.
 */
export async function allowConsole(params: {
  readonly cognito: CognitoIdentityProviderClient;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  readonly callbacks: readonly string[];
  readonly logouts: readonly string[];
}): Promise<void> {
  const { cognito, userPoolId: UserPoolId, userPoolClientId: ClientId, callbacks, logouts } = params;
  const { UserPoolClient: client } = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
  if (client === undefined) throw new Error(`The user pool ${UserPoolId} has no client ${ClientId}.`);
  // Addresses of earlier starts, at other ports, are nobody's any more.
  const others = (client.CallbackURLs ?? []).filter((address) => !address.endsWith(consolePaths.signedIn));
  const { ClientSecret: _secret, CreationDate: _created, LastModifiedDate: _modified, ...settings } = client;
  await cognito.send(
    new UpdateUserPoolClientCommand({
      ...settings,
      UserPoolId,
      ClientId,
      CallbackURLs: unique([...others, ...callbacks]),
      LogoutURLs: unique([...(client.LogoutURLs ?? []), ...logouts]),
    }),
  );
}
