import { Duration } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  ApiMapping,
  CfnStage,
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpUserPoolAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import type { IUserPool, IUserPoolClient } from "aws-cdk-lib/aws-cognito";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import {
  type ApiCapability,
  type ApiRoute,
  apiRoutes,
  defaultRouteCapability,
  methodsOf,
  routeKey,
} from "../../../naming/api-routes";
import { resourcePrefix } from "../../../naming/resource-names";
import type { StageConfig, Throttle } from "../../config/stage-config";
import type { ServiceFunction } from "../functions/service-function";
import { acknowledge } from "../permissions/acknowledge-findings";
import { removalPolicy } from "../removal-policy";
import { vendedLogGroupName } from "../vended-log-group-name";

export interface ComposerHttpApiProps {
  readonly config: StageConfig;
  readonly functions: Readonly<Record<ApiCapability, ServiceFunction>>;
  readonly userPool: IUserPool;
  readonly client: IUserPoolClient;
  /** The console's origin; undefined where the stage's template has no console. */
  readonly consoleUrl: string | undefined;
}

/** Returns the origins that browsers may call from: the stage's and the console's. */
function originsOf({ config, consoleUrl }: ComposerHttpApiProps): string[] {
  const { corsOrigins } = config.api;
  const isEvery = corsOrigins.includes("*");
  return [...new Set(consoleUrl === undefined || isEvery ? corsOrigins : [...corsOrigins, consoleUrl])];
}

const httpMethods = {
  GET: HttpMethod.GET,
  HEAD: HttpMethod.HEAD,
  POST: HttpMethod.POST,
  PUT: HttpMethod.PUT,
  PATCH: HttpMethod.PATCH,
  DELETE: HttpMethod.DELETE,
} as const;

/** Why routes of a capability need no access token. */
const whyPublic: Readonly<Partial<Record<ApiCapability, string>>> & { readonly discovery: string } = {
  discovery: "Public by design: it describes what the API offers and holds no data of anyone.",
  shared:
    "Public by design: the token in the path, 192 random bits of which only the digest is kept, opens the one piece that its owner shares.",
};

