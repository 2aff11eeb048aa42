/**
 * esbuild for every function in every synthesis would make these tests minutes long, and they look at templates, not at
 * bundles. `disable-bundling.test.ts` guards that this works; `scripts/check-templates.ts` synthesises with bundles.
 *
 * CDK reads the context of an App that a test makes from here.
 */
process.env["CDK_CONTEXT_JSON"] = JSON.stringify({ "aws:cdk:bundling-stacks": [] });
