/** Who may import whom: the table of docs/architecture.md, enforced. */

/**
 * The folders at the top, each below all that stand behind it. A folder imports only what stands before it, so no two
 * of them import each other and they form no circle.
 */
const foldersFromBelow = [
  "contracts",
  "docs",
  "naming",
  "domain",
  "lambdas",
  "client",
  "console",
  "examples",
  "lib",
  "bin",
  "tools",
  "cli",
  "local",
  "scripts",
  "test",
];

const foldersStandInOrder = foldersFromBelow.slice(0, -1).map((folder, place) => ({
  name: `${folder}-imports-nothing-above`,
  comment: `The folders at the top stand in one order, from below: ${foldersFromBelow.join(", ")}.`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: { path: `^(${foldersFromBelow.slice(place + 1).join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...foldersStandInOrder,
    {
      name: "every-folder-has-a-place",
      comment: "A new folder at the top gets its place in foldersFromBelow.",
      severity: "error",
      from: {},
      to: {
        path: "^[^/]+/",
        // examples/ names the client by its package, as a project of somebody else does.
        pathNot: `^((${foldersFromBelow.join("|")}|node_modules|\\.\\./\\.generated)/|@opencomposer/client$)`,
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "domain-is-pure",
      comment: "domain/ knows nothing of AWS, and of ours it imports the names only.",
      severity: "error",
      from: { path: "^domain/" },
      to: { path: ["^(bin|lib|lambdas|local|client|scripts|tools|test)/", "node_modules/(@aws-|aws-)"] },
    },
    {
      name: "domain-knows-no-storage",
      comment:
        "Keys, variables and limits of functions are of the deployment. The domain may know ids, routes and media types.",
      severity: "error",
      from: { path: "^domain/" },
      to: { path: "^naming/(table-keys|object-keys|environment-variables|time-limits)" },
    },
    {
      name: "names-stand-alone",
      comment: "naming/ is shared with the infrastructure: it imports nothing.",
      severity: "error",
      from: { path: "^naming/" },
      to: { pathNot: "^naming/" },
    },
    {
      name: "infrastructure-knows-only-names",
      comment: "lib/ and bin/ may use naming/ and nothing else of the application.",
      severity: "error",
      from: { path: "^(bin|lib)/" },
      to: { path: "^(domain|lambdas|local|client|scripts|tools|test)/" },
    },
    {
      name: "application-knows-no-infrastructure",
      severity: "error",
      from: { path: "^(lambdas|client)/" },
      to: { path: ["^(bin|lib|local|scripts|tools|test)/", "node_modules/(aws-cdk-lib|constructs)"] },
    },
    {
      name: "console-is-a-client",
      comment:
        "The console is a client like any other: of ours it knows the client, the names and what is pure of the music.",
      severity: "error",
      from: { path: "^console/" },
      to: { path: "^(bin|lib|lambdas|local|scripts|tools|test|domain/(schemas|states|techniques|training))/" },
    },
    {
      name: "nobody-imports-the-console",
      comment:
        "The local start alone uses a part of its build: it cuts the quiz's excerpts when the data set is there.",
      severity: "error",
      from: { pathNot: "^(console|test)/|^local/console/refresh-excerpts\\.ts$" },
      to: { path: "^console/" },
    },
    {
      name: "command-line-is-a-client",
      comment:
        "The command line is a client like any other: of ours it knows the client, the console's paths, and how a person signs in.",
      severity: "error",
      from: { path: "^cli/" },
      to: {
        path: "^(bin|lib|lambdas|domain|contracts|docs|naming|tools)/",
        pathNot: "^(naming/console-paths\\.ts$|tools/sign-in/)",
      },
    },
    {
      name: "nobody-imports-the-command-line",
      severity: "error",
      from: { pathNot: "^(cli|test)/" },
      to: { path: "^cli/" },
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
        "Use cases of two kinds share files of the table, of the music and of lambdas/resources, not each other.",
      severity: "error",
      from: { path: "^lambdas/(compositions|datasets|training|tracks|models)/" },
      to: { path: "^lambdas/(compositions|datasets|training|tracks|models|open-work)/", pathNot: "^lambdas/$1/" },
    },
    {
      name: "use-cases-know-no-request",
      comment:
        "HTTP is one way to start a use case. It is given values, returns an item, and throws a problem if it refuses.",
      severity: "error",
      from: { path: "^lambdas/(compositions|datasets|training|tracks|models|resources|open-work|erasure)/" },
      to: { path: "^lambdas/http/" },
    },
    {
      name: "http-serves-every-operation",
      comment: "What lambdas/http does is the same for all operations, so it imports no use case.",
      severity: "error",
      from: { path: "^lambdas/http/" },
      to: { path: "^lambdas/(compositions|datasets|training|tracks|models|resources|open-work|erasure)/" },
    },
    {
      name: "problems-lie-below",
      comment:
        "A problem says why a request is refused. Use cases and lambdas/http share it, so it knows the stores' outcomes and errors at most.",
      severity: "error",
      from: { path: "^lambdas/problems/" },
      to: { path: "^lambdas/", pathNot: "^lambdas/(problems/|stores/(outcome|objects|table)\\.ts$)" },
    },
    {
      name: "use-cases-are-handed-their-ports",
      comment: "Entries read the environment and make clients. A use case gets stores, ports and the clock from them.",
      severity: "error",
      from: { path: "^lambdas/(compositions|datasets|training|tracks|models|resources|open-work|erasure)/" },
      to: { path: "^lambdas/(aws/(clients|environment)|stores/dynamodb-table)\\.ts$" },
    },
    {
      name: "stores-lie-below",
      comment: "A store keeps one entity. Who uses it, over HTTP or in the workflow, is nothing to it.",
      severity: "error",
      from: { path: "^lambdas/stores/" },
      to: { path: "^lambdas/", pathNot: "^lambdas/stores/" },
    },
    {
      name: "one-table",
      comment: "Expressions and errors of DynamoDB stay in the one file that turns the table's port into them.",
      severity: "error",
      from: { path: "^lambdas/", pathNot: "^lambdas/(stores/dynamodb-table|aws/[^/]+)\\.ts$" },
      to: { path: "node_modules/@aws-sdk/(client|lib|util)-dynamodb" },
    },
    {
      name: "tools-lie-below",
      comment:
        "tools/ is shared by the local cloud and the scripts: it imports neither. Seeding writes items and catalogues as the stores do.",
      severity: "error",
      from: { path: "^tools/" },
      to: { path: "^(bin|lib|lambdas|client|local|scripts)/", pathNot: "^lambdas/stores/(items|catalogues)\\.ts$" },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "only-declared-packages",
      severity: "error",
      from: { path: "^(bin|lib|domain|naming|lambdas|local|client|cli|scripts|tools)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown", "undetermined"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(cdk\\.out|\\.local|\\.venv|cli/dist|client/dist|console/dist|console/\\.generated)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
