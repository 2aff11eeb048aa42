import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import type { ConsoleHosting, StageConfig } from "../config/stage-config";
import { ConsoleBucket } from "../constructs/console/console-bucket";
import { ConsoleDistribution } from "../constructs/console/console-distribution";
import { stackSettings } from "./stack-settings";

export interface ConsoleStackProps {
  readonly config: StageConfig;
  readonly hosting: ConsoleHosting;
}

/**
 * The stack of the console's files and of the distribution that serves them. It comes before the API's, which sends
 * people who sign in to the console's address and lets browsers call from there. `npm run seed` puts the files into it.
 */
export class ConsoleStack extends Stack {
  /** The console's origin, as browsers send it. */
  readonly url: string;

  constructor(scope: App, id: string, { config, hosting }: ConsoleStackProps) {
    super(scope, id, stackSettings(config, "console"));
    const { bucket } = new ConsoleBucket(this, "Bucket", { config });
    const { distribution } = new ConsoleDistribution(this, "Web", { config, hosting, bucket });
    this.url = `https://${hosting.customDomain?.name ?? distribution.distributionDomainName}`;

    new CfnOutput(this, "ConsoleUrl", { value: this.url });
    new CfnOutput(this, "ConsoleBucketName", { value: bucket.bucketName });
    new CfnOutput(this, "ConsoleDistributionId", { value: distribution.distributionId });
    if (hosting.customDomain !== undefined) {
      new CfnOutput(this, "ConsoleDomainTarget", { value: distribution.distributionDomainName });
    }
  }
}
