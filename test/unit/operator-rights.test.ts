/** docs/deploy.md lists for each command of operators what it asks of AWS, no more and no less. */
import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { read, repository } from "./documents/support/repository-files";

/** The service in the name of an action, where it is not that of the SDK's package. */
const services: Readonly<Record<string, string>> = {
  "client-cloudwatch-logs": "logs",
  "client-cognito-identity-provider": "cognito-idp",
  "client-resource-groups-tagging-api": "tag",
  "client-service-quotas": "servicequotas",
  "client-sfn": "states",
};
/** The actions of calls that have another name, or need more than one. Items of a transaction need the single actions. */
const actionsOf: Readonly<Record<string, readonly string[]>> = {
  "s3:HeadObject": ["s3:GetObject"],
  "s3:ListObjectsV2": ["s3:ListBucket"],
  "s3:DeleteObjects": ["s3:DeleteObject"],
  "s3:CopyObject": ["s3:GetObject", "s3:PutObject"],
};

/** Returns the actions that the module itself calls, by the commands and paginators that it imports. */
function calledBy(text: string): readonly string[] {
  const imports = [...text.matchAll(/^import \{(?<names>[^}]*)\} from "@aws-sdk\/(?<package>[\w-]+)"/gm)];
  return imports.flatMap(({ groups }) => {
    const from = groups?.["package"] ?? "";
    const isDocument = from === "lib-dynamodb";
    const service = isDocument ? "dynamodb" : (services[from] ?? from.replace("client-", ""));
    return (groups?.["names"] ?? "").split(",").flatMap((name) => {
      const call = /^\s*(?:paginate(?<list>\w+)|(?<single>\w+)Command)\s*$/.exec(name)?.groups;
      const verb = call?.["list"] ?? call?.["single"];
      if (verb === undefined) return [];
      const isItem = isDocument && /^(?:Get|Put|Update|Delete|BatchGet)$/.test(verb);
      const action = `${service}:${isItem ? `${verb}Item` : verb}`;
      return actionsOf[action] ?? [action];
    });
  });
}

/** Returns for each module that a script reaches the actions that it calls. */
function callsOf(script: string): ReadonlyMap<string, readonly string[]> {
  const calls = new Map<string, readonly string[]>();
  const visit = (file: string): void => {
    if (calls.has(file)) return;
    const text = read(file);
    calls.set(file, calledBy(text));
    for (const [, path = ""] of text.matchAll(/^(?:import|export) (?!type)(?:[^"]* from )?"(\.[^"]+)"/gm)) {
      const target = `${posix.join(dirname(file), path)}.ts`;
      if (existsSync(join(repository, target))) visit(target);
    }
  };
  visit(script);
  return calls;
}

interface Command {
  readonly script: string;
  /** Modules with more calls than the command makes, and what the command does by them. */
  readonly uses: Readonly<Record<string, readonly string[]>>;
  /** What no call shows, as the actions of another program that the command starts. */
  readonly besides?: readonly string[];
}
const commands: Readonly<Record<string, Command>> = {
  // The console is built by the local cloud's own code, which asks AWS for nothing.
  seed: { script: "scripts/seed.ts", uses: {} },
  users: { script: "scripts/users.ts", uses: {} },
  "sign-in": { script: "scripts/sign-in.ts", uses: {} },
  // The user of the local cloud is made by nobody on AWS.
  smoke: { script: "scripts/smoke.ts", uses: { "local/cloud/users.ts": [] } },
  doctor: {
    script: "scripts/doctor.ts",
    uses: {
      // It reads which stock models and data set this checkout has, and writes nothing.
      "tools/seeding/stock-models.ts": [],
      "tools/seeding/stock-dataset.ts": [],
      // It compares the console's files, and publishes none.
      "tools/seeding/console-files.ts": ["s3:ListBucket", "s3:GetObject"],
      "scripts/seed/publish-console.ts": [],
      "scripts/stop-all/training-of-stage.ts": ["sagemaker:ListTrainingJobs"],
      "lambdas/stores/dynamodb-table.ts": [],
    },
    // Without the right to list, S3 responds with 403 where an object is missing.
    besides: ["s3:ListBucket"],
  },
  "stop-all": {
    script: "scripts/stop-all.ts",
    uses: { "lambdas/stores/dynamodb-table.ts": ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem"] },
  },
  orphans: {
    script: "scripts/orphans.ts",
    uses: {
      "lambdas/stores/dynamodb-table.ts": ["dynamodb:BatchGetItem"],
      "lambdas/stores/objects.ts": ["s3:ListBucket", "s3:DeleteObject"],
    },
  },
  "images:push": {
    script: "scripts/push-images.ts",
    uses: {},
    besides: ["BatchCheckLayerAvailability", "BatchGetImage", "InitiateLayerUpload", "UploadLayerPart"]
      .concat(["CompleteLayerUpload", "PutImage"])
      .map((action) => `ecr:${action}`),
  },
};

/** Returns the actions in the row of a command. */
function documented(command: string): readonly string[] {
  const [, section = ""] = read("docs/deploy.md").split("\n## What each command may do\n");
  const row = section.split("\n").find((line) => line.startsWith(`| \`npm run ${command}\` `));
  return [...(row ?? "").matchAll(/`(?<action>[a-z0-9-]+:[A-Z]\w+)`/g)].map(({ groups }) => groups?.["action"] ?? "");
}

test.each(Object.entries(commands))("%s needs the actions that the document lists", (command, params) => {
  const { script, uses, besides = [] } = params;
  const calls = callsOf(script);
  expect(Object.keys(uses).filter((file) => !calls.has(file))).toEqual([]);
  // AWS lets everybody ask who they are.
  const needed = [...calls].flatMap(([file, called]) => uses[file] ?? called).concat(besides);
  const actions = new Set(needed.filter((action) => action !== "sts:GetCallerIdentity"));
  expect(documented(command).toSorted()).toEqual([...actions].toSorted());
});
