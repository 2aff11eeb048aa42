/** The gateway and clients that go away before they have their response, by real sockets. */
import type { ServerResponse } from "node:http";
import { type Gateway, type GatewayParams, startGateway } from "../../../local/gateway/gateway";
import { startListeningServer } from "../../support/listening-server";
import { head, type RawClient, rawClient, until } from "../../support/raw-client";

const cors = { AllowOrigins: [], AllowMethods: [], AllowHeaders: [], ExposeHeaders: [], AllowCredentials: false };
/** Every name is a good token of the user of that name. */
const checkToken = (authorization: string | undefined): string | undefined =>
  /^Bearer (\w+)$/.exec(authorization ?? "")?.[1];

const atOnce = 8;
const mib = 1024 * 1024;
/** A small room is filled with little work. One user has half of it. */
const roomBytes = 32 * mib;
/** One user has room for one such response, but not for two. */
const largeResponse = 12 * mib;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A request that the upstream works on. Like MiniStack, it works to the end, whoever has gone away. */
interface Work {
  readonly user: string;
  readonly response: ServerResponse;
  /** The response was taken to its end. */
  isTaken: boolean;
  /** The response or its connection has ended. */
  isClosed: boolean;
  /** Ends the work and sends the response. */
  readonly finish: () => void;
}

interface Upstream {
  readonly url: string;
  /** All that has come, in its order. */
  readonly works: Work[];
  readonly current: () => readonly Work[];
  /** The most that it has worked on at once. */
  readonly max: () => number;
}

/** @param onWork told of each request when its body is there */
async function startUpstream(onWork: (work: Work) => void, content: string | Buffer = "{}"): Promise<Upstream> {
  const works: Work[] = [];
  const current = new Set<Work>();
  let max = 0;
  const { url, stop } = await startListeningServer((request, response) => {
    response.on("error", () => undefined);
    request.on("error", () => undefined);
    request.resume();
    request.once("end", () => {
      const work: Work = {
        user: checkToken(request.headers.authorization) ?? "",
        response,
        isTaken: false,
        isClosed: false,
        finish: () => {
          if (current.delete(work)) response.end(content);
        },
      };
      response.once("close", () => {
        work.isClosed = true;
        // A response also counts as finished when its connection broke under it.
        work.isTaken = response.writableFinished && !request.socket.destroyed;
      });
      works.push(work);
      current.add(work);
      max = Math.max(max, current.size);
      onWork(work);
    });
  });
  stops.push(stop);
  return { url, works, current: () => [...current], max: () => max };
}

/** What an upstream does that never finishes: nothing, or, when it is dripping, a byte now and then until the test ends. */
function dripping(isDripping: boolean): (response: ServerResponse) => void {
  const drips: NodeJS.Timeout[] = [];
  stops.push(() => {
    drips.forEach(clearInterval);
    return Promise.resolve();
  });
  return (response) => {
    if (isDripping) drips.push(setInterval(() => response.write(" "), 20));
  };
}

async function start(endpointUrl: string, more: Partial<GatewayParams> = {}): Promise<Gateway> {
  const params = { port: 0, endpointUrl, apiId: "x", cors, checkToken, requestsAtOnce: atOnce, ...more };
  const gateway = await startGateway(params);
  stops.push(gateway.stop);
  return gateway;
}

const body = JSON.stringify({ name: "whose sender leaves" });

function leavers(gateway: Gateway, count: number, method: "GET" | "POST" = "POST"): RawClient[] {
  const headers = { Authorization: "Bearer leaver", ...(method === "POST" ? { "Content-Length": body.length } : {}) };
  const made = Array.from({ length: count }, () =>
    rawClient(gateway.port, head(gateway.port, `${method} /tracks`, headers), method === "POST" ? body : ""),
  );
  stops.push(() => leave(made));
  return made;
}

async function leave(leaving: readonly RawClient[]): Promise<void> {
  for (const { socket } of leaving) socket.destroy();
  await until("the clients are closed", () => leaving.every(({ isClosed }) => isClosed()));
}

/** When the gateway has responded to these, it has seen all that its sockets told it before. */
async function roundTrips(gateway: Gateway): Promise<void> {
  for (let round = 0; round < 5; round += 1) expect((await fetch(`${gateway.url}/tracks`)).status).toBe(401);
}

async function ask(gateway: Gateway, user: string): Promise<{ readonly status: number; readonly length: number }> {
  const response = await fetch(`${gateway.url}/tracks`, { headers: { authorization: `Bearer ${user}` } });
  return { status: response.status, length: (await response.arrayBuffer()).byteLength };
}

/** Sends as many requests at once as there are places. The upstream responds to none of them before all have come. */
async function expectAllPlacesFree(gateway: Gateway, upstream: Upstream, user = "another"): Promise<void> {
  const asked = Array.from({ length: atOnce }, () => ask(gateway, user));
  const mine = (): readonly Work[] => upstream.current().filter((work) => work.user === user);
  await until("all places are taken", () => mine().length === atOnce);
  for (const { finish } of mine()) finish();
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 200));
}