/** Returns a throttle in CloudFormation's form. */
function routeThrottle({ rate, burst }: Throttle): { ThrottlingRateLimit: number; ThrottlingBurstLimit: number } {
  return { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
}

/**
 * The HTTP API: the routes of naming/api-routes.ts, a JWT authorizer on all but the public ones, throttles and CORS.
 */
export class ComposerHttpApi extends Construct {
  readonly api: HttpApi;
  /** The URL that clients call: that of the custom domain if the stage has one. */
  readonly url: string;
  /** The name to which the custom domain's DNS record must point. */
  readonly customDomainTarget?: string;

  constructor(scope: Construct, id: string, props: ComposerHttpApiProps) {
    super(scope, id);
    const { config, functions, userPool, client } = props;

    this.api = new HttpApi(this, "Api", {
      apiName: resourcePrefix(config.stage),
      description: "OpenComposer: generative music",
      createDefaultStage: false,
      ...(config.api.customDomain?.exclusive === true ? { disableExecuteApiEndpoint: true } : {}),
      corsPreflight: {
        allowOrigins: originsOf(props),
        allowMethods: [
          CorsHttpMethod.GET,
          CorsHttpMethod.HEAD,
          CorsHttpMethod.POST,
          CorsHttpMethod.PUT,
          CorsHttpMethod.PATCH,
          CorsHttpMethod.DELETE,
        ],
        allowHeaders: ["authorization", "content-type", "accept", "idempotency-key", "if-match", "if-none-match"],
        exposeHeaders: [
          "ETag",
          "Location",
          "Retry-After",
          "X-Request-Id",
          "Content-Disposition",
          "Idempotent-Replayed",
          // API Gateway's own id of a request, which its own errors have, too.
          "Apigw-Requestid",
        ],
        maxAge: Duration.hours(1),
      },
    });

    const authorizer = new HttpUserPoolAuthorizer("AccessToken", userPool, { userPoolClients: [client] });
    const integration = (capability: ApiCapability): HttpLambdaIntegration =>
      new HttpLambdaIntegration(`${capability}Integration`, functions[capability].handler, {
        // One permission is enough for all routes with a method and a path, because the same function serves all routes
        // of its capability.
        scopePermissionToRoute: false,
      });
    const integrations: Readonly<Record<ApiCapability, HttpLambdaIntegration>> = {
      discovery: integration("discovery"),
      tracks: integration("tracks"),
      compositions: integration("compositions"),
      shared: integration("shared"),
      models: integration("models"),
      datasets: integration("datasets"),
      training: integration("training"),
      account: integration("account"),
    };

    const throttles: Record<string, ReturnType<typeof routeThrottle>> = {};
    const stage = new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: config.api.throttle.rate, burstLimit: config.api.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, "AccessLogs", {
            logGroupName: vendedLogGroupName(this, "apigateway", resourcePrefix(config.stage)),
            retention: config.logRetention,
            removalPolicy: removalPolicy(config),
          }),
        ),
        // The log has no query string and no header, because names of files and tokens do not belong in a log.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: "$context.requestId",
            time: "$context.requestTime",
            routeKey: "$context.routeKey",
            status: "$context.status",
            responseLength: "$context.responseLength",
            responseLatency: "$context.responseLatency",
            integrationLatency: "$context.integrationLatency",
            sub: "$context.authorizer.claims.sub",
            authorizerError: "$context.authorizer.error",
            integrationError: "$context.integrationErrorMessage",
            sourceIp: "$context.identity.sourceIp",
            userAgent: "$context.identity.userAgent",
          }),
        ),
      },
    });

    for (const [operationId, route] of Object.entries<ApiRoute>(apiRoutes)) {
      for (const method of methodsOf(route)) {
        // A GET route is named after its operation, and its HEAD route gets a suffix.
        const made = new HttpRoute(this, method === "HEAD" ? `${operationId}Head` : operationId, {
          httpApi: this.api,
          routeKey: HttpRouteKey.with(route.path, httpMethods[method]),
          integration: integrations[route.capability],
          authorizer: route.public ? new HttpNoneAuthorizer() : authorizer,
        });
        if (route.public) {
          throttles[routeKey({ method, path: route.path })] = routeThrottle(config.api.publicThrottle);
          acknowledge(made, "APIG4", whyPublic[route.capability] ?? whyPublic.discovery);
          // API Gateway refuses settings of a route that does not exist yet.
          stage.node.addDependency(made);
        }
      }
    }
    const defaultRoute = new HttpRoute(this, "Default", {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      // This route has no method and no path, so API Gateway calls its function as `{api}/{stage}/$default`, which is a
      // part shorter than the other routes' permission asks for. An integration of its own gets a permission of its own.
      integration: new HttpLambdaIntegration("defaultIntegration", functions[defaultRouteCapability].handler),
      authorizer: new HttpNoneAuthorizer(),
    });
    acknowledge(
      defaultRoute,
      "APIG4",
      "Only responds with 404 and 405 as problem+json: for paths that do not exist, and methods that a path does not have.",
    );
    throttles["$default"] = routeThrottle(config.api.publicThrottle);
    stage.node.addDependency(defaultRoute);

    const cfnStage = stage.node.defaultChild;
    if (!(cfnStage instanceof CfnStage))
      throw new Error("The HTTP stage has no CfnStage: its CDK construct has changed.");
    cfnStage.routeSettings = throttles;

    const { customDomain } = config.api;
    if (customDomain === undefined) {
      this.url = this.api.apiEndpoint;
    } else {
      const domainName = new DomainName(this, "CustomDomain", {
        domainName: customDomain.name,
        certificate: Certificate.fromCertificateArn(this, "Certificate", customDomain.certificateArn),
      });
      new ApiMapping(this, "CustomDomainMapping", { api: this.api, domainName, stage });
      this.url = `https://${customDomain.name}`;
      this.customDomainTarget = domainName.regionalDomainName;
    }
  }
}
