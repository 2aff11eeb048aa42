/**
 * The environment of a Lambda function. It is read in one pass when the function's module loads, and one error names
 * every variable that is missing or wrong, so that a bad deploy is repaired in one go.
 */
import * as z from "zod";
import { trainingSettingsSchema } from "../../domain/schemas/training-settings";
import { userQuotasSchema } from "../../domain/schemas/user-quotas";
import { environmentVariables } from "../../naming/environment-variables";
import { stages } from "../../naming/resource-names";

/** Returns the schema of a variable that holds a JSON document. */
function json<Output>(schema: z.ZodType<Output>): z.ZodType<Output> {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const variableSchemas = {
  stage: z.enum(stages),
  tableName: z.string().min(3),
  artifactsBucket: z.string().min(3),
  workBucket: z.string().min(3),
  compositionQueueUrl: z.url(),
  freezingQueueUrl: z.url(),
  datasetReadingQueueUrl: z.url(),
  stateMachineArn: z.string().startsWith("arn:"),
  dispatchFailuresQueueUrl: z.url(),
  trainingSettings: json(trainingSettingsSchema),
  userQuotas: json(userQuotasSchema),
  runtimeLimitSeconds: json(z.int().min(60).max(86_400)),
  trainingInstanceType: trainingSettingsSchema.shape.instanceType,
  checkpointDays: json(z.int().min(1).max(90)),
} satisfies Record<keyof typeof environmentVariables, z.ZodType>;

type VariableSchemas = typeof variableSchemas;
export type EnvironmentKey = keyof VariableSchemas;
export type Environment<Key extends EnvironmentKey = EnvironmentKey> = {
  readonly [K in Key]: z.output<VariableSchemas[K]>;
};

/**
 * Reads the variables that a function needs, by their keys in `naming/environment-variables`.
 *
 * @throws Error that names every missing or wrong variable; values are not repeated in it
 */
export function readEnvironment<Key extends EnvironmentKey>(
  keys: readonly Key[],
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Environment<Key> {
  const values: Partial<Record<EnvironmentKey, unknown>> = {};
  const broken: string[] = [];
  for (const key of keys) {
    const name = environmentVariables[key];
    const parsed = variableSchemas[key].safeParse(variables[name]);
    if (parsed.success) values[key] = parsed.data;
    else {
      const reasons = parsed.error.issues.map(({ path, message }) =>
        `${path.map((part) => `.${String(part)}`).join("")} ${message}`.trim(),
      );
      broken.push(variables[name] === undefined ? `${name} is not set` : `${name}: ${reasons.join("; ")}`);
    }
  }
  if (broken.length > 0) throw new Error(`The function's environment is not usable: ${broken.join(" | ")}`);
  return narrow<Key>(values, keys);
}

/** Tells the compiler that every key has been parsed by its own schema. This is the only place that does so. */
function narrow<Key extends EnvironmentKey>(
  values: Partial<Record<EnvironmentKey, unknown>>,
  keys: readonly Key[],
): Environment<Key> {
  const holdsAll = (candidate: Partial<Record<EnvironmentKey, unknown>>): candidate is Environment<Key> =>
    keys.every((key) => candidate[key] !== undefined);
  if (!holdsAll(values)) throw new Error("A variable was read without its value.");
  return values;
}
