import * as z from "zod";
import type { StackName, Synthesized } from "./synthesize";

const statementSchema = z.looseObject({
  Effect: z.enum(["Allow", "Deny"]),
  Action: z.union([z.string(), z.array(z.string())]).transform((action) => [action].flat()),
  Resource: z.unknown().transform((resource) => [resource].flat()),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
const policySchema = z.looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(statementSchema) }) });

export interface Statement extends z.infer<typeof statementSchema> {
  readonly stack: StackName;
  readonly policy: string;
}

/** Returns everything that a role of ours may do. */
export function allowedStatements(stage: Synthesized): readonly Statement[] {
  return stage.resourcesOf("AWS::IAM::Policy").flatMap(({ stack, id, resource }) =>
    policySchema
      .parse(resource.Properties)
      .PolicyDocument.Statement.filter(({ Effect }) => Effect === "Allow")
      .map((statement) => ({ ...statement, stack, policy: id })),
  );
}

/** Returns the statements by which a role of ours may do an action. */
export const allowing = (stage: Synthesized, action: string): readonly Statement[] =>
  allowedStatements(stage).filter(({ Action }) => Action.includes(action));
