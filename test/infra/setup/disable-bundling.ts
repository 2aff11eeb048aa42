/**
 * esbuild for every function in every synthesis would make these tests minutes long, and they check templates, not
 * bundles. `disable-bundling.test.ts` guards that this works; `scripts/check-templates.ts` synthesizes with bundles.
 */

// An App takes its context from here, as it does under the CLI.
process.env["CDK_CONTEXT_JSON"] = JSON.stringify({ "aws:cdk:bundling-stacks": [] });
// CDK's own check of the templates takes seconds a synthesis; `scripts/check-templates.ts` runs it, and cfn-lint.
process.env["CDK_VALIDATION"] = "false";
