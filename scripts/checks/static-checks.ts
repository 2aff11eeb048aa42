import type { Step } from "../run-step";

const bin = (name: string): string => `node_modules/.bin/${name}`;
const python = (name: string): string => `.venv/training/bin/${name}`;
const pythonCode = [
  "sagemaker-containers",
  "evaluation",
  "datasets",
  "models",
  "local",
  "tools",
  "contracts",
  "docs",
  "test",
];
export const typescriptFolders = [
  "bin",
  "lib",
  "domain",
  "naming",
  "lambdas",
  "local",
  "client",
  "cli",
  "console",
  "examples",
  "scripts",
  "tools",
  "test",
];

/**
 * The static checks of both languages, in the order in which they begin: from the repository, or from a copy of its
 * settings. The longest one comes first, because two run at a time.
 */
export const staticChecks: readonly Step[] = [
  { name: "lint (eslint)", command: bin("eslint"), arguments: ["--max-warnings", "0", "."] },
  { name: "format (prettier)", command: bin("prettier"), arguments: ["--check", "--log-level", "warn", "."] },
  { name: "types (tsc)", command: bin("tsc"), arguments: ["--noEmit"] },
  { name: "types of the console (tsc)", command: bin("tsc"), arguments: ["--noEmit", "--project", "console"] },
  {
    name: "types of the console's tests (tsc)",
    command: bin("tsc"),
    arguments: ["--noEmit", "--project", "test/console"],
  },
  {
    name: "dependency rules",
    command: bin("depcruise"),
    arguments: [...typescriptFolders, "--config", ".dependency-cruiser.cjs", "--output-type", "err"],
  },
  { name: "dead code (knip)", command: bin("knip"), arguments: ["--no-config-hints"] },
  {
    name: "dead but for tests (knip)",
    command: bin("knip"),
    arguments: ["--no-config-hints", "--production", "--exclude", "dependencies,binaries"],
  },
  { name: "one version everywhere", command: bin("tsx"), arguments: ["scripts/check-versions.ts"] },
  { name: "OpenAPI and client are fresh", command: bin("tsx"), arguments: ["scripts/generate-openapi.ts", "--check"] },
  {
    name: "schema of stages' own files is fresh",
    command: bin("tsx"),
    arguments: ["scripts/generate-stage-config-schema.ts", "--check"],
  },
  {
    name: "READMEs' tables of parameters are fresh",
    command: bin("tsx"),
    arguments: ["scripts/generate-technique-tables.ts", "--check"],
  },
  { name: "format (ruff)", command: python("ruff"), arguments: ["format", "--check", ...pythonCode] },
  { name: "lint (ruff)", command: python("ruff"), arguments: ["check", ...pythonCode] },
  { name: "types (mypy)", command: python("mypy"), arguments: [] },
  { name: "boundaries of packages (import-linter)", command: python("lint-imports"), arguments: ["--no-cache"] },
  { name: "dead code (vulture)", command: python("vulture"), arguments: [] },
  { name: "templates, ASL, cdk-nag", command: bin("tsx"), arguments: ["scripts/check-templates.ts"] },
];
