/** Who may import whom: the table of docs/architecture.md, enforced. */
module.exports = {
  forbidden: [
    {
      name: "domain-is-pure",
      comment: "domain/ knows nothing of AWS and imports nothing of ours.",
      severity: "error",
      from: { path: "^domain/" },
      to: { path: ["^(bin|lib|lambdas|local|client|scripts|test)/", "node_modules/(@aws-|aws-)"] },
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
      to: { path: "^(domain|lambdas|local|client|scripts|test)/", pathNot: "^domain/names/" },
    },
    {
      name: "application-knows-no-infrastructure",
      severity: "error",
      from: { path: "^(lambdas|client)/" },
      to: { path: ["^(bin|lib|local|scripts|test)/", "node_modules/(aws-cdk-lib|constructs)"] },
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
      name: "operations-share-a-capability-only",
      comment: "An operation of the API imports nothing of another capability: what two share is a use case's.",
      severity: "error",
      from: { path: "^lambdas/api/([^/]+)/" },
      to: { path: "^lambdas/(api|workflow|events)/", pathNot: "^lambdas/api/$1/" },
    },
    {
      name: "steps-and-sources-are-entries",
      comment: "The folder of a step or of a source holds its handler: its work is a use case's.",
      severity: "error",
      from: { path: "^lambdas/(workflow|events)/" },
      to: { path: "^lambdas/(api/|(workflow|events)/[^/]+/)" },
    },
    {
      name: "use-cases-know-no-entry",
      comment: "Who starts a use case is nothing to it.",
      severity: "error",
      from: { path: "^lambdas/", pathNot: "^lambdas/(api|workflow|events)/" },
      to: { path: "^lambdas/(api|workflow|events)/" },
    },
    {
      name: "each-kind-of-work-stands-alone",
      comment:
        "Compositions and training share files of the table, of the music and of lambdas/resources, not each other.",
      severity: "error",
      from: { path: "^lambdas/(compositions|training)/" },
      to: { path: "^lambdas/(compositions|training|open-work)/", pathNot: "^lambdas/$1/" },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "only-declared-packages",
      severity: "error",
      from: { path: "^(bin|lib|domain|lambdas|local|client|scripts)/" },
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
