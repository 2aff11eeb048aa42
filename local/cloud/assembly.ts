import { createHash } from "node:crypto";
import { type Dirent, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/**
 * The folders that the stacks are made from: `cdk synth` gives the same assembly as long as nothing in them changes.
 */
const sources = ["bin", "lib", "domain", "naming", "lambdas", "stepfunctions", "contracts"] as const;
const sourceFiles = [
  "cdk.json",
  "package-lock.json",
  "tsconfig.json",
  "docs/openapi.json",
  "opencomposer.local.json",
] as const;

/**
 * Resource types that hold data and that MiniStack replaces or empties when their definition changes (measured, see
 * docs/local-and-aws.md). A cloud with such a change begins anew.
 */
const statefulTypes = /^AWS::(?:DynamoDB|S3|Cognito|SQS)::(?!.*Policy$)/;

const templateSchema = z.object({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })).default({}),
});

/** Returns the digest of everything that the stacks are synthesized from. */
export function hashOfSources(repository: string): string {
  const hash = createHash("sha256");
  // A newer Node may bundle or synthesize differently.
  hash.update(process.version);
  for (const file of [
    ...sources.flatMap((folder) => filesUnder(join(repository, folder))),
    ...sourceFiles.map((name) => join(repository, name)),
  ]) {
    if (!existsSync(file)) continue;
    hash.update(`${file.slice(repository.length)}\0`);
    hash.update(readFileSync(file));
    hash.update("\0");
  }
  return hash.digest("hex");
}

export interface AssemblyHashes {
  /**
   * Digest of all templates. It covers the functions' code, because a template names a function's asset by the digest
   * of its content.
   */
  readonly templates: string;
  /** Digest of the resources that hold what users have made. */
  readonly stateful: string;
}

/** Returns the digests of an assembly's templates. */
export function hashOfAssembly(directory: string): AssemblyHashes {
  const templates = createHash("sha256");
  const stateful = createHash("sha256");
  for (const name of readdirSync(directory).sort()) {
    if (!name.endsWith(".template.json")) continue;
    const text = readFileSync(join(directory, name), "utf8");
    templates.update(`${name}\0${text}\0`);
    const { Resources } = templateSchema.parse(JSON.parse(text));
    for (const [id, resource] of Object.entries(Resources).sort(([one], [other]) => (one < other ? -1 : 1))) {
      if (statefulTypes.test(resource.Type)) stateful.update(`${name}\0${id}\0${JSON.stringify(resource)}\0`);
    }
  }
  return { templates: templates.digest("hex"), stateful: stateful.digest("hex") };
}

/** Returns the parsed template of one stack. */
export function readTemplate(directory: string, stackName: string): unknown {
  return JSON.parse(readFileSync(join(directory, `${stackName}.template.json`), "utf8"));
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules" && name !== "__pycache__")
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
}
