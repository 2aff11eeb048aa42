/** The template of the console: a private bucket, and the distribution that serves its files. */
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { Match } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { parseStageConfig } from "../../../lib/config/load-stage-config";
import { repositoryPath } from "../../../lib/constructs/repository-root";
import { consoleHeaders, contentSecurityPolicy } from "../../../naming/console-headers";
import { signInHost } from "../../../naming/resource-names";
import { devConfig, prodConfig, prodWithCustomDomain } from "../support/stage-configs";
import { synthesize, type Synthesized } from "../support/synthesize";

const dev = synthesize("dev");
const prod = synthesize("prod");
const consoleDomain = {
  kind: "cloudFront",
  customDomain: {
    name: "console.opencomposer.test",
    certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555",
  },
} as const;
const own = synthesize(parseStageConfig({ ...prodWithCustomDomain(), console: consoleDomain }));

/** Returns a text of a template; a parameter stands there in braces. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  const { "Fn::Join": parts } = z
    .object({ "Fn::Join": z.tuple([z.literal(""), z.array(z.union([z.string(), z.object({ Ref: z.string() })]))]) })
    .parse(value);
  return parts[1].map((part) => (typeof part === "string" ? part : `{${part.Ref}}`)).join("");
}

const policySchema = z.looseObject({
  ResponseHeadersPolicyConfig: z.looseObject({
    Name: z.unknown(),
    SecurityHeadersConfig: z.looseObject({
      ContentSecurityPolicy: z.looseObject({ ContentSecurityPolicy: z.unknown() }),
    }),
    CustomHeadersConfig: z.looseObject({
      Items: z.array(z.object({ Header: z.string(), Value: z.string(), Override: z.literal(true) })),
    }),
  }),
});
const headersOf = (stage: Synthesized): z.infer<typeof policySchema>["ResponseHeadersPolicyConfig"] =>
  policySchema.parse(stage.resourcesOf("AWS::CloudFront::ResponseHeadersPolicy")[0]?.resource.Properties)
    .ResponseHeadersPolicyConfig;
const policyOf = (stage: Synthesized): string =>
  textOf(headersOf(stage).SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy);

describe("the distribution", () => {
  test("serves by HTTPS alone, compressed, to read only, from the bucket that nobody else reads", () => {
    prod.stack("Console").template.hasResourceProperties("AWS::CloudFront::Distribution", {
      DistributionConfig: {
        DefaultRootObject: "index.html",
        HttpVersion: "http2and3",
        PriceClass: "PriceClass_100",
        DefaultCacheBehavior: {
          AllowedMethods: ["GET", "HEAD"],
          Compress: true,
          ViewerProtocolPolicy: "redirect-to-https",
          FunctionAssociations: [{ EventType: "viewer-request" }],
        },
        Origins: [{ OriginAccessControlId: Match.anyValue(), S3OriginConfig: { OriginAccessIdentity: "" } }],
        // A fallback would answer a missing file with a page.
        CustomErrorResponses: Match.absent(),
      },
    });
    prod.stack("Console").template.hasResourceProperties("AWS::CloudFront::OriginAccessControl", {
      OriginAccessControlConfig: { SigningBehavior: "always", SigningProtocol: "sigv4" },
    });
  });

  test("has names that another Region of the same account does not take", () => {
    const names = [
      headersOf(prod).Name,
      ...["OriginAccessControl", "Function"].map((type) => {
        const [found] = prod.resourcesOf(`AWS::CloudFront::${type}`);
        const { OriginAccessControlConfig, Name } = found?.resource.Properties ?? {};
        return Name ?? z.looseObject({ Name: z.unknown() }).parse(OriginAccessControlConfig).Name;
      }),
    ];
    expect(names.map(textOf)).toEqual([
      "opencomposer-prod-{AWS::Region}",
      "opencomposer-prod-{AWS::Region}",
      "opencomposer-prod-{AWS::Region}-pages",
    ]);
  });

  test("sends the headers that the local console sends, and that HTTPS is to be kept to for a year", () => {
    const { SecurityHeadersConfig, CustomHeadersConfig } = headersOf(prod);
    const { ContentSecurityPolicy: _policy, ...others } = SecurityHeadersConfig;
    const headers = consoleHeaders({ origins: [] });
    expect(others).toEqual({
      ContentTypeOptions: { Override: true },
      ReferrerPolicy: { Override: true, ReferrerPolicy: headers["referrer-policy"] },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, IncludeSubdomains: false, Override: true },
    });
    const custom = Object.fromEntries(CustomHeadersConfig.Items.map(({ Header, Value }) => [Header, Value]));
    expect(Object.keys(headers).sort()).toEqual(
      ["content-security-policy", "referrer-policy", "x-content-type-options", ...Object.keys(custom)].sort(),
    );
    expect(headers).toMatchObject(custom);
  });

  test.each([
    ["the API and the sign-in of its Region", prod, "https://*.execute-api.{AWS::Region}.{AWS::URLSuffix}"],
    ["the API's own domain, and no other", own, "https://music.opencomposer.test"],
  ])("lets pages talk to %s", (_, stage, api) => {
    const buckets = "https://*.s3.{AWS::Region}.{AWS::URLSuffix}";
    const signIn = `https://${signInHost("prod", { account: "{AWS::AccountId}", region: "{AWS::Region}" })}`;
    expect(policyOf(stage)).toBe(
      `${contentSecurityPolicy({ origins: [api, signIn, buckets] })}; upgrade-insecure-requests`,
    );
  });

  test("answers under a domain of its own, with TLS 1.2 at least", () => {
    own.stack("Console").template.hasResourceProperties("AWS::CloudFront::Distribution", {
      DistributionConfig: {
        Aliases: ["console.opencomposer.test"],
        ViewerCertificate: {
          AcmCertificateArn: consoleDomain.customDomain.certificateArn,
          MinimumProtocolVersion: "TLSv1.2_2021",
          SslSupportMethod: "sni-only",
        },
      },
    });
    expect(own.stack("Console").outputs).toContain("ConsoleDomainTarget");
    expect(prod.stack("Console").outputs).not.toContain("ConsoleDomainTarget");
  });
});

describe("the API knows the console", () => {
  const clientOf = (stage: Synthesized): Record<string, unknown> | undefined =>
    stage.resourcesOf("AWS::Cognito::UserPoolClient")[0]?.resource.Properties;
  const originsOf = (stage: Synthesized): unknown =>
    z
      .looseObject({ CorsConfiguration: z.looseObject({ AllowOrigins: z.unknown() }) })
      .parse(stage.resourcesOf("AWS::ApiGatewayV2::Api")[0]?.resource.Properties).CorsConfiguration.AllowOrigins;

  test("under its own domain, besides the front ends of the stage", () => {
    expect(clientOf(own)).toMatchObject({
      CallbackURLs: ["https://music.opencomposer.test/", "https://console.opencomposer.test/signed-in"],
      LogoutURLs: ["https://music.opencomposer.test/", "https://console.opencomposer.test/"],
    });
    expect(originsOf(own)).toEqual(["https://music.opencomposer.test", "https://console.opencomposer.test"]);
  });

  test("under CloudFront's name, which its stack exports", () => {
    expect(JSON.stringify(clientOf(prod)?.["CallbackURLs"])).toMatch(
      /\["https:\/\/",\{"Fn::ImportValue":"opencomposer-prod-Console:[^"]+DomainName[^"]*"\},"\/signed-in"\]/,
    );
    expect(JSON.stringify(originsOf(prod))).toMatch(/ImportValue.*Console/);
  });

  test("and lists no origin beside one that is every origin", () => {
    expect(originsOf(dev)).toEqual(["*"]);
  });

  test("once, if the stage names it already", () => {
    const twice = synthesize(
      parseStageConfig({
        ...prodConfig,
        console: consoleDomain,
        api: { ...prodConfig.api, corsOrigins: ["https://console.opencomposer.test"] },
      }),
    );
    expect(originsOf(twice)).toEqual(["https://console.opencomposer.test"]);
  });

  test("or has none: a stage may leave the stack out", () => {
    const without = synthesize(parseStageConfig({ ...devConfig, console: { kind: "none" } }));
    expect(without.stacks.has("Console")).toBe(false);
    expect(clientOf(without)).toMatchObject({ CallbackURLs: ["http://localhost:5173/"] });
  });
});

describe("the function of CloudFront", () => {
  const code = readFileSync(repositoryPath("lib", "constructs", "console", "page-paths.js"), "utf8");
  /** Returns the path that CloudFront asks the bucket for. */
  const asked = (uri: string): unknown =>
    z.object({ uri: z.string() }).parse(runInNewContext(`${code}; handler({ request: { uri } });`, { uri })).uri;

  test("is the file that is tested here, within CloudFront's 10 KB", () => {
    const [found] = prod.resourcesOf("AWS::CloudFront::Function");
    expect(found?.resource.Properties).toMatchObject({
      FunctionCode: code,
      FunctionConfig: { Runtime: "cloudfront-js-2.0" },
      AutoPublish: true,
    });
    expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  });

  test.each(["/", "/studio", "/signed-in", "/compositions/01J0000000000000000000000Z", "/learn/", "/v1.0/page"])(
    "%s is a page",
    (path) => {
      expect(asked(path)).toBe("/index.html");
    },
  );

  test.each(["/index.html", "/config.json", "/assets/index-1a2b3c4d.js", "/sounds/000.sf3", "/missing.png", "/.vite"])(
    "%s is a file",
    (path) => {
      expect(asked(path)).toBe(path);
    },
  );
});
