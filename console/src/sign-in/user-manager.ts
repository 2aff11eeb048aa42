/** The manager of oidc-client-ts, as the sign-in of the console's configuration needs it. */
import { UserManager, WebStorageStateStore } from "oidc-client-ts";
import { consolePaths } from "../../../naming/console-paths";
import { tabStorage } from "../app/browser-storage";
import type { Config } from "../config";
import { texts } from "../texts/en";
import { renewalLeadSeconds } from "./session";
import { SignInError } from "./sign-in-error";

export function createUserManager({ auth }: Config, origin: string): UserManager {
  // The sign-in page leads back to a new page, which must find what this one has left.
  if (tabStorage === undefined) throw new SignInError(texts.signIn.failures.noStorage);
  return new UserManager({
    authority: auth.authority,
    client_id: auth.clientId,
    redirect_uri: `${origin}${consolePaths.signedIn}`,
    response_type: "code",
    scope: auth.scope,
    // Given, so that no discovery request is made: the same code serves for Cognito and for the local cloud.
    metadata: {
      issuer: auth.authority,
      authorization_endpoint: auth.authorizeUrl,
      token_endpoint: auth.tokenUrl,
      jwks_uri: auth.jwksUrl,
      end_session_endpoint: auth.logoutUrl,
    },
    userStore: new WebStorageStateStore({ store: tabStorage }),
    stateStore: new WebStorageStateStore({ store: tabStorage }),
    accessTokenExpiringNotificationTimeInSeconds: renewalLeadSeconds,
    automaticSilentRenew: false,
    loadUserInfo: false,
    monitorSession: false,
  });
}
