import eslint from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import simpleImportSort from "eslint-plugin-simple-import-sort";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      "cdk.out/",
      ".cache/",
      ".local/",
      ".venv/",
      "coverage/",
      "cli/dist/",
      "client/schema.d.ts",
      "client/dist/",
      "console/dist/",
      "console/.generated/",
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A number or boolean in a template string is plain reading, not a bug.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/return-await": ["error", "always"],
      // `const { secret, ...rest } = value` is how a member is left out.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // Fakes in tests implement async interfaces without awaiting anything.
      "@typescript-eslint/require-await": "off",
      eqeqeq: "error",
      "no-console": "error",
      "no-duplicate-imports": "error",
    },
  },
  // One style, whoever wrote the line.
  {
    plugins: { "simple-import-sort": simpleImportSort },
    rules: {
      // Node, then packages, then the files of the repository from far to near, in one block.
      "simple-import-sort/imports": ["error", { groups: [["^node:", "^@?\\w", "^\\.\\.", "^\\."]] }],
      "simple-import-sort/exports": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-import-type-side-effects": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "CatchClause > Identifier.param:not([name='error'])",
          message: "A caught error is called `error`; use `cause` of the new one to keep it.",
        },
        {
          selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier",
          message: "Zod is imported whole: `import * as z`.",
        },
      ],
    },
  },
  {
    files: ["**/*.ts"],
    rules: {
      // Constants are variables like others. `PascalCase` is for the members of AWS requests: `const Key = …`.
      "object-shorthand": ["error", "always"],
      "no-useless-rename": "error",
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "variable", modifiers: ["destructured"], format: null },
        { selector: "variable", format: ["camelCase", "PascalCase"], leadingUnderscore: "allow" },
        { selector: "function", format: ["camelCase"] },
        { selector: "parameter", modifiers: ["destructured"], format: null },
        { selector: "parameter", format: ["camelCase", "PascalCase"], leadingUnderscore: "allow" },
        { selector: "typeLike", format: ["PascalCase"] },
        { selector: "classProperty", modifiers: ["static"], format: ["camelCase"] },
      ],
    },
  },
  {
    files: ["console/src/**"],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // A component is a function with a name like a type's.
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "function", format: ["camelCase", "PascalCase"] },
        { selector: "typeLike", format: ["PascalCase"] },
      ],
    },
  },
  // Programs that talk to a person at a terminal.
  { files: ["local/**", "scripts/**", "tools/**", "bin/**", "test/**"], rules: { "no-console": "off" } },
  // Jest's asymmetric matchers (`expect.any`, `expect.stringContaining`) are of type any.
  { files: ["test/**"], rules: { "@typescript-eslint/no-unsafe-assignment": "off" } },
  { files: ["**/*.mjs", "**/*.js", "**/*.cjs"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["**/*.cjs"], languageOptions: { globals: { module: "writable" } } },
);
