/**
 * Each checker of TypeScript in `npm run check` refuses what it is there for: it runs with our settings on a small
 * project of broken files.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import * as z from "zod";
import { staticChecks, typescriptFolders } from "../../../scripts/checks/static-checks";
import { repository } from "../../../tools/repository";

const settings = [".dependency-cruiser.cjs", ".prettierrc.json", "eslint.config.mjs", "knip.jsonc", "tsconfig.json"];
const projects: string[] = [];
afterAll(() => {
  for (const project of projects) rmSync(project, { recursive: true, force: true });
});

/** Makes a project that has our settings, our packages and these files. */
function makeProject(files: Readonly<Record<string, string>>): string {
  const project = mkdtempSync(join(tmpdir(), "opencomposer-checks-"));
  projects.push(project);
  for (const name of settings) copyFileSync(join(repository, name), join(project, name));
  symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
  for (const folder of typescriptFolders) mkdirSync(join(project, folder));
  for (const [name, text] of Object.entries({ "package.json": '{ "name": "broken" }\n', ...files })) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  return project;
}

/** Runs one of the checks. */
function check(name: string, project: string): { readonly passed: boolean; readonly output: string } {
  const step = staticChecks.find((one) => one.name === name);
  if (step === undefined) throw new Error(`npm run check has no step called ${name}`);
  const { status, stdout, stderr } = spawnSync(join(project, step.command), [...step.arguments], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  return { passed: status === 0, output: stdout + stderr };
}

test("prettier refuses a file that is not formatted, and no other", () => {
  const { passed, output } = check(
    "format (prettier)",
    makeProject({ "domain/broken.ts": "export const one  = 'x'\n", "domain/well.ts": 'export const two = "y";\n' }),
  );
  expect(passed).toBe(false);
  expect(output).toContain("domain/broken.ts");
  expect(output).not.toContain("domain/well.ts");
});

const lintErrors: Readonly<Record<string, string>> = {
  "no-console": 'console.log("of a function");',
  eqeqeq: "export const isSame = (one: number, other: number): boolean => one == other;",
  "no-restricted-syntax":
    'try {\n  JSON.parse("");\n} catch (problem) {\n  throw new Error("x", { cause: problem });\n}',
  "simple-import-sort/imports":
    'import * as z from "zod";\nimport { join } from "node:path";\nexport const x = [z, join];',
  "@typescript-eslint/consistent-type-imports":
    'import { Stats } from "node:fs";\nexport const size = (stats: Stats) => stats.size;',
  "@typescript-eslint/naming-convention": "export const MAX_BARS = 64;",
  "@typescript-eslint/no-explicit-any": "export const x: any = 1;",
  "@typescript-eslint/no-floating-promises": 'export function f(): void {\n  fetch("http://127.0.0.1");\n}',
  "@typescript-eslint/no-non-null-assertion": "export const first = (all: readonly string[]): string => all[0]!;",
  "@typescript-eslint/switch-exhaustiveness-check":
    'export function f(x: "a" | "b"): number {\n  switch (x) {\n    case "a":\n      return 1;\n  }\n  return 2;\n}',
};

describe("eslint", () => {
  let output = "";
  beforeAll(() => {
    const files = Object.entries(lintErrors).map(
      ([, text], index) => [`lambdas/broken-${index}.ts`, `${text}\n`] as const,
    );
    const result = check("lint (eslint)", makeProject(Object.fromEntries(files)));
    expect(result.passed).toBe(false);
    ({ output } = result);
  });
  test.each(Object.keys(lintErrors))("refuses what breaks %s", (rule) => {
    const index = Object.keys(lintErrors).indexOf(rule);
    const ofFile = output.split(/^(?=\/)/m).find((part) => part.includes(`lambdas/broken-${index}.ts`));
    expect(ofFile).toMatch(new RegExp(`\\s${rule}$`, "m"));
  });
});

const typeErrors: readonly (readonly [option: string, text: string, code: string])[] = [
  ["strict", "export const f = (x) => x;", "TS7006"],
  ["noUncheckedIndexedAccess", "export const f = (all: number[]): number => all[0];", "TS2322"],
  ["exactOptionalPropertyTypes", "export const x: { a?: number } = { a: undefined };", "TS2375"],
  ["noPropertyAccessFromIndexSignature", "export const f = (x: Record<string, string>) => x.a;", "TS4111"],
  ["noImplicitOverride", "class A {\n  f() {}\n}\nexport class B extends A {\n  f() {}\n}", "TS4114"],
  ["noImplicitReturns", "export function f(x: boolean) {\n  if (x) return 1;\n}", "TS7030"],
  [
    "noFallthroughCasesInSwitch",
    "export function f(x: number) {\n  switch (x) {\n    case 1:\n      f(2);\n    case 2:\n      f(3);\n  }\n}",
    "TS7029",
  ],
  ["noUnusedLocals", "const x = 1;\nexport {};", "TS6133"],
  ["noUnusedParameters", "export const f = (x: number) => 1;", "TS6133"],
  ["allowUnreachableCode", "export function f() {\n  return 1;\n  f();\n}", "TS7027"],
  ["verbatimModuleSyntax", 'import { PathLike } from "node:fs";\nexport type X = PathLike;', "TS1484"],
];

describe("tsc", () => {
  let output = "";
  beforeAll(() => {
    const files = typeErrors.map(([option, text]) => [`domain/${option}.ts`, `${text}\n`] as const);
    const result = check("types (tsc)", makeProject(Object.fromEntries(files)));
    expect(result.passed).toBe(false);
    ({ output } = result);
  });
  test.each(typeErrors)("refuses what breaks %s", (option, _, code) => {
    expect(output).toMatch(new RegExp(`^domain/${option}\\.ts\\(.*error ${code}`, "m"));
  });
});

describe.each([
  ["types of the console (tsc)", "console/src/page.tsx", "console/tsconfig.json"],
  ["types of the console's tests (tsc)", "test/console/page.test.ts", "test/console/tsconfig.json"],
])("%s", (name, file, config) => {
  const text = "export const title = (document: Document): number => document.title;\n";
  const withConfigs = (): string => {
    const project = makeProject({ [file]: text });
    for (const path of ["console/tsconfig.json", config]) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      copyFileSync(join(repository, path), join(project, path));
    }
    return project;
  };

  test("refuses a wrong type, and knows the types of a browser", () => {
    const { passed, output } = check(name, withConfigs());
    expect(passed).toBe(false);
    expect(output.trim().split("\n")).toEqual([expect.stringMatching(/page\S*\.tsx?\(1,\d+\): error TS2322/)]);
  });

  test("is the only check of types that looks there", () => {
    expect(check("types (tsc)", withConfigs()).output).not.toContain("page");
  });
});

