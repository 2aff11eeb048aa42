import { Agent, type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { Readable } from "node:stream";

import { createProxyServer } from "http-proxy-3";

import { LOOPBACK } from "../processes/free-port";
import { type CorsConfiguration, corsHeaders, isPreflight, preflightHeaders } from "./cors";

/** API Gateway's payload limit of an HTTP API: 10 MB, not adjustable. */
const LARGEST_BODY = 10 * 1024 * 1024;
/** How much of a body that is too long is read before its sender is cut off. */
const MOST_DROPPED = 100 * 1024 * 1024;
/** API Gateway's longest integration time-out is 30 s; a margin keeps this one from answering first. */
const INTEGRATION_MILLISECONDS = 31_000;

export interface GatewayParams {
  readonly port: number;
  /** MiniStack's address. */
  readonly endpointUrl: string;
  readonly apiId: string;
  readonly cors: CorsConfiguration;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/**
 * Serves the HTTP API at a root URL on 127.0.0.1, which MiniStack has only under `/_aws/execute-api/{apiId}/`, and does
 * what API Gateway does and MiniStack does not: CORS as the template declares it, the payload limit, the shape of its
 * own errors (`{ "message": … }`). The Host header must name this machine: a web page may not reach it by a name of
 * its own (DNS rebinding).
 */
export async function startGateway(params: GatewayParams): Promise<Gateway> {
  const { endpointUrl, apiId, cors } = params;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const proxy = createProxyServer({
    target: `${endpointUrl}/_aws/execute-api/${apiId}`,
    agent,
    changeOrigin: true,
    xfwd: true,
    proxyTimeout: INTEGRATION_MILLISECONDS,
    // Answers pass through `answer` below, which mends some of them.
    selfHandleResponse: true,
  });
  proxy.on("proxyRes", (upstream, request, response) => {
    answer({ upstream, response, cors: corsHeaders(cors, header(request, "origin")) });
  });

  let port = params.port;
  const server = createServer((request, response) => {
    // A client that goes away in the middle is its own business.
    response.on("error", () => undefined);
    const origin = header(request, "origin");
    const own = (status: number, message: string, more: Record<string, string> = {}): void => {
      ownAnswer({ response, status, message, headers: { ...corsHeaders(cors, origin), ...more } });
    };
    if (!isOurHost(header(request, "host"), port)) {
      own(403, "Forbidden");
      return;
    }
    const requestedMethod = header(request, "access-control-request-method");
    if (isPreflight({ method: request.method ?? "GET", origin, requestedMethod })) {
      response.writeHead(204, preflightHeaders(cors, origin));
      response.end();
      return;
    }
    const forward = (body?: Readable): void => {
      proxy.web(request, response, body === undefined ? {} : { buffer: body }, () => {
        // MiniStack is gone or took too long: what API Gateway says when its integration fails.
        own(503, "Service Unavailable");
      });
    };
    const tooLarge = (): void => {
      own(413, "Request Entity Too Large");
    };
    const length = header(request, "content-length");
    if (length !== undefined && Number(length) > LARGEST_BODY) {
      tooLarge();
      // A client whose connection ends while it still writes never reads the answer.
      readWithin(request, 0).catch(() => undefined);
    } else if (length === undefined && header(request, "transfer-encoding") !== undefined) {
      // Its size is known only when it is here. API Gateway reads all of a body before it calls anything, too.
      readWithin(request, LARGEST_BODY).then(
        (body) => {
          if (body === undefined) {
            tooLarge();
            return;
          }
          delete request.headers["transfer-encoding"];
          request.headers["content-length"] = String(body.length);
          forward(Readable.from([body]));
        },
        () => {
          response.destroy();
        },
      );
    } else {
      forward();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(params.port, LOOPBACK, resolve);
  });
  const address = server.address();
  if (address !== null && typeof address === "object") port = address.port;

  return {
    url: `http://${LOOPBACK}:${port}`,
    port,
    stop: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      agent.destroy();
      proxy.close();
    },
  };
}

/** Passes MiniStack's answer on, as API Gateway would have given it. */
function answer(params: {
  readonly upstream: IncomingMessage;
  readonly response: ServerResponse;
  readonly cors: Record<string, string>;
}): void {
  const { upstream, response, cors } = params;
  const status = upstream.statusCode ?? 502;
  if (status === 502) {
    // A function threw. MiniStack shows its error to the client; API Gateway never does.
    upstream.resume();
    ownAnswer({ response, status: 500, message: "Internal Server Error", headers: cors });
    return;
  }
  for (const [name, value] of Object.entries(upstream.headers)) {
    // API Gateway drops what a function says about CORS when the API has settings of its own. The connection is ours.
    if (value === undefined || name.startsWith("access-control-") || name === "connection" || name === "keep-alive") {
      continue;
    }
    response.setHeader(name, value);
  }
  for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
  if (status === 401 && !response.hasHeader("www-authenticate")) response.setHeader("www-authenticate", "Bearer");
  response.writeHead(status);
  upstream.on("error", () => {
    response.destroy();
  });
  upstream.pipe(response);
}

function ownAnswer(params: {
  readonly response: ServerResponse;
  readonly status: number;
  readonly message: string;
  readonly headers: Record<string, string>;
}): void {
  const { response, status, message, headers } = params;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ message });
  response.writeHead(status, { ...headers, "content-type": "application/json", "content-length": body.length });
  response.end(body);
}

function isOurHost(host: string | undefined, port: number): boolean {
  return host === `${LOOPBACK}:${port}` || host === `localhost:${port}`;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The whole body, or nothing as soon as it is over the limit: what comes after is read and dropped. */
async function readWithin(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return await new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= limit) parts.push(part);
      else resolve(undefined);
      if (size > MOST_DROPPED) request.destroy();
    });
    request.on("end", () => {
      resolve(Buffer.concat(parts));
    });
    request.on("error", reject);
  });
}
