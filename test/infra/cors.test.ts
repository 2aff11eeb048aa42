/**
 * What pages of other origins may send and read, in the template of each stage, and as the local gateway applies that
 * template.
 */
import * as z from "zod";
import document from "../../docs/openapi.json";
import type { StageConfig } from "../../lib/config/stage-config";
import { corsHeaders, corsOfTemplate, preflightHeaders } from "../../local/gateway/cors";
import { type ApiRoute, apiRoutes, methodsOf } from "../../naming/api-routes";
import { devConfig, localConfig, prodConfig } from "./support/stage-configs";
import { synthesize } from "./support/synthesize";

/** A stage without a console: its origins are those of its settings, and no address that is known after the deploy only. */
const withoutConsole = <Config extends StageConfig>(config: Config): Config => ({
  ...config,
  console: { kind: "none" },
});
const ownOrigins = ["https://studio.opencomposer.test", "http://localhost:5174"];
const devWithOrigins = withoutConsole({ ...devConfig, api: { ...devConfig.api, corsOrigins: ownOrigins } });

const parametersSchema = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.string() })).default([]),
  responses: z.record(z.string(), z.object({ headers: z.record(z.string(), z.unknown()).default({}) })),
});
const operations = Object.values(document.paths).flatMap((methods) =>
  Object.values(methods).map((operation) => parametersSchema.parse(operation)),
);
/** Headers that a browser acts upon itself, before a page sees the response. */
const ofBrowsers = ["Content-Encoding", "Vary"];
/** The headers of all responses that the document describes for pages. */
const responseHeaders = new Set(
  operations
    .flatMap(({ responses }) => Object.values(responses).flatMap(({ headers }) => Object.keys(headers)))
    .filter((name) => !ofBrowsers.includes(name)),
);
/** Those that it lets a request have, and those of each request with a token, a body or a form of the response. */
const requestHeaders = new Set([
  ...operations.flatMap(({ parameters }) => parameters.filter((each) => each.in === "header").map(({ name }) => name)),
  ...["Authorization", "Content-Type", "Accept"],
]);
const namesIn = (list: string | undefined): string[] => (list ?? "").toLowerCase().split(",");
const lowered = (names: Iterable<string>): string[] => [...names].map((name) => name.toLowerCase());

describe.each([
  ["local", localConfig, "http://localhost:4000", undefined],
  ["dev with origins of its deployer", devWithOrigins, "http://localhost:5174", "http://localhost:5173"],
  ["prod", withoutConsole(prodConfig), prodConfig.api.corsOrigins[0] ?? "", "https://elsewhere.test"],
] as const)("%s", (_, config, allowed, refused) => {
  const cors = corsOfTemplate(synthesize(config).stack("Api").template.toJSON());

  test("names the origins of the stage's settings, which the gateway lets in, and no others", () => {
    expect(cors.AllowOrigins).toEqual(config.api.corsOrigins);
    const isAnybody = config.api.corsOrigins.includes("*");
    expect(corsHeaders(cors, allowed)["access-control-allow-origin"]).toBe(isAnybody ? "*" : allowed);
    if (refused === undefined) return;
    expect(corsHeaders(cors, refused)).toEqual({});
    expect(preflightHeaders(cors, refused)).toEqual({});
  });

  test("lets a page read every header that the document describes, and API Gateway's own id", () => {
    expect(responseHeaders.size).toBeGreaterThan(4);
    const exposed = namesIn(corsHeaders(cors, allowed)["access-control-expose-headers"]);
    expect(exposed).toEqual(expect.arrayContaining([...lowered(responseHeaders), "apigw-requestid"]));
  });

  test("lets a page send every method and every header that the API takes", () => {
    const preflight = preflightHeaders(cors, allowed);
    const methods = new Set(Object.values<ApiRoute>(apiRoutes).flatMap((route) => lowered(methodsOf(route))));
    expect(namesIn(preflight["access-control-allow-methods"]).sort()).toEqual([...methods].sort());
    expect(namesIn(preflight["access-control-allow-headers"]).sort()).toEqual(lowered(requestHeaders).sort());
  });

  test("sends no cookies, because the token is in a header", () => {
    expect(corsHeaders(cors, allowed)).not.toHaveProperty("access-control-allow-credentials");
  });
});
