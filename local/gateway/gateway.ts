import { randomBytes } from "node:crypto";
import { Agent, createServer, type IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { createProxyServer } from "http-proxy-3";
import { loopback } from "../../tools/processes/free-port";
import type { TokenCheck } from "./access-tokens";
import { Admission } from "./admission";
import { browserHeaders } from "./browser-headers";
import { Connections } from "./connections";
import { type CorsConfiguration, corsHeaders, isPreflight, preflightHeaders } from "./cors";
import { type Pace, watchPace } from "./pace";
import { dropBody, hasBody, readBody } from "./request-body";
import { methodsAt, needsToken, readTarget } from "./request-target";
import { type Holding, Shares } from "./shares";

/** API Gateway's payload limit of an HTTP API: 10 MB, not adjustable. */
const maxBody = 10 * 1024 * 1024;
/** The number of bytes of an unneeded body that are read before its sender is cut off. */
const maxDropped = 100 * 1024 * 1024;
/**
 * Milliseconds from the sending of a request to MiniStack to the end of its response. API Gateway's longest integration
 * time-out is 30 s; a margin keeps this one from ending first.
 */
const defaultIntegrationMilliseconds = 31_000;
/** Milliseconds after which a waiting request is refused: clients would not wait much longer for a response. */
const maxWaitMilliseconds = 20_000;
const maxWaiting = 2_000;
/** The number of requests that may be open at once, from the end of their headers to the end of their responses. */
const maxRequests = 4_096;
/** Bytes that all requests together may hold: their bodies, and responses that are not sent to their end yet. */
const defaultRoomBytes = 256 * 1024 * 1024;
/** The number of connections of all clients without a token, and of each user, see {@link Connections}. */
const maxConnectionsOfStrangers = 512;
const maxConnectionsPerUser = 2_048;
/** 16 KiB a second, checked every 10 s: a client that stalls or sends drop by drop is given up after at most 20 s. */
const defaultPace: Pace = { windowMilliseconds: 10_000, minBytes: 160 * 1024 };
const headersMilliseconds = 10_000;
/** The maximum number of characters of a host that an error repeats: as many as the longest name with its port has. */
const maxHostShown = 259;
/** Bytes of one write. Responses are written in pieces of this size, which shows whether the client takes them. */
const pieceBytes = 64 * 1024;
/**
 * Returns the header that says after how many seconds the client should try again. The number is random, so that not
 * all clients come at the same moment.
 */
const retryAfter = (): Record<string, string> => ({ "retry-after": String(2 + Math.floor(Math.random() * 4)) });
/**
 * The flow of all clients without a token. They share one, because on one machine all have the same address, and a name
 * can be made up.
 */
const strangers = "no token";

export interface GatewayParams {
  readonly port: number;
  /** MiniStack's address. */
  readonly endpointUrl: string;
  readonly apiId: string;
  readonly cors: CorsConfiguration;
  readonly checkToken: TokenCheck;
  /** The number of requests that are at MiniStack at once; the others wait, see {@link Admission}. */
  readonly requestsAtOnce: number;
  /** Milliseconds after which a waiting request is refused; only tests set it. */
  readonly maxWaitMilliseconds?: number;
  /** Milliseconds after which a request without a response of MiniStack is given up; only tests set it. */
  readonly integrationMilliseconds?: number;
  /** The minimum pace of clients; only tests set it. */
  readonly pace?: Pace;
  /** Bytes that all requests together may hold; only tests set it. */
  readonly roomBytes?: number;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** A request that is at MiniStack, with everything that belongs to it. */
interface Forwarded {
  /** The response to the client. */
  readonly response: ServerResponse;
  readonly cors: Record<string, string>;
  /** Counts the bytes of the response. */
  readonly room: Holding;
  /** Called when MiniStack has responded to the request or has failed. A second call does nothing. */
  readonly done: () => void;
}

/**
 * Serves the HTTP API at a root URL on 127.0.0.1, which MiniStack has only under `/_aws/execute-api/{apiId}/`. It also
 * does what API Gateway does and MiniStack does not: CORS as the template declares it, the payload limit, the shape of
 * its own errors (`{ "message": … }`), and 401 before a body is read. The Host header must name this machine, so that a
 * web page cannot reach the gateway by a name of its own (DNS rebinding). Pages of other origins may call it, as on
 * AWS: everything that matters needs a bearer token, which no browser sends by itself.
 *
 * Overload ends at the gateway, and no client delays another:
 *
 * - A request belongs to the flow of its user, or to the one flow of all clients without a token. A flow may hold as
 *   many requests, and as many bytes of bodies and responses, as are left free, see {@link Shares}.
 * - A body is read before its request takes a place at MiniStack, and the place is free again when the response is
 *   here. So a slow client holds nothing but its flow's memory, and a client slower than {@link Pace} is cut off.
 * - MiniStack ends what it has begun, even when the client goes away. So the place stays taken until MiniStack has
 *   responded or failed; a response that nobody waits for is read and dropped. A request whose client leaves the queue
 *   is never sent.
 * - Requests wait in a queue for each flow, reads apart from writes. A request that waits too long, or finds no room,
 *   gets 503 with Retry-After, and no function has seen it.
 */
export async function startGateway(params: GatewayParams): Promise<Gateway> {
  const { endpointUrl, apiId, cors, requestsAtOnce, pace = defaultPace } = params;
  const { integrationMilliseconds = defaultIntegrationMilliseconds, roomBytes = defaultRoomBytes } = params;
  const agent = new Agent({ keepAlive: true, maxSockets: requestsAtOnce });
  const admission = new Admission({
    atOnce: requestsAtOnce,
    maxWaiting,
    maxWaitMilliseconds: params.maxWaitMilliseconds ?? maxWaitMilliseconds,
  });
  const requests = new Shares(maxRequests);
  const bytes = new Shares(roomBytes);
  const connections = new Connections({
    strangers,
    maxOf: (flow) => (flow === strangers ? maxConnectionsOfStrangers : maxConnectionsPerUser),
  });
  const proxy = createProxyServer({
    target: `${endpointUrl}/_aws/execute-api/${apiId}`,
    agent,
    changeOrigin: true,
    xfwd: true,
    // Responses pass through `respond` below, which changes some of them.
    selfHandleResponse: true,
  });
  const forwarded = new WeakMap<IncomingMessage, Forwarded>();
  proxy.on("proxyReq", (sent, request) => {
    const timer = setTimeout(() => sent.destroy(), integrationMilliseconds);
    // This event comes once: when the response is here and the connection is free for the next request, or when the
    // connection ends.
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
      // MiniStack would take the request for a preflight without an origin, and refuse it.
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
      // The part of the body that has arrived is of no use.
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
    // The headers are removed here and not when the request gets its connection: a request that had to wait for a
    // connection has sent its headers by then.
    for (const name of [...browserHeaders, "expect"]) Reflect.deleteProperty(request.headers, name);
    if (hasBody(request)) {
      delete request.headers["transfer-encoding"];
      request.headers["content-length"] = String(body.bytes.length);
    }
    // The proxy ends its request to MiniStack when the response that it is given closes. This one never closes.
    const unanswered = new ServerResponse(request);
    try {
      proxy.web(request, unanswered, { buffer: Readable.from([body.bytes]) }, () => {
        done();
        // MiniStack is gone or took too long. The client gets the response that API Gateway gives when its integration
        // fails.
        unavailable().catch(giveUp(response));
      });
    } catch (error) {
      // Nothing was sent, so no event will report that the request is done.
      done();
      throw error;
    }
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse, waitsToContinue: boolean): void => {
    // A client may go away at any time; that is no fault of the gateway.
    response.on("error", () => undefined);
    serve(request, response, { waitsToContinue }).catch(giveUp(response));
  };
  const server = createServer({ connectionsCheckingInterval: 2_000 }, (request, response) => {
    onRequest(request, response, false);
  });
  server.on("checkContinue", (request, response) => {
    onRequest(request, response, true);
  });
  // Clients ask a proxy to CONNECT, and this server is not a proxy.
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
  // Bodies are limited by their pace instead.
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
 * Takes MiniStack's whole response, however slow the client is, and passes it on as API Gateway would have given it. If
 * the client has gone away, the rest of the response is dropped.
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
  /**
   * Runs the first function that it is given and ignores all later ones. An error of that function ends this one
   * response alone.
   */
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
        // This 429 is not the API's own, which would be a problem document: no execution was free for the function.
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
    // API Gateway drops a function's CORS headers when the API has settings of its own. The headers of the connection
    // are the gateway's.
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

/** Returns an id in the form of API Gateway's, which all its responses have. MiniStack gives the others theirs. */
const requestId = (): string => randomBytes(11).toString("base64");

/**
 * Sends a response of the gateway's own. If the request's body is still on its way, the client gets the whole response
 * at once, and the connection ends after the body, or as soon as the body stops coming.
 */
async function refuse(params: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly status: number;
  readonly body: object;
  /** The response's headers. The content type is JSON unless they name another. */
  readonly headers: Record<string, string>;
  readonly pace: Pace;
}): Promise<void> {
  const { request, response, status, headers, pace } = params;
  // The client has gone away.
  if (response.destroyed) return;
  if (response.headersSent) {
    // The client has already been given a reason, and one is enough.
    if (!response.writableEnded) response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(params.body));
  const isUnread = hasBody(request) && !request.complete;
  response.writeHead(status, {
    "content-type": "application/json",
    "apigw-requestid": requestId(),
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
 * Returns the problem document (RFC 9457) for a request under another name than this machine's. API Gateway responds
 * with 403, too, but it has only one name, which nobody gets wrong.
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

/** Returns a function that reports an error of the gateway itself and ends the connection on which it happened. */
function giveUp(response: ServerResponse): (problem: unknown) => void {
  return (problem) => {
    console.error("local gateway:", problem);
    response.destroy();
  };
}
