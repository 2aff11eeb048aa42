/** What roles grant, held against the calls that are known to be made with them. */
import { evaluate, matchesStatement, type RequestedPermission, type Statement } from "./policy-evaluation";
import type { StageRole } from "./stage-roles";

/** A call that is made with a role: recorded, or listed in `calls-of-aws.ts`. */
export interface KnownCall {
  readonly role: string;
  readonly permission: RequestedPermission;
  /** The recorded operation, or the reason why AWS makes the call. */
  readonly why: string;
  /** The page that says so; absent for a recorded call. */
  readonly source?: string;
}

/** One action on one resource that a role's policies allow. */
export interface Grant {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly conditions: Statement["conditions"];
}

export const grantsOf = (roles: readonly StageRole[]): readonly Grant[] =>
  roles.flatMap(({ name, statements }) =>
    statements
      .filter(({ effect }) => effect === "Allow")
      .flatMap(({ actions, resources, conditions }) =>
        actions.flatMap((action) => resources.map((resource) => ({ role: name, action, resource, conditions }))),
      ),
  );

/** Returns true if the call needs this grant, or another one like it. */
export function isUsedBy({ role, action, resource, conditions }: Grant, call: KnownCall): boolean {
  const alone: Statement = { effect: "Allow", actions: [action], resources: [resource], conditions };
  return call.role === role && matchesStatement(alone, call.permission);
}

const describe = (role: string, { action, resource, context }: RequestedPermission): string =>
  `${role}: ${action} on ${resource}${context === undefined ? "" : ` with ${JSON.stringify(context)}`}`;

/** Returns the calls that IAM would refuse, in words; also those of a role that does not exist. */
export function refusedCalls(roles: readonly StageRole[], calls: readonly KnownCall[]): readonly string[] {
  const statementsOf = new Map(roles.map(({ name, statements }) => [name, statements]));
  const refused = calls.filter(
    ({ role, permission }) => evaluate(statementsOf.get(role) ?? [], permission) !== "ALLOWED",
  );
  return [...new Set(refused.map(({ role, permission }) => describe(role, permission)))];
}

/** Returns the grants that no known call needs, in words. */
export function unusedGrants(roles: readonly StageRole[], calls: readonly KnownCall[]): readonly string[] {
  return grantsOf(roles)
    .filter((grant) => !calls.some((call) => isUsedBy(grant, call)))
    .map(({ role, action, resource }) => `${role}: ${action} on ${resource}`);
}

/** An object's key with `*` in place of what differs from user to user and from resource to resource. */
const kindOfKey = (key: string): readonly string[] =>
  key
    .replace(/^users\/[^/]+/, "users/*")
    .split("/")
    .map((part) => part.replace(/^.*[0-9A-HJKMNP-TV-Z]{26}[^.]*/, "*"));

const beginning = (one: readonly string[], other: readonly string[]): readonly string[] => {
  const length = one.findIndex((part, index) => part !== other[index]);
  return length < 0 ? one : one.slice(0, length);
};

/**
 * Returns the grants on objects of users that are wider than their use, in words: all objects that were used lie in one
 * folder, and the grant does not name it.
 */
export function wideGrants(roles: readonly StageRole[], calls: readonly KnownCall[]): readonly string[] {
  return grantsOf(roles).flatMap((grant) => {
    const [, bucket = "", pattern = ""] = /^arn:aws:s3:::([^/]+)\/(users\/.*)$/.exec(grant.resource) ?? [];
    const folders = calls
      .filter((call) => pattern !== "" && isUsedBy(grant, call))
      .map(({ permission }) => kindOfKey(permission.resource.slice(`arn:aws:s3:::${bucket}/`.length)).slice(0, -1));
    const [first, ...others] = folders;
    if (first === undefined) return [];
    const common = others.reduce(beginning, first);
    const named = pattern.split("/").slice(0, -1);
    const unnamed = common.slice(named.length).filter((part) => part !== "*");
    return unnamed.length === 0 ? [] : [`${grant.role}: ${grant.action} on ${pattern}, and uses ${common.join("/")}`];
  });
}
