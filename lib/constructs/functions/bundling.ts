import { OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

/**
 * How every function is bundled, and how scripts/bundle-sizes.ts measures it. The SDK goes into the bundle: what was
 * tested is what runs, and cold starts read one file.
 */
export const functionBundling = {
  // node20 also runs on the machine of the local cloud; CommonJS because the local executor refuses top-level await.
  target: "node20",
  format: OutputFormat.CJS,
  mainFields: ["module", "main"],
  minify: true,
  // A seventh of each bundle, imported only when it is called, and never called: Lambda gives credentials in the
  // environment, which the SDK's chain asks first. (Lambda's runtime has these packages should that ever change.)
  externalModules: [
    "@aws-sdk/credential-provider-ini",
    "@aws-sdk/credential-provider-process",
    "@aws-sdk/credential-provider-sso",
    "@aws-sdk/credential-provider-web-identity",
  ],
};
