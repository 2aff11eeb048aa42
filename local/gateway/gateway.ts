import { Agent, type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { Readable } from "node:stream";

import { createProxyServer } from "http-proxy-3";

import { LOOPBACK } from "../processes/free-port";
import { Admission } from "./admission";
import { type CorsConfiguration, corsHeaders, isPreflight, preflightHeaders } from "./cors";

/** API Gateway's payload limit of an HTTP API: 10 MB, not adjustable. */
const LARGEST_BODY = 10 * 1024 * 1024;
/** How much of a body that is too long is read before its sender is cut off. */
const MOST_DROPPED = 100 * 1024 * 1024;
/** API Gateway's longest integration time-out is 30 s; a margin keeps this one from answering first. */
const INTEGRATION_MILLISECONDS = 31_000;
/** Waiting requests: what is not served within this time would meet its client's own patience. */
const LONGEST_WAIT_MILLISECONDS = 20_000;
const MOST_WAITING = 2_000;
/** Bytes of bodies that are read and not answered yet, of all requests together. */
const MOST_BODY_BYTES = 256 * 1024 * 1024;
/** A body that takes longer to arrive is given up. */
const BODY_MILLISECONDS = 60_000;
/** Seconds until the client should try again: not all at the same moment. */
const retryAfter = (): Record<string, string> => ({ "retry-after": String(2 + Math.floor(Math.random() * 4)) });
/** What a browser adds and API Gateway has answered itself. MiniStack refuses every request that a page could send. */
const BROWSER_HEADERS = ["origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"];

export interface GatewayParams {
  readonly port: number;
  /** MiniStack's address. */
  readonly endpointUrl: string;
  readonly apiId: string;
  readonly cors: CorsConfiguration;
  /** How many requests are at MiniStack at once; the others wait, see {@link Admission}. */
  readonly requestsAtOnce: number;
  /** After which a waiting request is refused; only tests set it. */
  readonly longestWaitMilliseconds?: number;
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
 * its own (DNS rebinding). Pages of other origins may call it, as on AWS: all that matters asks for a bearer token, which
 * no browser sends by itself.
 *
 * Overload ends here: a body is read before its request takes a place at MiniStack, so that a slow upload holds up
 * nobody; requests wait in a queue for each token, reads apart from writes; who waits too long, or finds the queue full,
 * is told 503 with Retry-After, and no function has seen it.
 */
export async function startGateway(params: GatewayParams): Promise<Gateway> {
  const { endpointUrl, apiId, cors, requestsAtOnce } = params;
  const agent = new Agent({ keepAlive: true, maxSockets: requestsAtOnce });
  const admission = new Admission({
    atOnce: requestsAtOnce,
    mostWaiting: MOST_WAITING,
    longestWaitMilliseconds: params.longestWaitMilliseconds ?? LONGEST_WAIT_MILLISECONDS,
  });
  const room = { bytes: MOST_BODY_BYTES };
  const proxy = createProxyServer({
    target: `${endpointUrl}/_aws/execute-api/${apiId}`,
    agent,
    changeOrigin: true,
    xfwd: true,
    proxyTimeout: INTEGRATION_MILLISECONDS,
    // Answers pass through `answer` below, which mends some of them.
    selfHandleResponse: true,
  });
  const origins = new WeakMap<IncomingMessage, string>();
  proxy.on("proxyRes", (upstream, request, response) => {
    answer({ upstream, response, cors: corsHeaders(cors, origins.get(request)) });
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
    const unavailable = (): void => {
      own(503, "Service Unavailable", retryAfter());
    };
    const length = header(request, "content-length");
    if (length !== undefined && Number(length) > LARGEST_BODY) {
      own(413, "Request Entity Too Large");
      // A client whose connection ends while it still writes never reads the answer.
      readBody(request, { limit: 0, room }).catch(() => undefined);
      return;
    }
    const gone = new AbortController();
    response.once("close", () => {
      gone.abort();
    });
    const serve = async (): Promise<void> => {
      const body = await readBody(request, { limit: LARGEST_BODY, room });
      response.once("close", body.release);
      if (body.kind !== "whole") {
        if (body.kind === "too large") own(413, "Request Entity Too Large");
        else unavailable();
        return;
      }
      const leave = await admission.enter(flowOf(request), gone.signal);
      if (leave === undefined) {
        unavailable();
        return;
      }
      response.once("close", leave);
      if (gone.signal.aborted) leave();
      else forward(body.bytes);
    };
    const forward = (bytes: Buffer): void => {
      if (origin !== undefined) origins.set(request, origin);
      // Here, not when the request has got its connection: one that had to wait for it has sent its headers by then.
      for (const name of BROWSER_HEADERS) Reflect.deleteProperty(request.headers, name);
      if (bytes.length > 0 || header(request, "transfer-encoding") !== undefined) {
        delete request.headers["transfer-encoding"];
        request.headers["content-length"] = String(bytes.length);
      }
      // MiniStack is gone or took too long: what API Gateway says when its integration fails.
      proxy.web(request, response, { buffer: Readable.from([bytes]) }, unavailable);
    };
    serve().catch(() => {
      // The client went away while it sent its body.
      response.destroy();
    });
  });
  server.requestTimeout = BODY_MILLISECONDS;
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
  if (status === 429 && upstream.headers["content-type"] === "application/json") {
    // Not the API's own, which is a problem document: no execution was free for the function.
    upstream.resume();
    ownAnswer({ response, status: 503, message: "Service Unavailable", headers: { ...cors, ...retryAfter() } });
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

/** Requests that wait for each other: the reads of one token, its writes. */
function flowOf(request: IncomingMessage): string {
  const isRead = request.method === "GET" || request.method === "HEAD";
  return `${isRead ? "reads" : "writes"} ${header(request, "authorization") ?? ""}`;
}

type ReadBody =
  | { readonly kind: "whole"; readonly bytes: Buffer; readonly release: () => void }
  | { readonly kind: "too large" | "no room"; readonly release: () => void };

/**
 * The whole body, or why not, as soon as it is over the limit or over the room that is left for all bodies together:
 * what comes after is read and dropped. The room is taken until `release`.
 */
async function readBody(
  request: IncomingMessage,
  { limit, room }: { readonly limit: number; readonly room: { bytes: number } },
): Promise<ReadBody> {
  return await new Promise((resolve, reject) => {
    let parts: Buffer[] = [];
    let size = 0;
    let taken = 0;
    const release = (): void => {
      room.bytes += taken;
      taken = 0;
      parts = [];
    };
    const refuse = (kind: "too large" | "no room"): void => {
      release();
      resolve({ kind, release });
    };
    let isRefused = false;
    request.on("data", (part: Buffer) => {
      size += part.length;
      if (size > MOST_DROPPED) request.destroy();
      if (isRefused) return;
      isRefused = size > limit || room.bytes < part.length;
      if (isRefused) {
        refuse(size > limit ? "too large" : "no room");
        return;
      }
      room.bytes -= part.length;
      taken += part.length;
      parts.push(part);
    });
    request.on("end", () => {
      if (!isRefused) resolve({ kind: "whole", bytes: Buffer.concat(parts), release });
    });
    const fail = (problem: Error): void => {
      release();
      reject(problem);
    };
    request.on("error", fail);
    request.on("close", () => {
      if (!request.complete) fail(new Error("The client went away while it sent its body."));
    });
  });
}