const cruiserConfig = z
  .object({ forbidden: z.array(z.object({ name: z.string() })) })
  .parse(createRequire(__filename)(join(repository, ".dependency-cruiser.cjs")));

/** For each rule of ours, a file that breaks it and what it imports: a file of the project or a package. */
const forbiddenImports: Readonly<Record<string, readonly [from: string, to: string]>> = {
  ...Object.fromEntries(
    ["contracts", "docs", ...typescriptFolders]
      .filter((folder) => folder !== "test")
      .map((folder) => [`${folder}-imports-nothing-above`, [`${folder}/a.ts`, "test/b.ts"]] as const),
  ),
  "every-folder-has-a-place": ["local/a.ts", "new-folder/b.ts"],
  "domain-is-pure": ["domain/a.ts", "@aws-sdk/client-s3"],
  "domain-knows-no-storage": ["domain/a.ts", "naming/table-keys.ts"],
  "names-stand-alone": ["naming/a.ts", "zod"],
  "infrastructure-knows-only-names": ["lib/a.ts", "domain/b.ts"],
  "application-knows-no-infrastructure": ["lambdas/aws/a.ts", "aws-cdk-lib"],
  "console-is-a-client": ["console/a.ts", "lambdas/stores/tracks.ts"],
  "nobody-imports-the-console": ["scripts/a.ts", "console/src/b.ts"],
  "command-line-is-a-client": ["cli/a.ts", "tools/command-line.ts"],
  "nobody-imports-the-command-line": ["scripts/a.ts", "cli/src/b.ts"],
  "handlers-are-entries": ["local/a.ts", "lambdas/api/tracks/handler.ts"],
  "operations-share-a-capability-only": ["lambdas/api/tracks/a.ts", "lambdas/api/models/b.ts"],
  "steps-and-sources-are-entries": ["lambdas/workflow/launch/a.ts", "lambdas/events/stream/b.ts"],
  "use-cases-know-no-entry": ["lambdas/training/a.ts", "lambdas/workflow/launch/b.ts"],
  "each-kind-of-work-stands-alone": ["lambdas/training/a.ts", "lambdas/tracks/b.ts"],
  "use-cases-know-no-request": ["lambdas/training/a.ts", "lambdas/http/request.ts"],
  "http-serves-every-operation": ["lambdas/http/a.ts", "lambdas/tracks/b.ts"],
  "problems-lie-below": ["lambdas/problems/a.ts", "lambdas/stores/tracks.ts"],
  "use-cases-are-handed-their-ports": ["lambdas/training/a.ts", "lambdas/aws/clients.ts"],
  "stores-lie-below": ["lambdas/stores/a.ts", "lambdas/training/b.ts"],
  "one-table": ["lambdas/training/a.ts", "@aws-sdk/client-dynamodb"],
  "tools-lie-below": ["tools/a.ts", "lambdas/training/b.ts"],
  "no-circles": ["tools/circle-a.ts", "tools/circle-b.ts"],
  "only-declared-packages": ["tools/a.ts", "not-a-package"],
};

