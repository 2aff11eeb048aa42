import { readFileSync } from "node:fs";
import { repositoryPath } from "../../lib/constructs/repository-root";
import type { Stage } from "../../naming/resource-names";
import { permittedDifferences, renderPermittedDifferences, stacksOnAwsOnly } from "./support/permitted-differences";
import { type Resource, type StackName, synthesize, type Synthesized } from "./support/synthesize";

const local = synthesize("local");
const prod = synthesize("prod");
const sharedStacks = [...local.stacks.keys()];

/** Returns the value without what differs by construction: stage names in names and logical ids, digests of versions. */
function withoutStage(stage: Stage, value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(`opencomposer-${stage}`, "opencomposer-STAGE")
    .replace(/"[^"]*"/g, (name) =>
      name.includes(`opencomposer${stage}`)
        ? name.replaceAll(`opencomposer${stage}`, "opencomposerSTAGE").replace(/[0-9A-F]{8}/g, "")
        : name,
    )
    .replace(/(CurrentVersion)[0-9A-F]{8}[0-9a-f]{32}/g, "$1");
  return JSON.parse(text);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Statements are compared by what they allow: one that is there or not must not shift the others. */
function byAction(path: string, value: readonly unknown[]): Map<string, unknown> {
  const named = new Map<string, unknown>();
  for (const [index, item] of value.entries()) {
    const action = isRecord(item) ? [item["Action"]].flat().join("+") : "";
    named.set(`${path}/${index}/${action}`, item);
  }
  return named;
}

function flatten(path: string, value: unknown, into: Map<string, string>): void {
  if (Array.isArray(value) && path.endsWith("PolicyDocument/Statement")) {
    // Only ECR's statements may be missing: leave the rest in order by taking those out of the count.
    const others = value.filter((item) => !JSON.stringify(item).includes('"ecr:'));
    for (const [name, item] of byAction(path, others)) flatten(name.replace(/(\/\d+)\/.*$/, "$1"), item, into);
    for (const [name, item] of byAction(path, value)) {
      if (name.includes("/ecr:")) into.set(name, JSON.stringify(item));
    }
  } else if (isRecord(value)) {
    for (const [key, child] of Object.entries(value)) flatten(path === "" ? key : `${path}/${key}`, child, into);
  } else {
    into.set(path, JSON.stringify(value));
  }
}

interface Difference {
  readonly stack: StackName;
  readonly id: string;
  readonly type: string;
  /** Absent where one side has no such resource. */
  readonly path?: string;
}

function differencesOf(stack: StackName): Difference[] {
  const sides = (
    [
      [local, "local"],
      [prod, "prod"],
    ] as const
  ).map(([synthesized, stage]: readonly [Synthesized, Stage]) => {
    const resources: unknown = withoutStage(stage, synthesized.stack(stack).resources);
    return resources as Record<string, Resource>;
  });
  const [one = {}, other = {}] = sides;
  const found: Difference[] = [];
  for (const id of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const left = one[id];
    const right = other[id];
    if (left === undefined || right === undefined) {
      found.push({ stack, id, type: (left ?? right)?.Type ?? "" });
      continue;
    }
    const leftPaths = new Map<string, string>();
    const rightPaths = new Map<string, string>();
    flatten("", left, leftPaths);
    flatten("", right, rightPaths);
    for (const path of new Set([...leftPaths.keys(), ...rightPaths.keys()])) {
      // These are digests of the functions' folders, which differ because bundling is off.
      if (path === "Properties/Code/S3Key") continue;
      if (leftPaths.get(path) !== rightPaths.get(path)) found.push({ stack, id, type: left.Type, path });
    }
  }
  return found;
}

const differences = sharedStacks.flatMap(differencesOf);
const permits = (difference: Difference): number =>
  permittedDifferences.findIndex(
    ({ type, path }) =>
      (type === "*" || type === difference.type) &&
      (path === undefined
        ? difference.path === undefined
        : difference.path !== undefined && path.test(difference.path)),
  );

test("local has every stack but those that are only on AWS", () => {
  expect(sharedStacks).toEqual(["Storage", "Api", "Training"]);
  expect([...prod.stacks.keys()].sort()).toEqual([...sharedStacks, ...Object.keys(stacksOnAwsOnly)].sort());
});

test("local and prod differ in what the list permits, and in nothing else", () => {
  expect(differences.filter((difference) => permits(difference) === -1)).toEqual([]);
});

test("every permitted difference still exists", () => {
  const used = new Set(differences.map(permits));
  expect(permittedDifferences.filter((_, index) => !used.has(index)).map(({ what }) => what)).toEqual([]);
});

test("docs/local-and-aws.md shows this list", () => {
  const document = readFileSync(repositoryPath("docs", "local-and-aws.md"), "utf8");
  const [, shown] =
    /<!-- permitted differences: begin -->([\s\S]*?)<!-- permitted differences: end -->/.exec(document) ?? [];
  // Prettier pads the cells of a table.
  const squeezed = (text: string): string => text.replace(/ +/g, " ").replace(/-{3,}/g, "---").trim();
  expect(squeezed(shown ?? "")).toBe(squeezed(renderPermittedDifferences()));
});
