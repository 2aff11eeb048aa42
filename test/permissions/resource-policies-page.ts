/** The table of docs/permissions.md that says who may use which resource. */
import { localAccountId } from "../../naming/resource-names";
import type { CallToResource } from "./calls-to-resources";
import { matchesStatement } from "./policy-evaluation";
import type { ResourcePolicy } from "./resource-policies";

/** Returns an ARN, or a pattern of one, without account and region, and a name without what a deployment adds to it. */
const inWords = (arn: string): string =>
  arn
    .replace(/^arn:aws:[a-z0-9-]+:[^:]*:[^:]*:/, "")
    .replace(/([A-Za-z])[0-9A-Fa-f]{8}(?![0-9A-Za-z])/g, "$1")
    .replaceAll(localAccountId, "ACCOUNT");

/** Returns the table in Markdown: a row for each who, what and condition, with all resources that have it. */
export function renderResourcePolicies(policies: readonly ResourcePolicy[], calls: readonly CallToResource[]): string {
  const rows = new Map<string, Set<string>>();
  for (const { resource, statements } of policies) {
    for (const statement of statements.filter(({ effect }) => effect === "Allow")) {
      const conditions = Object.values(statement.conditions)
        .flatMap((keys) => Object.entries(keys))
        .map(([key, values]) => `\`${key.replace("AWS:", "aws:")}\` is \`${values.map(inWords).join("`, `")}\``)
        .sort();
      const why = calls
        .filter((call) => statement.principals.includes(call.principal) && matchesStatement(statement, call))
        .map(({ reason }) => reason);
      const who = statement.principals.map((one) => `\`${inWords(one)}\``).join(", ");
      const what = statement.actions.map((one) => `\`${one}\``).join(", ");
      const row = `${who} | ${what} | ${conditions.join(" and ")} | ${[...new Set(why)].sort().join(", ")}`;
      rows.set(row, (rows.get(row) ?? new Set()).add(`\`${inWords(resource)}\``));
    }
  }
  const lines = [...rows].map(([row, resources]) => `| ${[...resources].sort().join(", ")} | ${row} |`).sort();
  return ["| On | Who | Actions | If | Why |", "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}
