/** Refusals of AWS by a policy: of the function's own role, of a permissions boundary, or of the organization. */

const deniedNames: ReadonlySet<string> = new Set(["AccessDeniedException", "AccessDenied"]);

/** Returns true if a policy forbids the call. Trying again does not help: a person has to change a policy. */
export const isAccessDenied = (error: Error): boolean => deniedNames.has(error.name);
