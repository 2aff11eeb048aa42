import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createProxyServer } from "http-proxy-3";
import { consoleHeaders } from "../../naming/console-headers";
import { type ConsoleConfig, consolePaths } from "../../naming/console-paths";
import { loopback } from "../../tools/processes/free-port";
import type { LocalUser } from "../cloud/users";
import { browserHeaders } from "../gateway/browser-headers";
import { readTarget } from "../gateway/request-target";
import { serveConsoleFiles } from "./console-files";
import { demoKey, demoSignInPath, holdsKey, isKey, keyCookie, signInAsDemo } from "./demo-sign-in";

export interface ConsoleListenerParams {
  readonly port: number;
  /** The folder of the console's build. */
  readonly files: string;
  readonly apiUrl: string;
  /** MiniStack's address. */
  readonly endpointUrl: string;
  /** The bucket to which browsers send the files of data sets. */
  readonly workBucket: string;
  readonly region: string;
  readonly version: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  readonly demoUser: LocalUser;
}

export interface ConsoleListener {
  /** The address to open: with it, a browser is signed in as the demo user by one click. */
  readonly url: string;
  /** The addresses to which the sign-in may return. The user pool's client must know them. */
  readonly callbacks: readonly string[];
  readonly logouts: readonly string[];
  readonly stop: () => Promise<void>;
}

/** The paths of the sign-in, which MiniStack serves. On AWS they are Cognito's own, under a domain of its own. */
const signInPaths = /^\/(?:oauth2\/[A-Za-z]+|login|logout|[\w-]+\/\.well-known\/[\w.-]+)$/;

/** MiniStack's form has a style element and is sent back to where it came from. */
const signInPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Serves the console on 127.0.0.1, at a port of its own: some paths are both a page of the console and a resource of
 * the API, and CORS is used as it is on AWS. The files, the headers and `config.json` are those that AWS serves.
 *
 * The sign-in is the code flow with PKCE, as on AWS. MiniStack's page is passed on, because a browser may not post to
 * MiniStack itself.
 */
export async function startConsoleListener(params: ConsoleListenerParams): Promise<ConsoleListener> {
  const { files, apiUrl, endpointUrl, workBucket, demoUser } = params;
  const serveFile = serveConsoleFiles(files);
  const key = demoKey(demoUser);
  // Of all that MiniStack has, pages may talk to this bucket alone.
  const bucketUrl = new URL(`/${workBucket}/`, endpointUrl).href;
  const headers = consoleHeaders({ origins: [new URL(apiUrl).origin, bucketUrl] });
  const proxy = createProxyServer({ target: endpointUrl, changeOrigin: true });
  proxy.on("proxyRes", (upstream, _request, response) => {
    upstream.headers["content-security-policy"] = signInPolicy;
    for (const name of Object.keys(upstream.headers)) {
      if (name.startsWith("access-control-")) Reflect.deleteProperty(upstream.headers, name);
    }
    // Under `no-referrer` the browser would send the form with the origin `null`, which is refused below.
    response.setHeader("referrer-policy", "same-origin");
  });
  proxy.on("error", (_problem, _request, response) => {
    if ("writeHead" in response) refuse(response, 502, "The local cloud does not respond. Start it again: npm start");
    else response.destroy();
  });

  let hosts: readonly string[] = [];
  let callbacks: readonly string[] = [];

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const host = request.headersDistinct["host"] ?? [];
    const method = request.method ?? "GET";
    const target = readTarget({ method, url: request.url ?? "/" }, hosts);
    // A web page could reach this port by a name of its own otherwise (DNS rebinding).
    if (host.length !== 1 || !hosts.includes(host[0] ?? "") || target.kind !== "path") {
      refuse(response, 403, `The console is at http://${hosts.join(" and http://")}, and under no other name.`);
      return;
    }
    if (isOfAnotherPage(request, hosts)) {
      refuse(response, 403, "No page of another origin may send requests to the console. It may link to it.");
      return;
    }
    const { path } = target;
    const query = new URLSearchParams(target.search);
    if (signInPaths.test(path)) {
      for (const name of [...browserHeaders, "cookie"]) Reflect.deleteProperty(request.headers, name);
      proxy.web(request, response);
      return;
    }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (method !== "GET" && method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      refuse(response, 405, "The console's files are read only.");
      return;
    }
    if (path === "/" && query.has("key")) {
      if (isKey(query.get("key") ?? "", key)) response.setHeader("set-cookie", keyCookie(key));
      response.writeHead(303, { location: "/", "cache-control": "no-store" }).end();
      return;
    }
    if (path === demoSignInPath) {
      const isKnown = holdsKey(request.headers.cookie, key);
      const location = isKnown
        ? await signInAsDemo({ query, endpointUrl, user: demoUser, callbacks })
        : `/oauth2/authorize?${query.toString()}`;
      response.writeHead(302, { location, "cache-control": "no-store" }).end();
      return;
    }
    if (path === consolePaths.config) {
      response.setHeader("cache-control", "no-cache");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(configOf(params, `http://${host[0]}`)));
      return;
    }
    serveFile(request, response);
  };

  const server = createServer((request, response) => {
    response.on("error", () => undefined);
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) refuse(response, 400, error instanceof Error ? error.message : String(error));
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(params.port, loopback, resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : params.port;
  hosts = [`${loopback}:${port}`, `localhost:${port}`];
  callbacks = hosts.map((host) => `http://${host}${consolePaths.signedIn}`);

  return {
    url: `http://${loopback}:${port}/?key=${key}`,
    callbacks,
    logouts: hosts.map((host) => `http://${host}/`),
    stop: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      proxy.close();
    },
  };
}

/** Returns what the console is told. The sign-in's addresses are the listener's own. */
function configOf(params: ConsoleListenerParams, origin: string): ConsoleConfig {
  const { apiUrl, region, version, userPoolId, userPoolClientId } = params;
  return {
    apiUrl,
    region,
    version,
    auth: {
      authority: `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`,
      clientId: userPoolClientId,
      authorizeUrl: `${origin}${demoSignInPath}`,
      tokenUrl: `${origin}/oauth2/token`,
      logoutUrl: `${origin}/logout`,
      jwksUrl: `${origin}/${userPoolId}/.well-known/jwks.json`,
      scope: "openid email",
    },
  };
}

/**
 * Returns true for a request that a page of another origin has sent. A link to the console is no such request: the
 * browser shows what it gets, and the other page does not see it.
 */
function isOfAnotherPage({ headers, method }: IncomingMessage, hosts: readonly string[]): boolean {
  const { origin, "sec-fetch-site": site, "sec-fetch-mode": mode } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) return true;
  const isLink = mode === "navigate" && method === "GET";
  return site !== undefined && site !== "same-origin" && site !== "none" && !isLink;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${message}\n`);
}
