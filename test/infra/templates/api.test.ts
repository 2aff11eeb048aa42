/** The template of the HTTP API and of its users. */
import { Match } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { type ApiRoute, apiRoutes, routeKeys } from "../../../naming/api-routes";
import { prodConfig, prodWithCustomDomain } from "../support/stage-configs";
import { synthesize } from "../support/synthesize";

const prod = synthesize("prod");

/** Jest types its matchers as `any`. */
const anything: unknown = expect.anything();

describe("HTTP API", () => {
  const { resources } = prod.stack("Api");
  const routes = prod.resourcesOf("AWS::ApiGatewayV2::Route").map(({ resource }) => resource.Properties);
  const routeOf = (key: string): Record<string, unknown> | undefined => routes.find(({ RouteKey }) => RouteKey === key);

  test("has exactly the routes of the route map, and $default", () => {
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      [...Object.values<ApiRoute>(apiRoutes).flatMap(routeKeys), "$default"].sort(),
    );
  });

  test.each(
    Object.values<ApiRoute>(apiRoutes).flatMap((route) => routeKeys(route).map((key) => [key, route.public] as const)),
  )("%s asks for an access token unless it is public (%p)", (key, isPublic) => {
    expect(routeOf(key)).toMatchObject(
      isPublic ? { AuthorizationType: "NONE" } : { AuthorizationType: "JWT", AuthorizerId: anything },
    );
  });

  test("serves HEAD wherever it serves GET, by the same function, within API Gateway's 300 routes", () => {
    const gets = routes.filter(({ RouteKey }) => String(RouteKey).startsWith("GET "));
    expect(gets.length).toBeGreaterThan(10);
    for (const { RouteKey, ...rest } of gets) {
      const { RouteKey: _, ...head } = routeOf(String(RouteKey).replace("GET ", "HEAD ")) ?? {};
      expect(head).toEqual(rest);
    }
    expect(routes.length).toBeLessThanOrEqual(300);
  });

  test("takes tokens of its own user pool and client only", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
      JwtConfiguration: {
        Audience: [{ Ref: Match.stringLikeRegexp("UserPoolClient") }],
        Issuer: Match.objectLike({ "Fn::Join": Match.anyValue() }),
      },
    });
  });

  test("throttles each route that needs a token as the stage says", () => {
    const [stage] = prod.resourcesOf("AWS::ApiGatewayV2::Stage");
    const { rate, burst } = prodConfig.api.throttle;
    expect(stage?.resource.Properties["DefaultRouteSettings"]).toEqual({
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: burst,
    });
  });

  test("throttles every public route by itself, after the routes are there", () => {
    const [stage] = prod.resourcesOf("AWS::ApiGatewayV2::Stage");
    const publicKeys = [
      ...Object.values<ApiRoute>(apiRoutes)
        .filter((route) => route.public)
        .flatMap(routeKeys),
      "$default",
    ];
    const { publicThrottle } = prodConfig.api;
    expect(stage?.resource.Properties["RouteSettings"]).toEqual(
      Object.fromEntries(
        publicKeys.map((key) => [
          key,
          { ThrottlingRateLimit: publicThrottle.rate, ThrottlingBurstLimit: publicThrottle.burst },
        ]),
      ),
    );
    const dependsOn = z.array(z.string()).parse(stage?.resource["DependsOn"]);
    const routeIds = Object.entries(resources)
      .filter(
        ([, { Type, Properties }]) =>
          Type === "AWS::ApiGatewayV2::Route" && publicKeys.includes(String(Properties["RouteKey"])),
      )
      .map(([id]) => id);
    expect(routeIds).toHaveLength(publicKeys.length);
    expect(dependsOn).toEqual(expect.arrayContaining(routeIds));
  });

  test("lets browsers read what polling and creating need", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::ApiGatewayV2::Api", {
      CorsConfiguration: {
        AllowHeaders: ["authorization", "content-type", "accept", "idempotency-key", "if-match", "if-none-match"],
        AllowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        ExposeHeaders: [
          ...["ETag", "Location", "Retry-After", "X-Request-Id", "Content-Disposition", "Idempotent-Replayed"],
          "Apigw-Requestid",
        ],
      },
    });
  });

  test("logs each request as JSON, without query strings or headers", () => {
    const [stage] = prod.resourcesOf("AWS::ApiGatewayV2::Stage");
    const { Format } = z.looseObject({ Format: z.string() }).parse(stage?.resource.Properties["AccessLogSettings"]);
    const fields = z.record(z.string(), z.string()).parse(JSON.parse(Format));
    expect(Object.values(fields)).toEqual(expect.arrayContaining(["$context.requestId", "$context.status"]));
    expect(Format).not.toMatch(/querystring|header|authorization/i);
  });

  test("a custom domain is mapped to the stage and needs a certificate of the region", () => {
    const custom = synthesize(prodWithCustomDomain());
    custom.stack("Api").template.hasResourceProperties("AWS::ApiGatewayV2::ApiMapping", { Stage: Match.anyValue() });
    expect(custom.stack("Api").outputs).toContain("CustomDomainTarget");
    expect(prod.resourcesOf("AWS::ApiGatewayV2::DomainName")).toEqual([]);
  });

  test.each([
    ["alone", undefined, true],
    ["alone, as asked", true, true],
    ["besides API Gateway's own address, as asked", false, undefined],
  ])("a custom domain is the API's address %s", (_, exclusive, disabled) => {
    const own = exclusive === undefined ? {} : { exclusive };
    const [api] = synthesize(prodWithCustomDomain(own)).resourcesOf("AWS::ApiGatewayV2::Api");
    expect(api?.resource.Properties["DisableExecuteApiEndpoint"]).toBe(disabled);
  });

  test("without a custom domain the API has the address that API Gateway gives it", () => {
    const [api] = prod.resourcesOf("AWS::ApiGatewayV2::Api");
    expect(api?.resource.Properties["DisableExecuteApiEndpoint"]).toBeUndefined();
  });
});

