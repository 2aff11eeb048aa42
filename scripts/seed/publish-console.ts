/** Builds the console and puts it where a deployed stage serves it from. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudFrontClient, CreateInvalidationCommand } from "@aws-sdk/client-cloudfront";
import { S3Client } from "@aws-sdk/client-s3";
import * as z from "zod";
import { buildConsole, consoleFolder } from "../../local/console/build-console";
import type { ConsoleConfig } from "../../naming/console-paths";
import { repository } from "../../tools/repository";
import { readConsoleFiles, seedConsole, type SeededConsole } from "../../tools/seeding/console-files";
import {
  apiStack,
  consoleStack,
  describeStack,
  readStackOutputs,
  stackName,
  storageStack,
} from "../../tools/stacks/deployed-stage";
import type { OpenStage } from "../operators/open-stage";

const packageSchema = z.object({ version: z.string() });

/** Publishes the console of a stage, if the stage has the stack for one, and says where it is. */
export async function publishConsole(stage: OpenStage, report: (line: string) => void): Promise<void> {
  if ((await describeStack(stage, consoleStack.name)) === undefined) {
    report(`there is no stack ${stackName(stage.stage, consoleStack.name)}, so the stage serves no console`);
    return;
  }
  const {
    ConsoleUrl: url,
    ConsoleBucketName: bucket,
    ConsoleDistributionId: id,
  } = await readStackOutputs(stage, consoleStack);
  const config = await readConsoleConfig(stage);
  await buildConsole({ repository, signal: new AbortController().signal });
  const files = readConsoleFiles(consoleFolder(repository), config, {
    workBucket: (await readStackOutputs(stage, storageStack)).WorkBucketName,
  });
  const cloudFront = new CloudFrontClient(stage.settings);
  const seeded = await seedConsole({
    files,
    s3: new S3Client(stage.settings),
    bucket,
    invalidate: async (paths) => {
      await invalidate(cloudFront, { distributionId: id, paths });
    },
  });
  report(`${describeSeeded(seeded, files.length)} in ${bucket}`);
  report(`console: ${url}`);
}

/** Has CloudFront forget what it keeps of some paths. It takes some minutes to reach every place. */
export async function invalidate(
  cloudFront: CloudFrontClient,
  { distributionId, paths }: { readonly distributionId: string; readonly paths: readonly string[] },
): Promise<void> {
  await cloudFront.send(
    new CreateInvalidationCommand({
      DistributionId: distributionId,
      InvalidationBatch: {
        CallerReference: randomUUID(),
        Paths: { Quantity: paths.length, Items: [...paths] },
      },
    }),
  );
}

function describeSeeded({ uploaded, deleted }: SeededConsole, count: number): string {
  if (uploaded.length + deleted.length === 0) return `the console's ${count} files are unchanged`;
  return `of the console's ${count} files ${uploaded.length} are uploaded, and ${deleted.length} old ones deleted`;
}

/**
 * Returns what the console of a stage is told.
 *
 * @throws Error if the stage has no sign-in page
 */
export async function readConsoleConfig(stage: OpenStage): Promise<ConsoleConfig> {
  const api = await readStackOutputs(stage, apiStack);
  const { UserPoolDomainUrl: signIn, UserPoolId: pool, UserPoolClientId: clientId, ApiUrl: apiUrl } = api;
  if (signIn === undefined) {
    throw new Error(
      `The stack ${stackName(stage.stage, apiStack.name)} lacks the output UserPoolDomainUrl: nobody could sign in to the console.`,
    );
  }
  const { region } = stage.settings;
  const authority = `https://cognito-idp.${region}.amazonaws.com/${pool}`;
  const { version } = packageSchema.parse(JSON.parse(readFileSync(join(repository, "package.json"), "utf8")));
  return {
    apiUrl,
    region,
    version,
    auth: {
      authority,
      clientId,
      authorizeUrl: `${signIn}/oauth2/authorize`,
      tokenUrl: `${signIn}/oauth2/token`,
      logoutUrl: `${signIn}/logout`,
      jwksUrl: `${authority}/.well-known/jwks.json`,
      scope: "openid email",
    },
  };
}
