import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import type { StageConfig } from "../config/stage-config";
import { ApiFunctions } from "../constructs/api/api-functions";
import { ComposerHttpApi } from "../constructs/api/composer-http-api";
import { UserDirectory } from "../constructs/user-directory";
import type { ConsoleStack } from "./console-stack";
import { stackSettings } from "./stack-settings";
import type { StorageStack } from "./storage-stack";

export interface ApiStackProps {
  readonly config: StageConfig;
  readonly storage: StorageStack;
  /** Undefined where the stage has no console of its own. */
  readonly console: ConsoleStack | undefined;
}

/** The stack of the users, the HTTP API and the functions behind it. The table's stream starts the work itself. */
export class ApiStack extends Stack {
  readonly api: HttpApi;

  constructor(scope: App, id: string, { config, storage, console }: ApiStackProps) {
    super(scope, id, stackSettings(config, "HTTP API and users"));
    const consoleUrl = console?.url;
    // A custom domain is known without the stack; nobody should be sent to it before it answers.
    if (console !== undefined) this.addStackDependency(console);
    const users = new UserDirectory(this, "Users", { config, consoleUrl });
    const functions = new ApiFunctions(this, "Functions", {
      config,
      table: storage.table,
      artifacts: storage.artifacts,
      work: storage.work,
    });
    const http = new ComposerHttpApi(this, "Http", {
      config,
      functions: functions.byCapability,
      userPool: users.userPool,
      client: users.client,
      consoleUrl,
    });
    this.api = http.api;

    new CfnOutput(this, "ApiId", { value: http.api.apiId });
    new CfnOutput(this, "ApiUrl", { value: http.url });
    new CfnOutput(this, "UserPoolId", { value: users.userPool.userPoolId });
    new CfnOutput(this, "UserPoolClientId", { value: users.client.userPoolClientId });
    if (http.customDomainTarget !== undefined) {
      new CfnOutput(this, "CustomDomainTarget", { value: http.customDomainTarget });
    }
  }
}
