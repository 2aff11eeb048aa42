/**
 * Decides whether a call is allowed, by the part of IAM's logic that our policies need: policies of roles and of resources
 * in one account, with `Action`, `Resource` and `Condition`. A policy that needs more is an error here and is never misread.
 *
 * Sources, in the IAM User Guide (docs.aws.amazon.com/IAM/latest/UserGuide):
 * - reference_policies_evaluation-logic.html: every call is denied by default, an Allow that matches overrides that, and
 *   a Deny that matches overrides every Allow;
 * - reference_policies_elements_action.html: actions match whatever their case, with `*` and `?`;
 * - reference_policies_elements_resource.html: wildcards match within a segment of an ARN (the parts between colons); a
 *   `*` at the end of a segment also matches beyond the colon;
 * - reference_policies_elements_condition.html and reference_policies_condition-logic-multiple-context-keys-or-values.html:
 *   all operators and all keys of a block must match, one of the values of a key is enough;
 * - reference_policies_elements_condition_operators.html and reference_policies_condition-single-vs-multi-valued-context-keys.html:
 *   the operators, and ForAllValues, which is true of a key that is missing.
 */
import * as z from "zod";

/** One permission that one call of AWS asks for. A call may ask for several. */
export interface RequestedPermission {
  /** For example `dynamodb:GetItem`. */
  readonly action: string;
  /** The ARN of what the call works on; `*` for actions that know no resource. */
  readonly resource: string;
  /** The context keys that the service gives for this call, with their values; a name's case does not matter. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());
const statementFields = {
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).default({}),
};
const statementSchema = z.strictObject(statementFields).transform(({ Effect, Action, Resource, Condition }) => ({
  effect: Effect,
  actions: Action,
  resources: Resource,
  conditions: Condition,
}));
const resourceStatementSchema = z
  .strictObject({
    ...statementFields,
    Principal: z.union([
      z.literal("*").transform(() => ["*"]),
      z.strictObject({ Service: oneOrMore }).transform(({ Service }) => Service),
      z.strictObject({ AWS: oneOrMore }).transform(({ AWS }) => AWS),
    ]),
  })
  .transform(({ Principal, ...rest }) => ({ ...statementSchema.parse(rest), principals: Principal }));

/** A statement of a policy. */
export type Statement = z.output<typeof statementSchema>;

/** A statement of a policy that belongs to a resource, and so says whom it is about: services, ARNs of roles, or `*`. */
export type ResourceStatement = z.output<typeof resourceStatementSchema>;

/**
 * Parses a statement of a resource's policy whose values are resolved.
 * @throws ZodError for anything that is not known here, such as `NotPrincipal`
 */
export const parseResourceStatement = (statement: unknown): ResourceStatement =>
  resourceStatementSchema.parse(statement);

/**
 * Parses a statement whose values are resolved.
 * @throws ZodError for a statement with `NotAction`, `NotResource`, `Principal` or anything else that is not known here
 */
export const parseStatement = (statement: unknown): Statement => statementSchema.parse(statement);

/** The result of an evaluation: `NOT_ALLOWED` is IAM's implicit deny, `DENIED` its explicit one. */
export type Decision = "ALLOWED" | "NOT_ALLOWED" | "DENIED";

/** Returns what IAM decides about a permission, given every statement of the role's policies. */
export function evaluate(statements: readonly Statement[], requested: RequestedPermission): Decision {
  const matching = statements.filter((statement) => matchesStatement(statement, requested));
  if (matching.some(({ effect }) => effect === "Deny")) return "DENIED";
  return matching.length > 0 ? "ALLOWED" : "NOT_ALLOWED";
}

/**
 * Returns what a resource's policy alone decides about somebody's call. A service of AWS, or a role without policies of
 * its own, needs `ALLOWED`; a role whose own policies allow the call needs no more than not to be `DENIED`.
 */
export function evaluateResourcePolicy(
  statements: readonly ResourceStatement[],
  principal: string,
  requested: RequestedPermission,
): Decision {
  const ofPrincipal = statements.filter(({ principals }) => principals.some((one) => one === "*" || one === principal));
  return evaluate(ofPrincipal, requested);
}

/** Returns true if the statement speaks of this permission, whatever its effect. */
export function matchesStatement(statement: Statement, requested: RequestedPermission): boolean {
  return (
    statement.actions.some((pattern) => matchesAction(pattern, requested.action)) &&
    statement.resources.some((pattern) => matchesResource(pattern, requested.resource)) &&
    matchesConditions(statement.conditions, requested.context ?? {})
  );
}

export const matchesAction = (pattern: string, action: string): boolean =>
  matchesWildcards(pattern.toLowerCase(), action.toLowerCase(), () => true);

/**
 * Returns true if the pattern of a statement covers a resource.
 * @throws Error for a policy variable, which is not known here
 */
export function matchesResource(pattern: string, resource: string): boolean {
  if (pattern.includes("${")) throw new Error(`policy variables are not known here: ${pattern}`);
  if (pattern === "*") return true;
  return matchesWildcards(
    pattern,
    resource,
    (index) => pattern[index] === "*" && (index === pattern.length - 1 || pattern[index + 1] === ":"),
  );
}

/**
 * @param crossesColons - tells of the wildcard at an index of the pattern whether it may match colons
 */
function matchesWildcards(pattern: string, text: string, crossesColons: (index: number) => boolean): boolean {
  // reachable[length] says whether the pattern so far matches the first `length` characters of the text.
  let reachable = Array.from({ length: text.length + 1 }, (_, length) => length === 0);
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index];
    const next = reachable.map(() => false);
    for (let length = 0; length <= text.length; length += 1) {
      const before = length === 0 ? undefined : text[length - 1];
      if (character === "*") {
        const isLonger = length > 0 && next[length - 1] === true && (before !== ":" || crossesColons(index));
        next[length] = reachable[length] === true || isLonger;
      } else if (length > 0 && reachable[length - 1] === true) {
        next[length] = character === "?" ? before !== ":" || crossesColons(index) : character === before;
      }
    }
    reachable = next;
  }
  return reachable[text.length] === true;
}

