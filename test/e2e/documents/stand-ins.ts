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
      "the CDK CLI itself synthesizes the stage, deploys it to MiniStack and destroys it. Between synthesis and deploy " +
      "what MiniStack has not is taken out (those of SageMaker, `Custom::S3AutoDeleteObjects`, " +
      "`AWS::Cognito::ManagedLoginBranding`, alarms that compute with metrics), and the API and the sign-in page get MiniStack's address; endpoints are made at the " +
      "local SageMaker server, and `docker` is called for each image, because MiniStack's ECR says that it has every image; " +
      "buckets get the tags of their stack, which MiniStack leaves out",
    why: "there is no account; MiniStack refuses a stack with any of it",
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

/** Returns the table of {@link standIns} in Markdown, as docs/local-and-aws.md has it. */
export function standInTable(): string {
  const rows = standIns.map(({ commands, does, why }) => `| ${commands} | ${does} | ${why} |`);
  return ["| Command | What is done in its place | Why |", "| --- | --- | --- |", ...rows].join("\n");
}
