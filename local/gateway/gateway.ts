import { Agent, createServer, type IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { createProxyServer } from "http-proxy-3";
import { loopback } from "../../tools/processes/free-port";
import type { TokenCheck } from "./access-tokens";
import { Admission } from "./admission";
import { Connections } from "./connections";
import { type CorsConfiguration, corsHeaders, isPreflight, preflightHeaders } from "./cors";
import { type Pace, watchPace } from "./pace";
import { dropBody, hasBody, readBody } from "./request-body";
import { methodsAt, needsToken, readTarget } from "./request-target";
import { type Holding, Shares } from "./shares";

/** API Gateway's payload limit of an HTTP API: 10 MB, not adjustable. */
const maxBody = 10 * 1024 * 1024;
/** How much of a body that nobody needs is read before its sender is cut off. */
const maxDropped = 100 * 1024 * 1024;
/**
 * From when a request is sent to MiniStack until its whole response is here. API Gateway's longest integration time-out
 * is 30 s; a margin keeps this one from answering first.
 */
const defaultIntegrationMilliseconds = 31_000;
/** Waiting requests: what is not served within this time would meet its client's own patience. */
const maxWaitMilliseconds = 20_000;
const maxWaiting = 2_000;
/** Requests that are not answered yet, from the end of their headers. */
const maxRequests = 4_096;
/** Bytes of bodies and of responses that are not sent to their end yet, of all requests together. */
const maxBodyBytes = 256 * 1024 * 1024;
/** Connections of all who have no token, and of each user, see {@link Connections}. */
const maxConnectionsOfStrangers = 512;
const maxConnectionsPerUser = 2_048;
/** 16 KiB a second, looked at every 10 s: a stalled or dripping client is given up after 20 s at most. */
const defaultPace: Pace = { windowMilliseconds: 10_000, minBytes: 160 * 1024 };
const headersMilliseconds = 10_000;
/** Characters of a host that an error repeats: as many as the longest name with its port has. */
const maxHostShown = 259;
/** Answers are written in pieces of this size, so that it is seen whether the client takes them. */
const pieceBytes = 64 * 1024;
/** Seconds until the client should try again: not all at the same moment. */
const retryAfter = (): Record<string, string> => ({ "retry-after": String(2 + Math.floor(Math.random() * 4)) });
/** What a browser adds and API Gateway has answered itself. MiniStack refuses every request that a page could send. */
const browserHeaders = ["origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"];
/** All who have no token share one flow: on one machine they have one address, and a name can be made up. */
const strangers = "no token";

export interface GatewayParams {
  readonly port: number;
  /** MiniStack's address. */
  readonly endpointUrl: string;
  readonly apiId: string;
  readonly cors: CorsConfiguration;
  readonly checkToken: TokenCheck;
  /** How many requests are at MiniStack at once; the others wait, see {@link Admission}. */
  readonly requestsAtOnce: number;
  /** After which a waiting request is refused; only tests set it. */
  readonly maxWaitMilliseconds?: number;
  /** After which a request is given up that MiniStack has not answered; only tests set it. */
  readonly integrationMilliseconds?: number;
  /** Only tests set it. */
  readonly pace?: Pace;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** What belongs to a request that is at MiniStack. */
interface Forwarded {
  /** To its client. */
  readonly response: ServerResponse;
  readonly cors: Record<string, string>;
  /** Counts the bytes of its response. */
  readonly room: Holding;
  /** Called when MiniStack is done with it, for better or worse. Calling it twice does nothing more. */
  readonly done: () => void;
}

/**
 * Serves the HTTP API at a root URL on 127.0.0.1, which MiniStack has only under `/_aws/execute-api/{apiId}/`, and does
 * what API Gateway does and MiniStack does not: CORS as the template declares it, the payload limit, the shape of its
 * own errors (`{ "message": … }`), 401 before a body is read. The Host header must name this machine: a web page may not
 * reach it by a name of its own (DNS rebinding). Pages of other origins may call it, as on AWS: all that matters asks for
 * a bearer token, which no browser sends by itself.
 *
 * Overload ends here, and nobody holds up another:
 *
 * - A request belongs to the flow of its user, or to the one flow of all who have no token. A flow may hold as many
 *   requests, and as many bytes of bodies and answers, as are left free, see {@link Shares}.
 * - A body is read before its request takes a place at MiniStack, and the place is free again when the response is
 * here.
 *   So a slow client holds nothing but its flow's memory, and a client slower than {@link Pace} is cut off.
 * - MiniStack ends what it has begun, even when the client goes away. So the place stays taken until MiniStack has
 *   answered or failed; a response that nobody waits for is read and dropped. Who leaves the queue is never sent.
 * - Requests wait in a queue for each flow, reads apart from writes. Who waits too long, or finds no room, is told 503
 *   with Retry-After, and no function has seen the request.
 */
export async function startGateway(params: GatewayParams): Promise<Gateway> {
  const { endpointUrl, apiId, cors, requestsAtOnce, pace = defaultPace } = params;
  const { integrationMilliseconds = defaultIntegrationMilliseconds } = params;
  const agent = new Agent({ keepAlive: true, maxSockets: requestsAtOnce });
  const admission = new Admission({
    atOnce: requestsAtOnce,
    maxWaiting: maxWaiting,
    maxWaitMilliseconds: params.maxWaitMilliseconds ?? maxWaitMilliseconds,
  });
  const requests = new Shares(maxRequests);
  const bytes = new Shares(maxBodyBytes);
  const connections = new Connections({
    strangers: strangers,
    maxOf: (flow) => (flow === strangers ? maxConnectionsOfStrangers : maxConnectionsPerUser),
  });
  const proxy = createProxyServer({
    target: `${endpointUrl}/_aws/execute-api/${apiId}`,
    agent,
    changeOrigin: true,
    xfwd: true,
    // Answers pass through `respond` below, which mends some of them.
    selfHandleResponse: true,
  });
  const forwarded = new WeakMap<IncomingMessage, Forwarded>();
  proxy.on("proxyReq", (sent, request) => {
    const timer = setTimeout(() => sent.destroy(), integrationMilliseconds);
    // This comes once: when the response is here and the connection is free for the next, or when the connection ends.
    sent.once("close", () => {
      clearTimeout(timer);
      forwarded.get(request)?.done();
    });
  });
  proxy.on("proxyRes", (upstream, request) => {
    const known = forwarded.get(request);
    if (known === undefined) upstream.destroy();
    else respond({ upstream, request, pace, ...known });
  });

  let hosts: readonly string[] = [];

  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    { waitsToContinue }: { readonly waitsToContinue: boolean },
  ): Promise<void> => {
    const method = request.method ?? "GET";
    const origin = header(request, "origin");
    const corsOfResponse = corsHeaders(cors, origin);
    const own = async (status: number, message: string, more: Record<string, string> = {}): Promise<void> => {
      await refuse({ request, response, status, body: { message }, headers: { ...corsOfResponse, ...more }, pace });
    };
    const refuseHost = async (host: string): Promise<void> => {
      const headers = { ...corsOfResponse, "content-type": "application/problem+json" };
      await refuse({ request, response, status: 403, body: hostProblem(host, hosts), headers, pace });
    };
    const unavailable = async (): Promise<void> => {
      await own(503, "Service Unavailable", retryAfter());
    };

    const given = request.headersDistinct["host"] ?? [];
    if (given.length !== 1 || !hosts.includes(given[0] ?? "")) {
      await refuseHost(given.join(", "));
      return;
    }
    const target = readTarget({ method, url: request.url ?? "/" }, hosts);
    if (target.kind !== "path") {
      await (target.kind === "unusable" ? own(400, "Bad Request") : refuseHost(target.host));
      return;
    }
    const requestedMethod = header(request, "access-control-request-method");
    if (isPreflight({ method, origin, requestedMethod })) {
      response.writeHead(204, preflightHeaders(cors, origin)).end();
      return;
    }
    if (method === "OPTIONS") {
      // MiniStack takes it for a preflight without an origin, and refuses it.
      const methods = methodsAt(target.path);
      if (methods.length === 0) await own(404, "Not Found");
      else response.writeHead(204, { ...corsOfResponse, allow: [...methods, method].join(", ") }).end();
      return;
    }

    const user = params.checkToken(header(request, "authorization"));
    const flow = user === undefined ? strangers : `user ${user}`;
    connections.used(request.socket, flow);
    if (user === undefined && needsToken(method, target.path)) {
      await own(401, "Unauthorized", { "www-authenticate": "Bearer" });
      return;
    }
    const place = requests.hold(flow);
    const room = bytes.hold(flow);
    const gone = new AbortController();
    let isAtMiniStack = false;
    const releaseUnused = (): void => {
      if (isAtMiniStack || !gone.signal.aborted) return;
      place.release();
      room.release();
    };
    response.once("close", () => {
      gone.abort();
      releaseUnused();
    });
    if (!place.take(1)) {
      await unavailable();
      return;
    }
    const onWanted = (): void => {
      if (waitsToContinue) response.writeContinue();
    };
    const body = await readBody(request, { limit: maxBody, room, pace, onWanted });
    if (body.kind === "gone") return;
    if (body.kind !== "whole") {
      // What has come of it is of no use.
      room.release();
      if (body.kind === "too large") await own(413, "Request Entity Too Large");
      else if (body.kind === "too slow") await own(408, "Request Timeout");
      else await unavailable();
      return;
    }
    const isRead = method === "GET" || method === "HEAD";
    const leave = await admission.enter(`${isRead ? "reads" : "writes"} of ${flow}`, gone.signal);
    if (leave === undefined) {
      await unavailable();
      return;
    }
    if (gone.signal.aborted) {
      leave();
      return;
    }
    isAtMiniStack = true;
    const done = (): void => {
      isAtMiniStack = false;
      leave();
      releaseUnused();
    };
    forwarded.set(request, { response, cors: corsOfResponse, room, done });
    request.url = `${target.path}${target.search}`;
    // Here, not when the request has got its connection: one that had to wait for it has sent its headers by then.
    for (const name of [...browserHeaders, "expect"]) Reflect.deleteProperty(request.headers, name);
    if (hasBody(request)) {
      delete request.headers["transfer-encoding"];
      request.headers["content-length"] = String(body.bytes.length);
    }
    // The proxy ends a request to MiniStack when the response that it is given closes. This one never does.
    const unanswered = new ServerResponse(request);
    try {
      proxy.web(request, unanswered, { buffer: Readable.from([body.bytes]) }, () => {
        done();
        // MiniStack is gone or took too long: what API Gateway says when its integration fails.
        unavailable().catch(giveUp(response));
      });
    } catch (error) {
      // Nothing was sent, so nothing will say that it is done.
      done();
      throw error;
    }
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse, waitsToContinue: boolean): void => {
    // A client that goes away in the middle is its own business.
    response.on("error", () => undefined);
    serve(request, response, { waitsToContinue }).catch(giveUp(response));
  };
  const server = createServer({ connectionsCheckingInterval: 2_000 }, (request, response) => {
    onRequest(request, response, false);
  });
  server.on("checkContinue", (request, response) => {
    onRequest(request, response, true);
  });
  // A proxy is asked so, which this is not.
  server.on("connect", (_request, socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", () => {
      socket.destroy();
    });
  });
  server.on("connection", (socket) => {
    connections.opened(socket);
  });
  server.headersTimeout = headersMilliseconds;
  // Bodies have their pace instead.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(params.port, loopback, resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : params.port;
  hosts = [`${loopback}:${port}`, `localhost:${port}`];

  return {
    url: `http://${loopback}:${port}`,
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

interface RespondParams extends Omit<Forwarded, "done"> {
  readonly upstream: IncomingMessage;
  readonly request: IncomingMessage;
  readonly pace: Pace;
}

/**
 * Takes MiniStack's whole response, however slow the client is, and passes it on as API Gateway would have given it.
 * Where the client has gone away, what still comes of the response is dropped.
 */
function respond({ upstream, request, response, pace, cors, room }: RespondParams): void {
  const own = (status: number, message: string, headers: Record<string, string>): void => {
    const all = { ...cors, ...headers };
    refuse({ request, response, status, body: { message }, headers: all, pace }).catch(giveUp(response));
  };
  const unavailable = (): void => {
    own(503, "Service Unavailable", retryAfter());
  };
  const status = upstream.statusCode ?? 502;
  let parts: Buffer[] = [];
  response.once("close", () => {
    parts = [];
  });
  let isSettled = false;
  /** Nothing comes after the first of these, and what it throws ends this one response alone. */
  const settle = (respond: () => void): void => {
    if (isSettled || response.destroyed) return;
    isSettled = true;
    try {
      respond();
    } catch (error) {
      giveUp(response)(error);
    }
  };
  upstream.on("data", (part: Buffer) => {
    if (isSettled || response.destroyed) return;
    if (room.take(part.length)) parts.push(part);
    else {
      settle(unavailable);
      upstream.destroy();
    }
  });
  upstream.once("error", () => {
    settle(unavailable);
  });
  upstream.once("end", () => {
    settle(() => {
      if (status === 502) {
        // A function threw. MiniStack shows its error to the client; API Gateway never does.
        own(500, "Internal Server Error", {});
      } else if (status === 429 && upstream.headers["content-type"] === "application/json") {
        // Not the API's own, which is a problem document: no execution was free for the function.
        unavailable();
      } else passOn({ upstream, response, status, cors, bytes: Buffer.concat(parts), pace });
    });
  });
}

function passOn(params: {
  readonly upstream: IncomingMessage;
  readonly response: ServerResponse;
  readonly status: number;
  readonly cors: Record<string, string>;
  readonly bytes: Buffer;
  readonly pace: Pace;
}): void {
  const { upstream, response, status, cors, bytes, pace } = params;
  for (const [name, value] of Object.entries(upstream.headers)) {
    // API Gateway drops what a function says about CORS when the API has settings of its own. The connection is ours.
    const isConnections = ["connection", "keep-alive", "transfer-encoding"].includes(name);
    if (value !== undefined && !name.startsWith("access-control-") && !isConnections) response.setHeader(name, value);
  }
  for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
  if (bytes.length > 0) response.setHeader("content-length", bytes.length);
  if (status === 401 && !response.hasHeader("www-authenticate")) response.setHeader("www-authenticate", "Bearer");
  response.writeHead(status);
  write({ response, bytes, pace }).catch(giveUp(response));
}

/** Writes a response's body as fast as the client takes it, and ends the connection of one that is too slow. */
async function write(params: {
  readonly response: ServerResponse;
  readonly bytes: Buffer;
  readonly pace: Pace;
}): Promise<void> {
  const { response, bytes, pace } = params;
  let taken = 0;
  const stop = watchPace(
    pace,
    () => taken,
    () => response.destroy(),
  );
  response.once("close", stop);
  while (taken < bytes.length) {
    const piece = bytes.subarray(taken, taken + pieceBytes);
    const problem = await new Promise<Error | null | undefined>((resolve) => {
      response.write(piece, resolve);
    });
    // The client has gone away.
    if (problem !== null && problem !== undefined) break;
    taken += piece.length;
  }
  stop();
  response.end();
}

/**
 * A response of the gateway's own. Where the request's body is still on its way, the response is whole for the client
 * at once, and the connection ends after the body or as soon as that does not come.
 */
async function refuse(params: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly status: number;
  readonly body: object;
  /** The content type is JSON unless it is among them. */
  readonly headers: Record<string, string>;
  readonly pace: Pace;
}): Promise<void> {
  const { request, response, status, headers, pace } = params;
  // The client has gone away.
  if (response.destroyed) return;
  if (response.headersSent) {
    // One reason was given; it is as good as the next.
    if (!response.writableEnded) response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(params.body));
  const isUnread = hasBody(request) && !request.complete;
  response.writeHead(status, {
    "content-type": "application/json",
    ...headers,
    ...(isUnread ? { connection: "close" } : {}),
    "content-length": body.length,
  });
  if (isUnread && status !== 408) {
    response.flushHeaders();
    response.write(body);
    await dropBody(request, { maxBytes: maxDropped, pace });
    response.end();
  } else response.end(body);
}

/**
 * What a request under another name than this machine's is told, as a problem document (RFC 9457). API Gateway, too,
 * answers 403, but has one name that nobody gets wrong.
 */
function hostProblem(host: string, hosts: readonly string[]): object {
  const value = host.slice(0, maxHostShown);
  const named = value === "" ? "The request names no host" : `The request names the host ${value}`;
  const allowed = hosts.join(" or ");
  return {
    type: "urn:opencomposer:problem:host-not-allowed",
    title: "The host is not allowed",
    status: 403,
    code: "HOST_NOT_ALLOWED",
    detail: `${named}; the local API is at ${allowed}, and no web page may reach it under another name.`,
    errors: [{ pointer: "Host:", reason: "is not this API's", value, allowed }],
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Our own fault: it is told, and costs one connection. */
function giveUp(response: ServerResponse): (problem: unknown) => void {
  return (problem) => {
    console.error("local gateway:", problem);
    response.destroy();
  };
}