describe("users", () => {
  test("are added by an administrator, with a password that is not easily guessed", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::Cognito::UserPool", {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: "ACTIVE",
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireLowercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          // docs/deploy.md tells the people who are added how long they have.
          TemporaryPasswordValidityDays: 3,
        },
      },
    });
  });

  test("have a name that does not change with its case, and a way back by their verified address", () => {
    // Cognito lets none of these be changed for a pool that exists: a mistake would cost every user.
    prod.stack("Api").template.hasResourceProperties("AWS::Cognito::UserPool", {
      UsernameConfiguration: { CaseSensitive: false },
      AliasAttributes: ["email"],
      AutoVerifiedAttributes: ["email"],
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: "verified_email", Priority: 1 }] },
      MfaConfiguration: "OFF",
    });
  });

  test("B10: sign in by the code flow on AWS: the client is public, and no flow of it sends a password", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::Cognito::UserPoolClient", {
      GenerateSecret: false,
      AllowedOAuthFlows: ["code"],
      ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      PreventUserExistenceErrors: "ENABLED",
      EnableTokenRevocation: true,
    });
  });

  test("are signed in for an hour, and for a month with what renews it", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::Cognito::UserPoolClient", {
      AccessTokenValidity: 60,
      IdTokenValidity: 60,
      RefreshTokenValidity: 30 * 24 * 60,
      TokenValidityUnits: { AccessToken: "minutes", IdToken: "minutes", RefreshToken: "minutes" },
    });
  });

  test("have Cognito's newer page, with a style: without one it responds with an error", () => {
    const { template } = prod.stack("Api");
    template.hasResourceProperties("AWS::Cognito::UserPoolDomain", {
      Domain: { "Fn::Join": ["", ["opencomposer-prod-", { Ref: "AWS::AccountId" }]] },
      ManagedLoginVersion: 2,
    });
    template.hasResource("AWS::Cognito::ManagedLoginBranding", {
      Properties: { UseCognitoProvidedValues: true },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp("SignInPage")]),
    });
  });
});
