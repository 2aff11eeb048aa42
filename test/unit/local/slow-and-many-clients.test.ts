/** The gateway against clients that hold on to what they can get, by real sockets. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Gateway, type GatewayParams, startGateway } from "../../../local/gateway/gateway";
import { startListeningServer } from "../../support/listening-server";
import { head, type RawClient, rawClient, until } from "../../support/raw-client";

const cors = { AllowOrigins: [], AllowMethods: [], AllowHeaders: [], ExposeHeaders: [], AllowCredentials: false };
/** Every name is a good token of the user of that name. */
const checkToken = (authorization: string | undefined): string | undefined =>
  /^Bearer (\w+)$/.exec(authorization ?? "")?.[1];

/** What the gateway has for all bodies together, where a test does not give it less. */
const wholeRoom = 256 * 1024 * 1024;
/** A small room is filled with little work. */
const room = 64 * 1024 * 1024;
const maxBodyBytes = 10 * 1024 * 1024;
const count = 60;
/** The number of bodies of the largest size that fit into the half of the room that one user has. */
const wholeBodies = Math.floor(room / 2 / maxBodyBytes);

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** @param responseBytes of each response */
async function startUpstream(responseBytes = 2): Promise<{ readonly url: string; readonly lines: string[] }> {
  const lines: string[] = [];
  const { url, stop } = await startListeningServer((request, response) => {
    response.on("error", () => undefined);
    request.resume();
    request.on("end", () => {
      lines.push(`${request.method} ${request.url?.replace("/_aws/execute-api/x", "")}`);
      response.end(Buffer.alloc(responseBytes, "a"));
    });
  });
  stops.push(stop);
  return { url, lines };
}

async function start(endpointUrl: string, more: Partial<GatewayParams> = {}): Promise<Gateway> {
  const gateway = await startGateway({
    port: 0,
    endpointUrl,
    apiId: "x",
    cors,
    checkToken,
    requestsAtOnce: 4,
    roomBytes: room,
    ...more,
  });
  stops.push(gateway.stop);
  return gateway;
}

function clients(gateway: Gateway, count: number, ...sent: readonly (string | Buffer)[]): RawClient[] {
  const made = Array.from({ length: count }, () => rawClient(gateway.port, ...sent));
  stops.push(async () => {
    for (const { socket } of made) socket.destroy();
    await until("the clients are closed", () => made.every(({ isClosed }) => isClosed()));
  });
  return made;
}

const compose = async (gateway: Gateway, user = "another"): Promise<number> =>
  (
    await fetch(`${gateway.url}/compositions`, {
      method: "POST",
      headers: { authorization: `Bearer ${user}` },
      body: JSON.stringify({ name: "what an ordinary user sends" }),
    })
  ).status;

/** Written as a whole: what the gateway does not read any more stays here. */
const isWritten = ({ socket, isClosed, received }: RawClient): boolean =>
  isClosed() || received() !== "" || (!socket.connecting && socket.writableLength === 0);