describe("dependency-cruiser", () => {
  let output = "";
  /** Returns the place of a rule's file. It is the file's own, so that each import is told apart. */
  const place = (rule: string, file: string): string => file.replace(/(?:^|\/)a\.ts$/, `/${rule}.ts`);
  beforeAll(() => {
    const files: Record<string, string> = { "tools/circle-b.ts": 'import "./circle-a";\n' };
    for (const [rule, [from, to]] of Object.entries(forbiddenImports)) {
      const isFile = to.endsWith(".ts");
      const path = relative(dirname(from), to).replace(/\.ts$/, "");
      files[place(rule, from)] = `import "${isFile ? (path.startsWith(".") ? path : `./${path}`) : to}";\n`;
      if (isFile) files[to] ??= "export {};\n";
    }
    // Folders without programs of their own are reached by an import.
    files["scripts/a.ts"] = ["contracts", "docs"]
      .map((folder) => `import "../${folder}/${folder}-imports-nothing-above";\n`)
      .join("");
    files["package.json"] = JSON.stringify({ dependencies: { "@aws-sdk/client-s3": "3", zod: "4" } });
    const result = check("dependency rules", makeProject(files));
    expect(result.passed).toBe(false);
    ({ output } = result);
  });
  test.each(cruiserConfig.forbidden.map(({ name }) => name))("refuses what breaks %s", (rule) => {
    const example = forbiddenImports[rule];
    if (example === undefined) throw new Error(`Add an import that breaks ${rule} to forbiddenImports.`);
    expect(output).toContain(`error ${rule}: ${place(rule, example[0])} → `);
  });
});

describe("knip", () => {
  const files = {
    "domain/music.ts": "export const used = 1;\nexport const dead = 2;\nexport const onlyTested = 3;\n",
    "domain/nobody.ts": "export const x = 1;\n",
    "lambdas/api/tracks/handler.ts": 'import { used } from "../../../domain/music";\nexport const handler = used;\n',
    "test/unit/music.test.ts": 'import { onlyTested } from "../../domain/music";\nvoid onlyTested;\n',
    "package.json": JSON.stringify({ devDependencies: { jest: "30", zod: "4" } }),
    "jest.config.mjs": 'export default { testMatch: ["<rootDir>/test/**/*.test.ts"] };\n',
  };
  test("refuses exports, files and packages that nobody uses", () => {
    const { passed, output } = check("dead code (knip)", makeProject(files));
    expect(passed).toBe(false);
    expect(output).toMatch(/^dead .*domain\/music\.ts/m);
    expect(output).toMatch(/^domain\/nobody\.ts/m);
    expect(output).toMatch(/^zod /m);
    expect(output).not.toMatch(/^(used|onlyTested) /m);
  });
  test("refuses exports that only tests use", () => {
    const { passed, output } = check("dead but for tests (knip)", makeProject(files));
    expect(passed).toBe(false);
    expect(output).toMatch(/^onlyTested .*domain\/music\.ts/m);
    expect(output).not.toMatch(/^used /m);
  });
});
