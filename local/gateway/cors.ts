import * as z from "zod";

/** The CORS settings of the HTTP API, as its CloudFormation template declares them. */
export const corsConfigurationSchema = z.object({
  AllowOrigins: z.array(z.string()).default([]),
  AllowMethods: z.array(z.string()).default([]),
  AllowHeaders: z.array(z.string()).default([]),
  ExposeHeaders: z.array(z.string()).default([]),
  AllowCredentials: z.boolean().default(false),
  MaxAge: z.number().optional(),
});
export type CorsConfiguration = z.infer<typeof corsConfigurationSchema>;

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});
const apiPropertiesSchema = z.object({ CorsConfiguration: corsConfigurationSchema });

/**
 * Reads the CORS settings from the stack's template. MiniStack refuses every origin, so the gateway applies the
 * settings itself; reading them from the template keeps it equal to what is deployed on AWS.
 * @throws Error where the template has not exactly one HTTP API with CORS settings
 */
export function corsOfTemplate(template: unknown): CorsConfiguration {
  const apis = Object.values(templateSchema.parse(template).Resources).filter(
    ({ Type }) => Type === "AWS::ApiGatewayV2::Api",
  );
  const [api] = apis;
  if (api === undefined || apis.length !== 1) {
    throw new Error(`The Api stack's template has ${apis.length} HTTP APIs; the local gateway serves exactly one.`);
  }
  return apiPropertiesSchema.parse(api.Properties).CorsConfiguration;
}

/** The parts of a request that CORS depends on. */
export interface CorsRequest {
  readonly method: string;
  readonly origin: string | undefined;
  readonly requestedMethod: string | undefined;
}

/** Returns true for a preflight request. API Gateway responds to these itself, so that no function sees them. */
export function isPreflight({ method, origin, requestedMethod }: CorsRequest): boolean {
  return method === "OPTIONS" && origin !== undefined && requestedMethod !== undefined;
}

/**
 * Returns the CORS headers of every response, including API Gateway's own errors. There are none where the origin is
 * missing or not allowed.
 */
export function corsHeaders(cors: CorsConfiguration, origin: string | undefined): Record<string, string> {
  if (origin === undefined) return {};
  const allowed = cors.AllowOrigins.includes("*") ? "*" : cors.AllowOrigins.includes(origin) ? origin : undefined;
  if (allowed === undefined) return {};
  return {
    "access-control-allow-origin": allowed,
    ...(allowed === "*" ? {} : { vary: "Origin" }),
    ...(cors.AllowCredentials ? { "access-control-allow-credentials": "true" } : {}),
    ...(cors.ExposeHeaders.length === 0 ? {} : { "access-control-expose-headers": cors.ExposeHeaders.join(",") }),
  };
}

/** Returns the headers of the response to a preflight request, {@link corsHeaders} included. */
export function preflightHeaders(cors: CorsConfiguration, origin: string | undefined): Record<string, string> {
  const headers = corsHeaders(cors, origin);
  if (Object.keys(headers).length === 0) return {};
  return {
    ...headers,
    "access-control-allow-methods": cors.AllowMethods.join(","),
    "access-control-allow-headers": cors.AllowHeaders.join(","),
    ...(cors.MaxAge === undefined ? {} : { "access-control-max-age": String(cors.MaxAge) }),
  };
}