describe("idle connections that declare a body", () => {
  // Just so many that 60 of them fill the gateway's whole room and none is refused for being too much.
  const filling = Buffer.alloc(Math.floor(room / count), "x");

  it.each([
    ["nothing of it, without a token", "/tracks", {}, Buffer.alloc(0)],
    ["nothing of it, with one user's token", "/tracks", { Authorization: "Bearer hog" }, Buffer.alloc(0)],
    ["all that there is room for, without a token", "/tracks", {}, filling],
    ["all that there is room for, with a made-up token", "/tracks", { Authorization: "Bearer a.b.c" }, filling],
    ["all that there is room for, to a path that asks for no token", "/nothing", {}, filling],
    ["all that there is room for, with one user's token", "/tracks", { Authorization: "Bearer hog" }, filling],
  ])("and send %s do not keep another user from writing", async (_what, path, headers, sent) => {
    const gateway = await start((await startUpstream()).url);
    const declared = { ...headers, "Content-Length": maxBodyBytes };
    const idle = clients(gateway, count, head(gateway.port, `POST ${path}`, declared), sent);
    await until("all is sent", () => idle.every(isWritten));
    // Meanwhile the gateway reads what still lies in the sockets.
    for (let round = 0; round < 30; round += 1) {
      expect(await compose(gateway)).toBe(200);
      await sleep(50);
    }
    expect(idle.filter(({ received }) => received().includes(" 200 "))).toEqual([]);
  });

  it("are told 401 at once without a token, whatever they declare, and before any of the body is asked for", async () => {
    const upstream = await startUpstream();
    const gateway = await start(upstream.url);
    for (const headers of [{ "Content-Length": 1_000_000 }, { "Transfer-Encoding": "chunked" }]) {
      const waiting = { ...headers, Expect: "100-continue" };
      const [one] = clients(gateway, 1, head(gateway.port, "POST /tracks", waiting));
      await until("it has its response", () => one?.received().includes('{"message":"Unauthorized"}') === true);
      expect(one?.received()).toMatch(/^HTTP\/1\.1 401 .*\r\n/);
      expect(one?.received()).toMatch(/\r\nwww-authenticate: Bearer\r\n/i);
    }
    expect(upstream.lines).toEqual([]);
  });

  it("hears that its body is wanted, and is served, when it has a token", async () => {
    const gateway = await start((await startUpstream()).url);
    const headers = { Authorization: "Bearer somebody", "Content-Length": 4, Expect: "100-continue" };
    const [one] = clients(gateway, 1, head(gateway.port, "POST /tracks", headers));
    await until("it may go on", () => one?.received() === "HTTP/1.1 100 Continue\r\n\r\n");
    one?.socket.write("abcd");
    await until("it has its response", () => one?.received().includes("HTTP/1.1 200 ") === true);
  });

  it("leave half of the room to others and are refused in API Gateway's words", async () => {
    const gateway = await start((await startUpstream()).url, { roomBytes: wholeRoom });
    const headers = { Authorization: "Bearer hog", "Content-Length": maxBodyBytes };
    const hogs = clients(gateway, 40, head(gateway.port, "POST /tracks", headers), Buffer.alloc(maxBodyBytes - 1, "x"));
    // Half of the room has place for 12 of them.
    await until("the others are refused", () => hogs.filter(({ received }) => received() !== "").length >= 28);
    for (const { received } of hogs.filter((hog) => hog.received() !== "")) {
      expect(received()).toMatch(/^HTTP\/1\.1 503 .*\r\n/);
      expect(received()).toMatch(/\r\nretry-after: \d+\r\n/i);
    }
    const upload = await fetch(`${gateway.url}/tracks`, {
      method: "POST",
      headers: { authorization: "Bearer another" },
      body: Buffer.alloc(maxBodyBytes),
    });
    expect(upload.status).toBe(200);
  });

  it.each([6_800, 300_000])(
    "and a response of %i bytes finds no room: 503, and the gateway goes on",
    async (responseBytes) => {
      const gateway = await start((await startUpstream(responseBytes)).url);
      const headers = { Authorization: "Bearer hog", "Content-Length": maxBodyBytes };
      clients(gateway, wholeBodies, head(gateway.port, "POST /tracks", headers), Buffer.alloc(maxBodyBytes - 1, "x"));
      const rest = room / 2 - wholeBodies * (maxBodyBytes - 1) - 4_000;
      clients(gateway, 1, head(gateway.port, "POST /tracks", headers), Buffer.alloc(rest, "x"));
      const get = async (user: string): Promise<Response> =>
        await fetch(`${gateway.url}/techniques`, { headers: { authorization: `Bearer ${user}` } });
      const deadline = Date.now() + 60_000;
      let refused = await get("hog");
      while (refused.status !== 503 && Date.now() < deadline) refused = await get("hog");
      expect(refused.status).toBe(503);
      expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
      const [one, another] = [await get("hog"), await get("another")];
      expect(one.status).toBe(503);
      expect(another.status).toBe(200);
      expect((await another.arrayBuffer()).byteLength).toBe(responseBytes);
    },
  );
});

