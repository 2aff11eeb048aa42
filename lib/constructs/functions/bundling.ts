import { OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

/**
 * The settings by which every function is bundled and scripts/bundle-sizes.ts measures the bundles. The SDK goes into
 * the bundle, so that the tested version is the one that runs, and a cold start reads one file.
 */
export const functionBundling = {
  // The machine of the local cloud runs node20, too. The format is CommonJS, because the local executor refuses
  // top-level await.
  target: "node20",
  format: OutputFormat.CJS,
  mainFields: ["module", "main"],
  minify: true,
  // These packages are a seventh of each bundle and are imported only when they are called, which never happens: Lambda
  // gives credentials in the environment, which the SDK's chain reads first. Lambda's runtime has these packages if
  // that ever changes.
  externalModules: [
    "@aws-sdk/credential-provider-ini",
    "@aws-sdk/credential-provider-process",
    "@aws-sdk/credential-provider-sso",
    "@aws-sdk/credential-provider-web-identity",
  ],
};
