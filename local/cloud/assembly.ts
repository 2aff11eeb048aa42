import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { addSources } from "../source-files";

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
  addSources(hash, repository, [...sources, ...sourceFiles]);
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
