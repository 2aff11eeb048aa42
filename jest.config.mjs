// Two kinds of project: `unit` and `infra` are pure and fast; `integration` and `e2e` start real processes (the local
// cloud, containers), one at a time because each of them wants the whole machine.
const transform = {
  "^.+\\.(t|j|mj)s$": [
    "@swc/jest",
    { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" }, sourceMaps: "inline" },
  ],
};
const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch: testMatch.map((glob) => `<rootDir>/${glob}`),
  transform,
  moduleNameMapper: { "^@opencomposer/client$": "<rootDir>/client/client.ts" },
  // These ship as ES modules only.
  transformIgnorePatterns: [
    "/node_modules/(?!(midi-json-parser-worker|json-midi-encoder-worker|get-east-asian-width|openapi-fetch|p-map)/)",
  ],
  modulePathIgnorePatterns: ["<rootDir>/cdk.out", "<rootDir>/.local", "<rootDir>/.venv"],
  ...more,
});
export default {
  projects: [
    project("unit", ["test/unit/**/*.test.ts", "test/console/unit/**/*.test.ts"]),
    // Pages in a real browser, on one real local cloud.
    project("console", ["test/console/browser/**/*.test.ts"], {
      globalSetup: "<rootDir>/test/console/browser/support/start-cloud.ts",
      globalTeardown: "<rootDir>/test/console/browser/support/stop-cloud.ts",
    }),
    project("infra", ["test/infra/**/*.test.ts"], { setupFiles: ["<rootDir>/test/infra/setup/disable-bundling.ts"] }),
    project("infra-at-once", ["test/infra/at-once.ts"], {
      setupFiles: ["<rootDir>/test/infra/setup/disable-bundling.ts"],
    }),
    project("permissions", ["test/permissions/**/*.test.ts"], {
      setupFiles: ["<rootDir>/test/infra/setup/disable-bundling.ts"],
    }),
    project("workflow", ["test/workflow/**/*.test.ts"]),
    project("faults", ["test/faults/**/*.test.ts", "test/soak/**/*.test.ts"]),
    project("conformance", ["test/conformance/**/*.test.ts"]),
    project("oracle", ["test/oracle/**/*.test.ts"]),
    project("integration", ["test/integration/**/*.test.ts"]),
    // Each file has a cloud of its own, which it starts, stops or breaks.
    project("e2e", ["test/e2e/*.test.ts", "test/e2e/documents/**/*.test.ts"]),
    // What only asks the API needs none of that.
    project("e2e-one-cloud", ["test/e2e/one-cloud/**/*.test.ts"], {
      globalSetup: "<rootDir>/test/e2e/one-cloud/support/start-cloud.ts",
      globalTeardown: "<rootDir>/test/e2e/one-cloud/support/stop-cloud.ts",
    }),
  ],
  // Two cores: more workers only make the real processes slower.
  maxWorkers: 2,
  // Only a test that hangs takes so long: a busy machine makes any other number wrong.
  testTimeout: 600_000,
};
