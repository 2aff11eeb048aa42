import { request as httpRequest, type RequestListener } from "node:http";
import { json } from "node:stream/consumers";
import { corsOfTemplate } from "../../../local/gateway/cors";
import { type Gateway, type GatewayParams, startGateway } from "../../../local/gateway/gateway";
import { type ListeningServer, startListeningServer } from "../../support/listening-server";

/** Every name is a good token of the user of that name. */
const checkToken = (authorization: string | undefined): string | undefined =>
  /^Bearer (\w+)$/.exec(authorization ?? "")?.[1];
const signedIn = { authorization: "Bearer somebody" };

interface Seen {
  method: string;
  url: string;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

const cors = corsOfTemplate({
  Resources: {
    Api: {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: {
        CorsConfiguration: {
          AllowOrigins: ["http://localhost:5173"],
          AllowMethods: ["GET", "POST"],
          AllowHeaders: ["authorization"],
          ExposeHeaders: ["ETag", "Location", "Retry-After", "X-Request-Id", "Content-Disposition"],
          MaxAge: 3600,
        },
      },
    },
  },
});

async function startOn(
  endpointUrl: string,
  more: Pick<GatewayParams, "requestsAtOnce" | "maxWaitMilliseconds">,
): Promise<Gateway> {
  return await startGateway({ port: 0, endpointUrl, apiId: "x", cors, checkToken, ...more });
}

describe("local gateway", () => {
  let seen: Seen[] = [];
  let reply: { status: number; headers: Record<string, string>; body: Buffer } = {
    status: 200,
    headers: {},
    body: Buffer.alloc(0),
  };
  let upstream: ListeningServer;
  const responseSeen: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      seen.push({
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(parts),
      });
      response.writeHead(reply.status, reply.headers);
      response.end(reply.body);
    });
  };
  let gateway: Gateway;
  beforeAll(async () => {
    upstream = await startListeningServer(responseSeen);
    gateway = await startGateway({
      port: 0,
      endpointUrl: upstream.url,
      apiId: "abc123",
      cors,
      checkToken,
      requestsAtOnce: 4,
    });
  });
  beforeEach(() => {
    seen = [];
    reply = { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from('{"ok":true}') };
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  it("serves the API's resources at the root, path and query untouched", async () => {
    const response = await fetch(`${gateway.url}/compositions/01H%20X/midi?a=1&a=2&b=%2F`, {
      headers: { authorization: "Bearer t", accept: "audio/midi" },
    });
    expect(await response.json()).toEqual({ ok: true });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.url).toBe("/_aws/execute-api/abc123/compositions/01H%20X/midi?a=1&a=2&b=%2F");
    expect(seen[0]?.headers["authorization"]).toBe("Bearer t");
  });

  it("passes binary bodies both ways and the function's status and headers back", async () => {
    reply = { status: 201, headers: { etag: '"7"', location: "/tracks/1" }, body: Buffer.from([0, 255, 10, 13]) };
    const body = Buffer.from([77, 84, 0, 255, 254]);
    const response = await fetch(`${gateway.url}/tracks`, { method: "POST", headers: signedIn, body });
    expect(response.status).toBe(201);
    expect(response.headers.get("etag")).toBe('"7"');
    expect(response.headers.get("location")).toBe("/tracks/1");
    expect(Buffer.from(await response.arrayBuffer())).toEqual(reply.body);
    expect(seen[0]?.body).toEqual(body);
  });

  it("outlives a request that waits for the connection of one that got its response early", async () => {
    const hasty = await startListeningServer((_, response) => {
      response.writeHead(401, { "content-type": "application/json" });
      response.end("{}");
    });
    const narrow = await startGateway({
      port: 0,
      endpointUrl: hasty.url,
      apiId: "abc123",
      cors,
      checkToken,
      requestsAtOnce: 1,
    });
    try {
      const upload = async (): Promise<number> =>
        (await fetch(`${narrow.url}/tracks`, { method: "POST", headers: signedIn, body: Buffer.alloc(5_000_000) }))
          .status;
      // The body of the first is still on its way when the second takes its place.
      for (let round = 0; round < 10; round += 1) await Promise.all([upload(), upload(), upload()]);
      expect((await fetch(`${narrow.url}/tracks`, { headers: signedIn })).status).toBe(401);
    } finally {
      await narrow.stop();
      await hasty.stop();
    }
  });

  it("responds to HEAD with the headers of GET and no body", async () => {
    reply = { status: 200, headers: { etag: '"7"', "content-length": "11" }, body: Buffer.from('{"ok":true}') };
    const response = await fetch(`${gateway.url}/tracks/1`, { method: "HEAD", headers: signedIn });
    expect(response.status).toBe(200);
    expect(response.headers.get("etag")).toBe('"7"');
    expect(response.headers.get("content-length")).toBe("11");
    expect(await response.text()).toBe("");
    expect(seen[0]?.method).toBe("HEAD");
  });

  it("responds to a preflight itself, as the template declares", async () => {
    const response = await fetch(`${gateway.url}/tracks`, {
      method: "OPTIONS",
      headers: { origin: "http://localhost:5173", "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(response.headers.get("access-control-allow-methods")).toBe("GET,POST");
    expect(response.headers.get("access-control-allow-headers")).toBe("authorization");
    expect(response.headers.get("access-control-max-age")).toBe("3600");
    expect(seen).toHaveLength(0);
  });

  it("exposes the headers that the template names to an allowed origin, and nothing to another", async () => {
    reply.headers["access-control-allow-origin"] = "http://said-by-the-function";
    const allowed = await fetch(`${gateway.url}/x`, { headers: { origin: "http://localhost:5173" } });
    expect(allowed.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(allowed.headers.get("access-control-expose-headers")).toBe(
      "ETag,Location,Retry-After,X-Request-Id,Content-Disposition",
    );
    const other = await fetch(`${gateway.url}/x`, { headers: { origin: "http://elsewhere" } });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    expect(other.headers.get("access-control-expose-headers")).toBeNull();
  });

  it("gives a response of its own an id and the CORS headers, as API Gateway does", async () => {
    const refused = async () => await fetch(`${gateway.url}/tracks`, { headers: { origin: "http://localhost:5173" } });
    const [one, other] = [await refused(), await refused()];
    expect(one.status).toBe(401);
    expect(one.headers.get("apigw-requestid")).toMatch(/^[\w+/]{15}=$/);
    expect(other.headers.get("apigw-requestid")).not.toBe(one.headers.get("apigw-requestid"));
    expect(one.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(seen).toHaveLength(0);
  });

  it("keeps to itself what a browser adds: MiniStack refuses every request that a page could have sent", async () => {
    const browser = {
      origin: "http://localhost:5173",
      referer: "http://localhost:5173/",
      "sec-fetch-site": "cross-site",
    };
    const response = await fetch(`${gateway.url}/tracks`, {
      method: "POST",
      headers: { ...browser, ...signedIn },
      body: "x",
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    for (const name of Object.keys(browser)) expect(seen[0]?.headers[name]).toBeUndefined();
  });

  it.each([
    ["a known length", true],
    ["chunks", false],
  ])("refuses a body over 10 MB sent with %s as API Gateway does, and asks no function", async (_how, known) => {
    const size = 10 * 1024 * 1024 + 1;
    const status = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const outgoing = httpRequest(
        `${gateway.url}/tracks`,
        {
          method: "POST",
          headers: { ...signedIn, ...(known ? { "content-length": size } : { "transfer-encoding": "chunked" }) },
        },
        (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (text: string) => (body += text));
          response.on("end", () => {
            outgoing.destroy();
            resolve({ status: response.statusCode ?? 0, body });
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.write(Buffer.alloc(known ? 1024 : size));
    });
    expect(status.status).toBe(413);
    expect(JSON.parse(status.body)).toEqual({ message: "Request Entity Too Large" });
    expect(seen).toHaveLength(0);
  });

  it("passes a chunked body of up to 10 MB", async () => {
    const body = Buffer.alloc(200_000, 7);
    await fetch(`${gateway.url}/tracks`, {
      method: "POST",
      headers: signedIn,
      body: new ReadableStream({
        start: (controller) => {
          controller.enqueue(body);
          controller.close();
        },
      }),
      duplex: "half",
    });
    // Jest compares buffers byte by byte, slowly.
    expect(seen[0]?.body.equals(body)).toBe(true);
  });

  it("hides what a function that threw said, as API Gateway does", async () => {
    reply = { status: 502, headers: {}, body: Buffer.from('{"errorMessage":"secret"}') };
    const response = await fetch(`${gateway.url}/x`);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: "Internal Server Error" });
  });

  it("adds www-authenticate to a refused token", async () => {
    reply = { status: 401, headers: {}, body: Buffer.from('{"message":"Unauthorized"}') };
    const response = await fetch(`${gateway.url}/tracks`, { headers: signedIn });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.json()).toEqual({ message: "Unauthorized" });
  });

  it.each([
    ["a foreign Host: a web page that rebinds its own name to this machine", "/x", "evil.example", "evil.example"],
    ["a Host without the port", "/x", "127.0.0.1", "127.0.0.1"],
    ["a request line that names another host", "http://evil.example/x", undefined, "evil.example"],
    ["a very long Host", "/x", "e".repeat(5_000), "e".repeat(259)],
  ])("refuses %s, and says which hosts are allowed", async (_, path, host, shown) => {
    const headers = { host: host ?? `127.0.0.1:${gateway.port}`, origin: "http://localhost:5173" };
    const refused = await new Promise<{ status: number | undefined; type: string | undefined; body: unknown }>(
      (resolve, reject) => {
        httpRequest({ host: "127.0.0.1", port: gateway.port, path, headers }, (response) => {
          json(response).then((body) => {
            resolve({ status: response.statusCode, type: response.headers["content-type"], body });
          }, reject);
        })
          .on("error", reject)
          .end();
      },
    );
    const allowed = `127.0.0.1:${gateway.port} or localhost:${gateway.port}`;
    expect(refused).toEqual({
      status: 403,
      type: "application/problem+json",
      body: {
        type: "urn:opencomposer:problem:host-not-allowed",
        title: "The host is not allowed",
        status: 403,
        code: "HOST_NOT_ALLOWED",
        detail: `The request names the host ${shown}; the local API is at ${allowed}, and no web page may reach it under another name.`,
        errors: [{ pointer: "Host:", reason: "is not this API's", value: shown, allowed }],
      },
    });
    expect(seen).toHaveLength(0);
  });

  it("returns 503 where nothing serves the API", async () => {
    const lonely = await startGateway({
      port: 0,
      endpointUrl: "http://127.0.0.1:1",
      apiId: "x",
      cors,
      checkToken,
      requestsAtOnce: 4,
    });
    try {
      const response = await fetch(`${lonely.url}/health`);
      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({ message: "Service Unavailable" });
    } finally {
      await lonely.stop();
    }
  });
});

describe("local gateway under load", () => {
  /** An upstream that sends no response until it is told to, and sees how much of it goes on at once. */
  const startSlowUpstream = async (): Promise<{
    readonly url: string;
    readonly urls: string[];
    readonly max: () => number;
    readonly respondToOne: () => boolean;
    readonly stop: () => Promise<void>;
  }> => {
    const held: (() => void)[] = [];
    const urls: string[] = [];
    let max = 0;
    const { url, stop } = await startListeningServer((request, response) => {
      request.resume();
      urls.push(`${request.method} ${request.url?.split("/").pop()}`);
      held.push(() => response.end("{}"));
      max = Math.max(max, held.length);
    });
    return {
      url,
      urls,
      max: () => max,
      respondToOne: () => {
        const one = held.shift();
        one?.();
        return one !== undefined;
      },
      stop,
    };
  };
  const until = async (done: () => boolean): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while (!done()) {
      if (Date.now() > deadline) throw new Error("not within 20 s");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  it("has no more requests at MiniStack at once than it may, and responds to all of a burst", async () => {
    const upstream = await startSlowUpstream();
    const gateway = await startOn(upstream.url, { requestsAtOnce: 3 });
    try {
      let responded = 0;
      const burst = Array.from({ length: 60 }, async () => {
        const response = await fetch(`${gateway.url}/tracks`, { method: "POST", headers: signedIn, body: "m" });
        responded += 1;
        return response.status;
      });
      await until(() => {
        upstream.respondToOne();
        return responded === 60;
      });
      expect(new Set(await Promise.all(burst))).toEqual(new Set([200]));
      expect(upstream.max()).toBe(3);
    } finally {
      await gateway.stop();
      await upstream.stop();
    }
  });

  it("goes on when clients go away while they are served, and when MiniStack closes its connections", async () => {
    const upstream = await startListeningServer((request, response) => {
      response.on("error", () => undefined);
      request.resume();
      request.on("end", () => {
        setTimeout(() => response.writeHead(200, { connection: "close" }).end("{}"), Math.random() * 6);
      });
    });
    const gateway = await startOn(upstream.url, { requestsAtOnce: 4 });
    try {
      const impatient = async (): Promise<void> => {
        const leave = AbortSignal.timeout(1 + Math.floor(Math.random() * 15));
        const sent = fetch(`${gateway.url}/tracks`, {
          method: "POST",
          headers: { ...signedIn, origin: "http://localhost:5173" },
          body: "m".repeat(5_000),
          ...(Math.random() < 0.5 ? { signal: leave } : {}),
        });
        await sent.then(async (response) => await response.text()).catch(() => undefined);
      };
      for (let round = 0; round < 60; round += 1) await Promise.all(Array.from({ length: 20 }, impatient));
      const response = await fetch(`${gateway.url}/tracks`, {
        headers: { ...signedIn, origin: "http://localhost:5173" },
      });
      expect(response.status).toBe(200);
      expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    } finally {
      await gateway.stop();
      await upstream.stop();
    }
  });

  it("does not let somebody's uploads hold up another one's poll, nor a body that does not arrive", async () => {
    const upstream = await startSlowUpstream();
    const gateway = await startOn(upstream.url, { requestsAtOnce: 1 });
    try {
      const stuck = httpRequest(`${gateway.url}/stuck`, { method: "POST", headers: { "content-length": 1_000_000 } });
      stuck.on("error", () => undefined);
      stuck.write("only the beginning");
      const uploads = Array.from(
        { length: 30 },
        async (_, index) =>
          await fetch(`${gateway.url}/upload-${index}`, {
            method: "POST",
            body: "m",
            headers: { authorization: "Bearer a" },
          }),
      );
      await until(() => upstream.urls.length === 1);
      const poll = fetch(`${gateway.url}/poll`, { headers: { authorization: "Bearer a" } });
      // Both ask by now, as a request that came after them has reached the gateway.
      await fetch(`${gateway.url}/none`, {
        method: "OPTIONS",
        headers: { origin: "http://localhost:5173", "access-control-request-method": "GET" },
      });
      while (!upstream.urls.includes("GET poll")) {
        upstream.respondToOne();
        const before = upstream.urls.length;
        await until(() => upstream.urls.length > before);
      }
      // Its queue has its turn after at most one upload of the other's.
      expect(upstream.urls.indexOf("GET poll")).toBeLessThanOrEqual(3);
      expect(upstream.urls).not.toContain("POST stuck");
      let open = 31;
      for (const one of [...uploads, poll]) void one.then(() => (open -= 1));
      await until(() => {
        upstream.respondToOne();
        return open === 0;
      });
      stuck.destroy();
    } finally {
      await gateway.stop();
      await upstream.stop();
    }
  });

  it("tells who has waited too long to come again, in API Gateway's words, and asks no function", async () => {
    const upstream = await startSlowUpstream();
    const gateway = await startOn(upstream.url, { requestsAtOnce: 1, maxWaitMilliseconds: 50 });
    try {
      const first = fetch(`${gateway.url}/first`);
      await until(() => upstream.urls.length === 1);
      const late = await fetch(`${gateway.url}/late`);
      expect(late.status).toBe(503);
      expect(await late.json()).toEqual({ message: "Service Unavailable" });
      expect(Number(late.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      upstream.respondToOne();
      expect((await first).status).toBe(200);
      const next = fetch(`${gateway.url}/next`);
      await until(() => upstream.respondToOne());
      expect((await next).status).toBe(200);
      expect(upstream.urls).toEqual(["GET first", "GET next"]);
    } finally {
      await gateway.stop();
      await upstream.stop();
    }
  });
});

describe("CORS of the template", () => {
  it("refuses a template without the API: the gateway would serve something else than is deployed", () => {
    expect(() => corsOfTemplate({ Resources: {} })).toThrow(/0 HTTP APIs/);
  });
});
