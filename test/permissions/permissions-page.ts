/** The tables of docs/permissions.md: what each role may do, and why. */
import { readFileSync, writeFileSync } from "node:fs";
import { repositoryPath } from "../../lib/constructs/repository-root";
import { type Grant, grantsOf, isUsedBy, type KnownCall } from "./grants";
import type { Statement } from "./policy-evaluation";
import type { StageRole } from "./stage-roles";

export interface PermissionsPageParams {
  readonly roles: readonly StageRole[];
  readonly recorded: readonly KnownCall[];
  readonly listed: readonly KnownCall[];
  /** Parts of resources' names, each with the word that the page has for it. */
  readonly words: Readonly<Record<string, string>>;
}

/** Returns a resource without account, region and what a deployment adds to a name. */
function resourceInWords(resource: string, words: PermissionsPageParams["words"]): string {
  if (resource === "*") return "`*`";
  const plain = resource.replace(/^arn:aws:[a-z0-9-]+:[^:]*:[^:]*:/, "");
  if (/^log-group:\w+Logs[0-9A-F]{8}:\*$/.test(plain)) return "its own log group";
  const named = Object.entries(words).reduce((text, [name, word]) => text.replaceAll(name, word), plain);
  return `\`${named.replace(/([A-Za-z])[0-9A-F]{8}(?![0-9a-fA-F])/g, "$1").replace(/\/stream\/.*/, "/stream")}\``;
}

const conditionsInWords = (conditions: Statement["conditions"]): string =>
  Object.entries(conditions)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => `${operator} \`${key}\`: \`${values.join("`, `")}\``),
    )
    .sort()
    .join("; ");

interface Row {
  readonly on: string;
  readonly actions: Set<string>;
  readonly why: Set<string>;
}

function whyOf(grant: Grant, { recorded, listed }: PermissionsPageParams): readonly string[] {
  const own = recorded.filter((call) => isUsedBy(grant, call)).map(({ why }) => why);
  if (own.length > 0) return own;
  return listed.filter((call) => isUsedBy(grant, call)).map(({ why, source = "" }) => `[${why}](${source})`);
}

function rowsOf(role: StageRole, params: PermissionsPageParams): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const grant of grantsOf([role])) {
    const why = whyOf(grant, params);
    const isRecorded = why.every((text) => !text.startsWith("["));
    const conditions = conditionsInWords(grant.conditions);
    const on = `${resourceInWords(grant.resource, params.words)}${conditions === "" ? "" : ` if ${conditions}`}`;
    const key = `${on} ${isRecorded ? "" : why.join()}`;
    const row = rows.get(key) ?? { on, actions: new Set(), why: new Set() };
    row.actions.add(`\`${grant.action}\``);
    for (const text of why) row.why.add(text);
    rows.set(key, row);
  }
  return [...rows.values()].sort((one, other) => (lineOf(one) < lineOf(other) ? -1 : 1));
}

const lineOf = ({ on, actions, why }: Row): string =>
  `| ${on} | ${[...actions].sort().join(", ")} | ${[...why].sort().join(", ")} |`;

const table = (lines: readonly string[]): string =>
  ["| On | Actions | The role's own calls, or why AWS calls |", "| --- | --- | --- |", ...lines].join("\n");

/** Returns the tables in Markdown, one for each role. What every function may do is said once. */
export function renderPermissions(params: PermissionsPageParams): string {
  const linesOf = new Map(params.roles.map((role) => [role.name, rowsOf(role, params).map(lineOf)]));
  const isFunction = ({ service }: StageRole): boolean => service === "lambda.amazonaws.com";
  const ofFunctions = params.roles.filter(isFunction).map(({ name }) => linesOf.get(name) ?? []);
  const common = (ofFunctions[0] ?? []).filter((line) => ofFunctions.every((lines) => lines.includes(line)));
  const sections = params.roles.map((role) => {
    const lines = linesOf.get(role.name) ?? [];
    const own = isFunction(role) ? lines.filter((line) => !common.includes(line)) : lines;
    const title = isFunction(role) ? `\`${role.name}\`` : `The role of the ${role.name}`;
    return `## ${title}\n\n${own.length === 0 ? "Nothing else." : table(own)}`;
  });
  return [`## Every function\n\n${table(common)}`, ...sections].join("\n\n");
}

/**
 * Compares a part of docs/permissions.md with what was rendered, or writes it if the variable WRITE_PERMISSIONS is
 * `true`. The part stands between two comments with its name.
 */
export function writtenBetween(name: string, rendered: string): void {
  const file = repositoryPath("docs", "permissions.md");
  const document = readFileSync(file, "utf8");
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [before = "", rest = ""] = document.split(begin);
  const [shown = "", after = ""] = rest.split(end);
  if (process.env["WRITE_PERMISSIONS"] === "true") {
    writeFileSync(file, `${before}${begin}\n\n${rendered}\n\n${end}${after}`);
    return;
  }
  // Prettier pads the cells of a table.
  const squeezed = (text: string): string => text.replace(/ +/g, " ").replace(/-{3,}/g, "---").trim();
  expect(squeezed(shown)).toBe(squeezed(rendered));
}