describe("clients that leave before their response", () => {
  it.each([
    ["that write", "POST", false],
    ["that read", "GET", false],
    ["whose response is on its way", "POST", true],
  ] as const)("(%s) never bring more than the bound to MiniStack, which works on", async (_what, method, isBegun) => {
    const upstream = await startUpstream(({ response }) => {
      if (isBegun) response.write(" ");
    });
    const gateway = await start(upstream.url);
    const first = leavers(gateway, atOnce, method);
    await until("all places are taken", () => upstream.works.length === atOnce);
    const queued = leavers(gateway, 200 - atOnce, method);
    await roundTrips(gateway);
    await leave(first);
    await roundTrips(gateway);
    await leave(queued);
    await roundTrips(gateway);
    expect(upstream.max()).toBe(atOnce);
    for (const { finish } of upstream.current()) finish();
    await expectAllPlacesFree(gateway, upstream);
    // Whoever left the queue was never sent.
    expect(upstream.works.filter(({ user }) => user === "leaver")).toHaveLength(atOnce);
    expect(upstream.max()).toBe(atOnce);
  });

  it("never bring more than the bound to MiniStack when they leave 100 ms after they came, wave by wave", async () => {
    const upstream = await startUpstream(({ finish }) => setTimeout(finish, 500));
    const gateway = await start(upstream.url);
    const waves = Array.from({ length: 10 }, async (_, wave) => {
      await new Promise((resolve) => setTimeout(resolve, wave * 100));
      const made = leavers(gateway, 20);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await leave(made);
    });
    await Promise.all(waves);
    await roundTrips(gateway);
    await until("what was begun is done", () => upstream.current().length === 0);
    expect(upstream.max()).toBe(atOnce);
    const asked = await Promise.all(Array.from({ length: 2 * atOnce }, () => ask(gateway, "another")));
    expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));
    expect(upstream.max()).toBe(atOnce);
  });

  it("leave responses that are taken from MiniStack to their end and hold no room", async () => {
    const upstream = await startUpstream(() => undefined, Buffer.alloc(largeResponse, "a"));
    const gateway = await start(upstream.url, { roomBytes });
    const left = leavers(gateway, atOnce);
    await until("all places are taken", () => upstream.works.length === atOnce);
    await leave(left);
    await roundTrips(gateway);
    for (const { finish } of upstream.current()) finish();
    await until("all is over", () => upstream.works.every(({ isClosed }) => isClosed));
    expect(upstream.works.map(({ isTaken }) => isTaken)).toEqual(upstream.works.map(() => true));
    const again = ask(gateway, "leaver");
    await until("it has come", () => upstream.current().length === 1);
    for (const { finish } of upstream.current()) finish();
    expect(await again).toEqual({ status: 200, length: largeResponse });
  });

  it("leave in the middle of a large response, whose rest is taken and holds no room", async () => {
    const part = Buffer.alloc(largeResponse / 2, "a");
    const upstream = await startUpstream(({ response }) => response.write(part), part);
    const gateway = await start(upstream.url, { roomBytes });
    for (let round = 0; round < 6; round += 1) {
      const left = leavers(gateway, 1);
      await until("it has come", () => upstream.current().length === 1);
      const [work] = upstream.current();
      await until("its first half is taken", () => work?.response.writableLength === 0);
      await leave(left);
      await roundTrips(gateway);
      work?.finish();
      await until("it is over", () => work?.isClosed === true);
      expect(work?.isTaken).toBe(true);
    }
    const again = ask(gateway, "leaver");
    await until("it has come", () => upstream.current().length === 1);
    for (const { finish } of upstream.current()) finish();
    expect(await again).toEqual({ status: 200, length: largeResponse });
  });

  it.each([
    ["before a response", false],
    ["in the middle of a response", true],
  ])("give their places back when MiniStack's connections fail %s", async (_what, isBegun) => {
    const upstream = await startUpstream(({ response }) => {
      if (isBegun) response.write(" ");
    });
    const gateway = await start(upstream.url);
    const left = leavers(gateway, atOnce);
    await until("all places are taken", () => upstream.works.length === atOnce);
    await leave(left);
    await roundTrips(gateway);
    const waiting = ask(gateway, "waiting");
    await roundTrips(gateway);
    expect(upstream.works).toHaveLength(atOnce);
    for (const { response } of upstream.current()) response.destroy();
    await until("who waited has come", () => upstream.works.length === atOnce + 1);
    for (const { finish } of upstream.current()) finish();
    expect((await waiting).status).toBe(200);
    await expectAllPlacesFree(gateway, upstream);
  });

  it.each([
    ["nothing", false],
    ["a byte now and then", true],
  ])("give their places back at the gateway's own limit when MiniStack sends %s", async (_what, isDripping) => {
    const drip = dripping(isDripping);
    const upstream = await startUpstream(({ user, response, finish }) => {
      if (user !== "leaver") finish();
      else drip(response);
    });
    const gateway = await start(upstream.url, { integrationMilliseconds: 300 });
    const left = leavers(gateway, atOnce);
    await until("all places are taken", () => upstream.works.length === atOnce);
    await leave(left);
    expect((await ask(gateway, "another")).status).toBe(200);
    await until("all others are given up", () => upstream.works.every(({ isClosed }) => isClosed));
  });

  it("do not keep the gateway from stopping, nor their requests from ending with it", async () => {
    const upstream = await startUpstream(() => undefined);
    const gateway = await start(upstream.url);
    const left = leavers(gateway, atOnce);
    await until("all places are taken", () => upstream.works.length === atOnce);
    await leave(left);
    await roundTrips(gateway);
    expect(upstream.works.filter(({ isClosed }) => isClosed)).toEqual([]);
    await gateway.stop();
    stops.splice(stops.indexOf(gateway.stop), 1);
    await until("their connections are closed", () => upstream.works.every(({ isClosed }) => isClosed));
  });
});

describe("a client that waits for its response", () => {
  it.each([
    ["nothing", false],
    ["a byte now and then", true],
  ])("is told 503 at the gateway's own limit when MiniStack sends %s", async (_what, isDripping) => {
    const drip = dripping(isDripping);
    const upstream = await startUpstream(({ response }) => {
      drip(response);
    });
    const gateway = await start(upstream.url, { integrationMilliseconds: 300 });
    expect((await ask(gateway, "patient")).status).toBe(503);
    await until("its request is given up", () => upstream.works.every(({ isClosed }) => isClosed));
  });
});