/** ArnEquals and ArnLike are the same: each of the six parts of an ARN is compared, with wildcards. */
export function matchesArn(pattern: string, arn: string): boolean {
  const parts = (text: string): readonly string[] => {
    const [one = "", two = "", three = "", four = "", five = "", ...rest] = text.split(":");
    return [one, two, three, four, five, rest.join(":")];
  };
  const given = parts(arn);
  return parts(pattern).every((part, index) => matchesWildcards(part, given[index] ?? "", () => true));
}

type Conditions = Statement["conditions"];
type Context = NonNullable<RequestedPermission["context"]>;

const matchesConditions = (conditions: Conditions, context: Context): boolean =>
  Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, allowed]) => matchesCondition(operator, allowed, valuesOf(context, key))),
  );

function valuesOf(context: Context, key: string): readonly string[] | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

/** The operators, each with its comparison of a value of the policy with one of the call. */
const comparisons: Readonly<Record<string, (allowed: string, given: string) => boolean>> = {
  StringEquals: (allowed, given) => allowed === given,
  StringLike: (allowed, given) => matchesWildcards(allowed, given, () => true),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (allowed, given) => allowed.toLowerCase() === given.toLowerCase(),
  NumericLessThanEquals: (allowed, given) => Number(given) <= Number(allowed),
};

/**
 * @param given - undefined if the call has no such key
 * @throws Error for an operator that is not known here, and for a key of several values without a set operator
 */
function matchesCondition(operator: string, allowed: readonly string[], given: readonly string[] | undefined): boolean {
  if (operator === "Null") return allowed.includes(String(given === undefined));
  const [, set, name = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const compare = comparisons[name];
  if (compare === undefined) throw new Error(`the condition operator ${operator} is not known here`);
  if (given === undefined) return ifExists !== undefined || set === "ForAllValues";
  const matches = (value: string): boolean => allowed.some((one) => compare(one, value));
  if (set === "ForAllValues") return given.every(matches);
  if (set === undefined && given.length !== 1) {
    throw new Error(`${operator} compares one value, and the call has ${given.length}`);
  }
  return given.some(matches);
}
