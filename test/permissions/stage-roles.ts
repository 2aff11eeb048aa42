/** The roles of a stage, as its templates define them. */
import * as z from "zod";
import { resourcePrefix } from "../../naming/resource-names";
import type { Resource, StackName, Synthesized } from "../infra/support/synthesize";
import { deployedNames } from "./deployed-names";
import { parseStatement, type Statement } from "./policy-evaluation";

/** A role, and what it may do. */
export interface StageRole {
  /** The folder of a function, or a few words for any other role. */
  readonly name: string;
  readonly arn: string;
  /** The service that assumes the role. */
  readonly service: string;
  readonly statements: readonly Statement[];
}

const roleSchema = z.looseObject({
  Description: z.string().default(""),
  AssumeRolePolicyDocument: z.looseObject({
    Statement: z.tuple([z.looseObject({ Principal: z.strictObject({ Service: z.string() }) })]),
  }),
  // Roles with these would allow more than their policies say.
  ManagedPolicyArns: z.undefined().optional(),
  Policies: z.undefined().optional(),
});
const policySchema = z.looseObject({
  Roles: z.array(z.string()),
  PolicyDocument: z.looseObject({ Statement: z.array(z.unknown()) }),
});

/** The role's description says what it is for; the state machine's, which CDK makes, has none. */
function roleName(
  stage: string,
  id: string,
  { Description, AssumeRolePolicyDocument }: z.output<typeof roleSchema>,
): string {
  const [, of] = new RegExp(`^Permissions of ${stage} (\\S+)$`).exec(Description) ?? [];
  if (of !== undefined) return of;
  const [, technique] = new RegExp(`^Endpoint ${stage}-(\\S+)$`).exec(Description) ?? [];
  if (technique !== undefined) return `endpoint ${technique}`;
  if (Description === `Training jobs of ${stage}`) return "training jobs";
  const [{ Principal }] = AssumeRolePolicyDocument.Statement;
  return Principal.Service === "states.amazonaws.com" ? "training workflow" : id;
}

/** Returns every role of a stage with all statements of its policies, in the order of the stacks. */
export function stageRoles(stage: Synthesized): readonly StageRole[] {
  const resolveIn = deployedNames(stage);
  const resolved = (stack: StackName, resource: Resource): unknown => resolveIn(stack)(resource.Properties);
  const policies = stage.resourcesOf("AWS::IAM::Policy").map(({ stack, resource }) => ({
    stack,
    ...policySchema.parse(resolved(stack, resource)),
  }));
  return stage.resourcesOf("AWS::IAM::Role").map(({ stack, id, resource }) => {
    const role = roleSchema.parse(resolved(stack, resource));
    const [{ Principal }] = role.AssumeRolePolicyDocument.Statement;
    return {
      name: roleName(resourcePrefix(stage.stage), id, role),
      arn: z.string().parse(resolveIn(stack)({ "Fn::GetAtt": [id, "Arn"] })),
      service: Principal.Service,
      statements: policies
        .filter((policy) => policy.stack === stack && policy.Roles.includes(id))
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map(parseStatement)),
    };
  });
}
