import { readFileSync } from "node:fs";
import * as z from "zod";
import { trainingSettingsSchema } from "../../domain/schemas/training-settings";
import { userQuotasSchema } from "../../domain/schemas/user-quotas";
import { repositoryPath } from "../../lib/constructs/repository-root";
import { environmentVariables } from "../../naming/environment-variables";
import { functionSeconds } from "../../naming/time-limits";
import { synthesize } from "./support/synthesize";

const keys = z.enum(Object.keys(environmentVariables) as [keyof typeof environmentVariables]);

/** What a handler reads, from its source: importing it would read the environment of this test. */
function variablesReadBy(entry: string): string[] {
  const source = readFileSync(repositoryPath("lambdas", ...entry.split("/"), "handler.ts"), "utf8");
  const [, list = ""] = /readEnvironment\(\s*\[([^\]]*)\]/.exec(source) ?? [];
  return [...list.matchAll(/"(\w+)"/g)].map(([, key]) => environmentVariables[keys.parse(key)]);
}

const entries = [
  "api/discovery",
  "api/tracks",
  "api/compositions",
  "api/shared",
  "api/models",
  "api/datasets",
  "api/training",
  "api/account",
  "events/dispatch-work",
  "events/execute-composition",
  "events/reconcile-open-work",
  "events/workflow-ended",
  "events/training-job-changed",
  "events/count-orphans",
  "events/ingest-midi",
  "events/freeze-version",
  "events/open-archive",
  "events/erase-user-data",
  "workflow/prepare-data",
  "workflow/acquire-slot",
  "workflow/launch-training-job",
  "workflow/monitor-training-job",
  "workflow/register-model",
  "workflow/finalize-training-job",
] as const;

const prod = synthesize("prod");
const roles = new Map(
  prod.resourcesOf("AWS::IAM::Role").map(({ id, resource }) => [id, String(resource.Properties["Description"])]),
);
/** The role's description ends with the function's folder. */
const folderOf = (role: string): string => /\S+$/.exec(roles.get(role) ?? "")?.[0] ?? "";
const timeoutOf = new Map(
  prod.resourcesOf("AWS::Lambda::Function").map(({ resource }) => {
    const { Role, Timeout } = z
      .looseObject({ Role: z.looseObject({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) }), Timeout: z.number() })
      .parse(resource.Properties);
    return [folderOf(Role["Fn::GetAtt"][0]), Timeout] as const;
  }),
);
const environmentOf = new Map(
  prod.resourcesOf("AWS::Lambda::Function").map(({ resource }) => {
    const { Role, Environment } = z
      .looseObject({
        Role: z.looseObject({ "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) }),
        Environment: z.looseObject({ Variables: z.record(z.string(), z.unknown()) }),
      })
      .parse(resource.Properties);
    return [folderOf(Role["Fn::GetAtt"][0]), Environment.Variables] as const;
  }),
);

test("there is a function for every folder", () => {
  expect([...environmentOf.keys()].sort()).toEqual([...entries].sort());
});

test.each(entries)("%s has the variables that its handler reads, and no others", (entry) => {
  const given = Object.keys(environmentOf.get(entry) ?? {}).filter(
    (name) => !name.startsWith("POWERTOOLS_") && name !== environmentVariables.stage,
  );
  const read = variablesReadBy(entry).filter((name) => name !== environmentVariables.stage);
  expect(given.sort()).toEqual(read.sort());
});

test.each(entries)("%s may run as long as the table of time limits says", (entry) => {
  expect(timeoutOf.get(entry)).toBe(functionSeconds[entry]);
});

/** CloudFormation's join, with what only AWS knows replaced. */
function resolved(value: unknown): unknown {
  if (typeof value === "string") return JSON.parse(value);
  const { "Fn::Join": join } = z
    .looseObject({ "Fn::Join": z.tuple([z.literal(""), z.array(z.unknown())]) })
    .parse(value);
  return JSON.parse(join[1].map((part) => (typeof part === "string" ? part : "arn:aws:resolved")).join(""));
}

test.each(["local", "dev", "prod"] as const)("the settings of %s are what the functions expect", (stage) => {
  const values = synthesize(stage)
    .resourcesOf("AWS::Lambda::Function")
    // The CDK's function that empties the buckets of dev has no variables.
    .filter(({ resource }) => resource.Properties["LoggingConfig"] !== undefined)
    .map(
      ({ resource }) =>
        z.looseObject({ Variables: z.record(z.string(), z.unknown()) }).parse(resource.Properties["Environment"])
          .Variables,
    );
  const settings = values.map((variables) => variables["TRAINING_SETTINGS"]).filter((value) => value !== undefined);
  const quotas = values.map((variables) => variables["USER_QUOTAS"]).filter((value) => value !== undefined);
  expect(settings.length).toBeGreaterThan(0);
  expect(quotas.length).toBeGreaterThan(0);
  for (const value of settings) expect(trainingSettingsSchema.safeParse(resolved(value)).error).toBeUndefined();
  for (const value of quotas) expect(userQuotasSchema.safeParse(resolved(value)).error).toBeUndefined();
});
