import { Aws, CfnOutput, Duration } from "aws-cdk-lib";
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClient,
} from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";
import { consolePaths } from "../../naming/console-paths";
import { signInPrefix } from "../../naming/resource-names";
import type { StageConfig } from "../config/stage-config";
import { acknowledge } from "./permissions/acknowledge-findings";
import { protectedRemovalPolicy } from "./removal-policy";

export interface UserDirectoryProps {
  readonly config: StageConfig;
  /** The console's origin; undefined where the stage's template has no console. */
  readonly consoleUrl: string | undefined;
}

/** Returns the addresses with the console's own, once. */
const withConsole = (addresses: readonly string[], own: string | undefined): string[] => [
  ...new Set(own === undefined ? addresses : [...addresses, own]),
];

/** The users of a deployment: a user pool to which only an administrator adds people, and one public client. */
export class UserDirectory extends Construct {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, { config, consoleUrl }: UserDirectoryProps) {
    super(scope, id);
    const { signInPage, passwordGrant, mfa } = config.identity;

    this.userPool = new UserPool(this, "UserPool", {
      selfSignUpEnabled: false,
      signInAliases: { username: true, email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      // Not OPTIONAL: Cognito's sign-in page leads people through the setup of a second factor only where it is required.
      ...(mfa === "required" ? { mfa: Mfa.REQUIRED, mfaSecondFactor: { otp: true, sms: false } } : { mfa: Mfa.OFF }),
      deletionProtection: config.storage.deletionProtection,
      removalPolicy: protectedRemovalPolicy(config),
    });
    if (mfa === "off") {
      acknowledge(
        this.userPool,
        "COG2",
        "The deployer decides by identity.mfa whether everyone needs a second factor: what is behind the sign-in is music.",
      );
    }
    acknowledge(
      this.userPool,
      "COG8",
      "Threat protection needs the Plus plan, which is charged per user; self sign-up is off, and Cognito limits password guesses itself.",
    );

    this.client = this.userPool.addClient("Client", {
      // The client is public, because a browser or a command line cannot keep a secret. The code flow is used with
      // PKCE.
      generateSecret: false,
      // Cognito's documents do not say whether its own sign-in page needs one of a client's flows. SRP is one of those
      // that a client has by default, and sends no password.
      authFlows: { userPassword: passwordGrant, userSrp: config.stage !== "local" },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
      ...(signInPage === undefined
        ? { disableOAuth: true }
        : {
            oAuth: {
              flows: { authorizationCodeGrant: true },
              scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
              callbackUrls: withConsole(signInPage.callbackUrls, consoleUrl && `${consoleUrl}${consolePaths.signedIn}`),
              logoutUrls: withConsole(signInPage.logoutUrls, consoleUrl && `${consoleUrl}/`),
            },
          }),
    });

    // The local cloud has its page at its own endpoint, without a domain.
    if (signInPage !== undefined && config.stage !== "local") {
      const domain = this.userPool.addDomain("SignInPage", {
        cognitoDomain: { domainPrefix: signInPrefix(config.stage, Aws.ACCOUNT_ID) },
        managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
      });
      // Without a style assigned to the client, managed login responds with an error page.
      new CfnManagedLoginBranding(this, "SignInStyle", {
        userPoolId: this.userPool.userPoolId,
        clientId: this.client.userPoolClientId,
        useCognitoProvidedValues: true,
      }).node.addDependency(domain);
      new CfnOutput(this, "SignInUrl", { value: domain.baseUrl() }).overrideLogicalId("UserPoolDomainUrl");
    }
  }
}
