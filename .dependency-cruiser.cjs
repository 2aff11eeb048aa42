/** Who may import whom: the table of docs/architecture.md, enforced. */
module.exports = {
  forbidden: [
    {
      name: "domain-is-pure",
      comment: "domain/ knows nothing of AWS and imports nothing of ours.",
      severity: "error",
      from: { path: "^domain/" },
      to: { path: ["^(bin|lib|lambdas|local|client|scripts|tools|test)/", "node_modules/(@aws-|aws-)"] },
    },
    {
      name: "names-stand-alone",
      comment: "domain/names is shared with the infrastructure: it imports nothing.",
      severity: "error",
      from: { path: "^domain/names/" },
      to: { pathNot: "^domain/names/" },
    },
    {
      name: "infrastructure-knows-only-names",
      comment: "lib/ and bin/ may use domain/names and nothing else of the application.",
      severity: "error",
      from: { path: "^(bin|lib)/" },
      to: { path: "^(domain|lambdas|local|client|scripts|tools|test)/", pathNot: "^domain/names/" },
    },
    {
      name: "application-knows-no-infrastructure",
      severity: "error",
      from: { path: "^(lambdas|client)/" },
      to: { path: ["^(bin|lib|local|scripts|tools|test)/", "node_modules/(aws-cdk-lib|constructs)"] },
    },
    {
      name: "product-knows-no-tests",
      comment:
        "These scripts are tests that are too long for `npm test`: they start and ask the cloud as test/e2e does.",
      severity: "error",
      from: { pathNot: "^test/|^scripts/(verify-api|test-faults|soak)\\.ts$" },
      to: { path: "^test/" },
    },
    {
      name: "handlers-are-entries",
      comment: "A handler is imported by nobody but its tests: what is shared lies beside it.",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^lambdas/.*/handler\\.ts$" },
    },
    {
      name: "tools-lie-below",
      comment: "tools/ is shared by the local cloud and the scripts: it imports neither.",
      severity: "error",
      from: { path: "^tools/" },
      to: { path: "^(bin|lib|lambdas|client|local|scripts)/" },
    },
    {
      name: "local-cloud-knows-no-scripts",
      comment: "What the local cloud shares with a script lies in tools/.",
      severity: "error",
      from: { path: "^local/" },
      to: { path: "^scripts/" },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "only-declared-packages",
      severity: "error",
      from: { path: "^(bin|lib|domain|lambdas|local|client|scripts|tools)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown", "undetermined"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(cdk\\.out|\\.local|\\.venv|client/dist)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