describe("a body that comes too slowly", () => {
  const pace = { windowMilliseconds: 300, minBytes: 4_800 };

  it.each([
    ["that stops in the middle", 1_000, undefined],
    ["of which nothing comes", 0, undefined],
    ["that drips, a byte now and then", 1_000, 20],
    ["that came fast at first, and then drips", 200_000, 20],
  ])("%s ends with 408, and its room is free again", async (_what, first, everyMilliseconds) => {
    const gateway = await start((await startUpstream()).url, { pace });
    const headers = { Authorization: "Bearer slow", "Content-Length": maxBodyBytes };
    const sent = Buffer.alloc(first, "x");
    const [slow] = clients(gateway, 1, head(gateway.port, "POST /tracks", headers), sent);
    const drip = setInterval(() => slow?.socket.write("x"), everyMilliseconds ?? 1e9);
    try {
      await until("it is closed", () => slow?.isClosed() === true);
    } finally {
      clearInterval(drip);
    }
    expect(slow?.received()).toMatch(/^HTTP\/1\.1 408 .*\r\n/);
    expect(slow?.received()).toMatch(/\r\nconnection: close\r\n/i);
    expect(slow?.received()).toContain('{"message":"Request Timeout"}');
    expect(await compose(gateway, "slow")).toBe(200);
  });

  it("gives back all room: after many of them one user has as much as before", async () => {
    const gateway = await start((await startUpstream()).url, { pace });
    const headers = { Authorization: "Bearer slow", "Content-Length": maxBodyBytes };
    for (let round = 0; round < 3; round += 1) {
      const sent = Buffer.alloc(9_000_000, "x");
      const slow = clients(gateway, wholeBodies, head(gateway.port, "POST /tracks", headers), sent);
      await until("they are closed", () => slow.every(({ isClosed }) => isClosed()));
      expect(slow.map(({ received }) => received().slice(9, 12))).toEqual(slow.map(() => "408"));
    }
  });

  it("is not one of 64 KiB a second, with the gateway's own rate of 16", async () => {
    const upstream = await startUpstream();
    const gateway = await start(upstream.url, { pace: { windowMilliseconds: 2_000, minBytes: 32 * 1024 } });
    const total = 320 * 1024;
    const headers = { Authorization: "Bearer slow", "Content-Length": total };
    const [slow] = clients(gateway, 1, head(gateway.port, "POST /tracks", headers));
    for (let sent = 0; sent < total; sent += 8 * 1024) {
      slow?.socket.write(Buffer.alloc(8 * 1024, "x"));
      await sleep(125);
    }
    await until("it has its response", () => slow?.received().includes("HTTP/1.1 200 ") === true);
    expect(upstream.lines).toEqual(["POST /tracks"]);
  });
});

describe("responses that are not taken", () => {
  it("hold no place at MiniStack, and their connection ends", async () => {
    const upstream = await startUpstream(40 * 1024 * 1024);
    const gateway = await start(upstream.url, {
      roomBytes: wholeRoom,
      requestsAtOnce: 1,
      maxWaitMilliseconds: 5_000,
      pace: { windowMilliseconds: 2_000, minBytes: 32 * 1024 },
    });
    const stalled = clients(gateway, 2, head(gateway.port, "GET /tracks", { Authorization: "Bearer hog" }));
    for (const { socket } of stalled) socket.pause();
    await until("MiniStack has responded", () => upstream.lines.length === 2);
    const response = await fetch(`${gateway.url}/tracks`, { headers: { authorization: "Bearer another" } });
    expect(response.status).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBe(40 * 1024 * 1024);
    // A socket that is not read does not show its end.
    await sleep(6_000);
    for (const { socket } of stalled) socket.resume();
    await until("they are closed", () => stalled.every(({ isClosed }) => isClosed()));
    for (const { received } of stalled) expect(received().length).toBeLessThan(40 * 1024 * 1024);
  });
});

