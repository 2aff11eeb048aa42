/** The programs that stand in for others while a test runs the commands of the documents. */
import { join } from "node:path";

export interface StandIn {
  /** The program, by its name in {@link standInFolder}. */
  readonly program: string;
  /** The commands that it takes; all others go to the program itself. */
  readonly commands: string;
  readonly does: string;
  readonly why: string;
}

/** Every program that is not the one that a person has. None is a command of this repository. */
export const standIns: readonly StandIn[] = [
  {
    program: "npm",
    commands: "`npm ci`",
    does: "`npm ci --dry-run` checks the lock, and the packages of this checkout are linked",
    why: "the packages would be downloaded again; CI begins with the command itself, on a fresh clone",
  },
  {
    program: "npx",
    commands: "`npx cdk deploy`, `npx cdk destroy`",
    does:
      "the CDK CLI itself synthesizes the stage, deploys it to MiniStack and destroys it. Between synthesis and deploy the " +
      "resources are taken out that MiniStack does not have: those of SageMaker, `Custom::S3AutoDeleteObjects`, " +
      "`AWS::Cognito::ManagedLoginBranding` and alarms that compute with metrics. The API and the sign-in page get the address of " +
      "MiniStack. The endpoints are made at the local SageMaker server. `docker` is called for each image, because MiniStack's " +
      "ECR says that it has every image. Buckets get the tags of their stack, which MiniStack leaves out. A deploy with the " +
      "values of the last one of its stage takes what that one has synthesized",
    why: "there is no account, MiniStack refuses a stack that has any of those resources, and a synthesis takes ten seconds",
  },
  {
    program: "docker",
    commands: "`docker`, for the CDK, `doctor` and `images:push`, too",
    does: "an image is a manifest of its Dockerfile, target and arguments, which are checked, and is put into MiniStack's ECR",
    why: "the images take half an hour to build; `npm run images:verify` builds them",
  },
  {
    program: "aws",
    commands: "`aws`",
    does: "the AWS CLI itself, from the environment of the tests",
    why: "a person installs it",
  },
];

/** The first folder of PATH in the terminals of the test. */
export const standInFolder = join(__dirname, "stand-ins");

/** Returns {@link standIns} as a list in Markdown, as docs/local-and-aws.md has it. */
export const standInList = (): string =>
  standIns.map(({ commands, does, why }) => `- ${commands}: ${does}. The reason: ${why}.`).join("\n");