describe("a flood of connections", () => {
  it.each([
    ["on which nothing is sent", ""],
    ["that send half of a request", "POST /tracks HTTP/1.1\r\nHost: 127.0.0.1\r\n"],
  ])("%s closes its own oldest ones, and who has a token is served", async (_what, sent) => {
    const gateway = await start((await startUpstream()).url);
    const kept = clients(gateway, 1, head(gateway.port, "GET /tracks", { Authorization: "Bearer somebody" }));
    await until("it is served", () => kept[0]?.received().includes(" 200 ") === true);
    const flood = clients(gateway, 700, sent);
    await until("the flood is bounded", () => flood.filter(({ isClosed }) => isClosed()).length >= 700 - 512);
    expect(await compose(gateway)).toBe(200);
    expect(flood.filter(({ isClosed }) => isClosed()).length).toBeLessThan(700);
  });

  it("with made-up tokens has one turn in the queue, and not one for each", async () => {
    const upstream = await startUpstream();
    const gateway = await start(upstream.url);
    const fake = Array.from({ length: 50 }, async (_, index) => {
      const headers = { authorization: `Bearer made.up.${index}` };
      return (await fetch(`${gateway.url}/tracks`, { headers })).status;
    });
    expect(new Set(await Promise.all(fake))).toEqual(new Set([401]));
    expect(upstream.lines).toEqual([]);
  });
});

describe("requests of odd forms", () => {
  const responseTo = async (gateway: Gateway, sent: string): Promise<string> => {
    const [one] = clients(gateway, 1, sent);
    await until(
      `there is a response to ${sent}`,
      () => one?.isClosed() === true || one?.received().includes("\r\n\r\n") === true,
    );
    return one?.received().split("\r\n")[0] ?? "";
  };

  it.each([
    ["OPTIONS *", "204 No Content"],
    ["OPTIONS /tracks", "204 No Content"],
    ["OPTIONS /nothing", "404 Not Found"],
    ["GET *", "400 Bad Request"],
    ["GET http://OURS/health", "200 OK"],
    ["GET http://evil.example/health", "403 Forbidden"],
    ["GET https://OURS/health", "400 Bad Request"],
    ["GET http://OURS/tracks", "401 Unauthorized"],
    ["GET //tracks", "401 Unauthorized"],
    ["GET /%74racks", "401 Unauthorized"],
    // No route has segments of dots, so that what is behind the gateway responds, as to every path that there is not.
    ["GET /../tracks", "200 OK"],
    ["CONNECT evil.example:443", "405 Method Not Allowed"],
  ])("%s gets %s", async (line, status) => {
    const gateway = await start((await startUpstream()).url);
    const sent = head(gateway.port, line.replace("OURS", `127.0.0.1:${gateway.port}`));
    expect(await responseTo(gateway, sent)).toBe(`HTTP/1.1 ${status}`);
    expect(await compose(gateway)).toBe(200);
  });

  it("OPTIONS says which methods there are", async () => {
    const gateway = await start((await startUpstream()).url);
    const [all] = clients(gateway, 1, head(gateway.port, "OPTIONS *"));
    await until("it has its response", () => all?.received().includes("\r\n\r\n") === true);
    expect(all?.received()).toMatch(/\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/i);
    const one = await fetch(`${gateway.url}/training-jobs/x/stop`, { method: "OPTIONS" });
    expect(one.headers.get("allow")).toBe("POST, OPTIONS");
  });

  it.each([
    ["HTTP/1.0 without a Host", "GET /health HTTP/1.0\r\n\r\n", "403"],
    ["HTTP/1.0 with a foreign Host", "GET /health HTTP/1.0\r\nHost: evil.example\r\n\r\n", "403"],
    ["HTTP/1.1 without a Host", "GET /health HTTP/1.1\r\n\r\n", "400"],
    ["two Hosts", "GET /health HTTP/1.1\r\nHost: OURS\r\nHost: evil.example\r\n\r\n", "403"],
  ])("%s is refused", async (_what, sent, status) => {
    const upstream = await startUpstream();
    const gateway = await start(upstream.url);
    const response = await responseTo(gateway, sent.replace("OURS", `127.0.0.1:${gateway.port}`));
    expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(upstream.lines).toEqual([]);
  });
});
