/**
 * The local cloud as others on the network of a developer's machine meet it: pages in the developer's own browser, and
 * hundreds of requests at once.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import * as z from "zod";
import { findChromium } from "../support/chromium";
import { type ListeningServer, startListeningServer } from "../support/listening-server";
import { head, rawClient } from "../support/raw-client";
import { accessToken, type ApiResponse, type ApiSession, openSession, shapes, subjectOf } from "./api-session";
import { listenersOf } from "./listening-ports";
import { randomMelody } from "./random-melody";
import { processesOf, type RunningCloud, startCloud } from "./running-cloud";
import { openStoredState, type StoredState } from "./stored-state";
import { until } from "./until";

let cloud: RunningCloud;
let state: StoredState;
let token = "";
let api: ApiSession;

beforeAll(async () => {
  cloud = await startCloud();
  state = openStoredState(cloud.outputs);
  token = await accessToken(cloud.outputs, cloud.outputs.demoUser);
  api = openSession(cloud.outputs, token);
}, 600_000);

afterAll(async () => {
  state.close();
  const { code, left } = await cloud.stop();
  expect(left).toEqual([]);
  expect(code).toBe(0);
});

const portOf = (url: string): number => Number(new URL(url).port);

/** One request as it is on the wire, with headers that `fetch` would not let a program set. @returns the status */
const send = async (
  port: number,
  { method = "GET", path = "/", headers, body }: { method?: string; path?: string; headers: object; body?: string },
): Promise<number> =>
  await new Promise((resolve, reject) => {
    const call = httpRequest(
      { host: "127.0.0.1", port, method, path, headers: { host: `127.0.0.1:${port}`, ...headers }, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    call.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    call.on("error", reject);
    call.end(body);
  });

/** The status of what comes back for a request as it is written here; nothing where there is no status line. */
const statusOf = async (port: number, sent: string): Promise<number | undefined> => {
  const client = rawClient(port, sent);
  try {
    await new Promise<void>((resolve) => {
      client.socket.on("data", () => {
        if (client.received().includes("\r\n")) resolve();
      });
      client.socket.on("close", () => {
        resolve();
      });
    });
    const [, status] = /^HTTP\/1\.[01] (\d{3}) /.exec(client.received()) ?? [];
    return status === undefined ? undefined : Number(status);
  } finally {
    client.socket.destroy();
  }
};

/** A ZIP archive with one file, stored as it is. */
function zipOf(name: string, content: string): string {
  const data = Buffer.from(content);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt32LE(crc32(data), 10);
  fields.writeUInt32LE(data.length, 14);
  fields.writeUInt32LE(data.length, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), fields, Buffer.from(name), data]);
  const central = Buffer.concat([
    Buffer.from("PK\u0001\u0002\u0014\u0000"),
    fields,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]).toString("base64");
}

const functionName = "made-by-a-web-page";
/** What shows that a page's code ran on this machine. */
const marker = (): string => join(cloud.directory, "a-web-page-was-here");
const creation = (): string =>
  JSON.stringify({
    FunctionName: functionName,
    Runtime: "nodejs24.x",
    Role: "arn:aws:iam::000000000000:role/any",
    Handler: "index.handler",
    Code: {
      ZipFile: zipOf(
        "index.js",
        `exports.handler = async () => { require("fs").writeFileSync(${JSON.stringify(marker())}, "x"); return 1; };`,
      ),
    },
  });
const functionsOfPages = async (): Promise<string[]> => {
  const response = await fetch(`${cloud.outputs.awsEndpointUrl}/2015-03-31/functions/`);
  const { Functions } = z
    .object({ Functions: z.array(z.object({ FunctionName: z.string() })) })
    .parse(await response.json());
  // The cloud's own are there, so the list is one.
  expect(Functions.length).toBeGreaterThan(5);
  return Functions.map(({ FunctionName }) => FunctionName).filter((name) => name === functionName);
};

describe("every listener", () => {
  const ports = (): { readonly name: string; readonly port: number }[] => {
    const pids = processesOf(cloud.directory).map((line) => Number(line.split(" ")[0]));
    const { apiUrl, awsEndpointUrl, sagemakerEndpointUrl } = cloud.outputs;
    const named = Object.entries({ apiUrl, awsEndpointUrl, sagemakerEndpointUrl });
    const found = listenersOf(pids);
    return [
      ...named.map(([name, url]) => ({ name, port: portOf(url) })),
      ...found.map(({ pid, port }) => ({ name: `of process ${pid}`, port })),
    ];
  };

  it("is on the loopback address, and the test sees each: gateway, MiniStack, SageMaker, the model servers", () => {
    const pids = processesOf(cloud.directory).map((line) => Number(line.split(" ")[0]));
    const found = listenersOf(pids);
    // 127.0.0.1 as /proc writes it.
    expect(found.filter(({ address }) => address !== "0100007F")).toEqual([]);
    const { apiUrl, awsEndpointUrl, sagemakerEndpointUrl } = cloud.outputs;
    const seen = found.map(({ port }) => port);
    expect(seen).toEqual(expect.arrayContaining([apiUrl, awsEndpointUrl, sagemakerEndpointUrl].map(portOf)));
    expect(new Set(seen).size).toBeGreaterThanOrEqual(4);
  });

  it("refuses a name that is not its own, whatever is asked (DNS rebinding)", async () => {
    for (const { name, port } of ports()) {
      for (const host of [`evil.example:${port}`, "evil.example", "127.0.0.1"]) {
        for (const method of ["GET", "POST", "OPTIONS"]) {
          const status = await send(port, { method, headers: { host, "content-type": "text/plain" } });
          expect({ name, host, method, status }).toEqual({ name, host, method, status: 403 });
        }
      }
    }
  });

  it("refuses who does not say by what name it was called", async () => {
    const found = ports();
    const { apiUrl, awsEndpointUrl, sagemakerEndpointUrl } = cloud.outputs;
    const namedPorts = [apiUrl, awsEndpointUrl, sagemakerEndpointUrl].map(portOf);
    // The model servers, which no output names, are among them.
    expect(found.filter(({ port }) => !namedPorts.includes(port)).length).toBeGreaterThanOrEqual(1);
    for (const { name, port } of found) {
      for (const path of ["/", "/ping", "/health", "/_local/health", "/2015-03-31/functions/"]) {
        for (const [method, body] of [
          ["GET", ""],
          ["POST", "{}"],
          ["OPTIONS", ""],
        ] as const) {
          const rest = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
          const status = await statusOf(port, `${method} ${path} HTTP/1.0\r\n${rest}`);
          expect({ name, method, path, status }).toEqual({ name, method, path, status: 403 });
          const newer = await statusOf(port, `${method} ${path} HTTP/1.1\r\nConnection: close\r\n${rest}`);
          expect([400, 403]).toContain(newer);
        }
      }
      const ours = `Host: 127.0.0.1:${port}\r\n`;
      // uvicorn, in front of MiniStack's door, responds to two Hosts itself.
      const two = port === portOf(awsEndpointUrl) ? 400 : 403;
      for (const [hosts, expected] of [
        [`${ours}Host: evil.example\r\n`, two],
        [`Host: evil.example\r\n${ours}`, two],
        ["Host: \r\n", 403],
      ] as const) {
        const status = await statusOf(port, `GET /health HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
        expect({ name, hosts, status }).toEqual({ name, hosts, status: expected });
      }
      // HTTP/0.9 has neither headers nor a status line.
      expect(await statusOf(port, "GET /health\r\n\r\n")).not.toBe(200);
    }
  });

  it("refuses what a page of another origin sends; the gateway takes it, and asks for a token", async () => {
    const gateway = portOf(cloud.outputs.apiUrl);
    const linked = portOf(cloud.outputs.consoleUrl);
    for (const { name, port } of ports().filter((one) => one.port !== gateway)) {
      for (const headers of [
        { origin: "https://evil.example", "content-type": "text/plain" },
        { origin: "null", "content-type": "text/plain" },
        { origin: "http://localhost:5173", "content-type": "text/plain" },
        { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
        { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" },
        { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
        {
          origin: "https://evil.example",
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        },
      ]) {
        const method = "content-type" in headers ? "POST" : "GET";
        const sent = { method, path: "/2015-03-31/functions", headers, ...(method === "POST" ? { body: "{}" } : {}) };
        const status = await send(port, sent);
        // Pages may link to the console.
        const isLink = port === linked && headers["sec-fetch-mode"] === "navigate";
        expect({ name, headers, status }).toEqual({ name, headers, status: isLink ? 200 : 403 });
      }
    }
    const page = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    for (const [method, path] of [
      ["POST", "/tracks"],
      ["DELETE", "/tracks/x"],
      ["GET", "/compositions"],
    ] as const) {
      expect(await send(gateway, { method, path, headers: { ...page, "content-type": "text/plain" } })).toBe(401);
    }
  });

  it("and so nobody but programs makes functions in MiniStack", async () => {
    const port = portOf(cloud.outputs.awsEndpointUrl);
    const path = "/2015-03-31/functions";
    const headers = { origin: "https://evil.example", "content-type": "text/plain" };
    expect(await send(port, { method: "POST", path, headers, body: creation() })).toBe(403);
    expect(await send(port, { method: "POST", path: `${path}/${functionName}/invocations`, headers, body: "{}" })).toBe(
      403,
    );
    expect(await functionsOfPages()).toEqual([]);
    expect(existsSync(marker())).toBe(false);
  });

  it("keeps its files to their owner", () => {
    const open: string[] = [];
    const visit = (path: string): void => {
      const facts = statSync(path);
      if ((facts.mode & 0o077) !== 0) open.push(path);
      // The CDK gives what it bundles the source's rights: nobody reaches it through the folder above.
      if (facts.isDirectory() && path !== join(cloud.directory, "assembly")) {
        for (const name of readdirSync(path)) visit(join(path, name));
      }
    };
    visit(cloud.directory);
    expect(open).toEqual([]);
  });
});

const executablePath = findChromium();
if (executablePath === undefined) {
  console.warn("The browser tests are skipped: there is no Chromium on this machine (set CHROMIUM to its path).");
}
(executablePath === undefined ? describe.skip : describe)("a page in a real browser", () => {
  let browser: Browser;
  let site: ListeningServer;
  let page: Page;
  /** Status of every response of MiniStack's that reached the browser, also where it shows the page nothing of it. */
  const responses = (): number[] => [...statuses].flatMap(([id, status]) => (asked.has(id) ? [status] : []));
  /** By request. The browser tells of a response and of its request in either order. */
  const statuses = new Map<string, number>();
  const asked = new Set<string>();

  beforeAll(async () => {
    site = await startListeningServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>a page</title>");
    });
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // An attacker's DNS that responds with this machine's address.
        "--host-resolver-rules=MAP evil.example 127.0.0.1",
      ],
    });
  });
  beforeEach(async () => {
    statuses.clear();
    asked.clear();
    page = await browser.newPage();
    const devTools = await page.context().newCDPSession(page);
    devTools.on("Network.requestWillBeSent", ({ requestId, request }) => {
      if (request.url.startsWith(cloud.outputs.awsEndpointUrl)) asked.add(requestId);
    });
    devTools.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => {
      statuses.set(requestId, statusCode);
    });
    await devTools.send("Network.enable");
  });
  afterEach(async () => {
    await page.close();
  });
  afterAll(async () => {
    await browser.close();
    await site.stop();
  });

  /** Runs in the page: what a page can do without asking anybody. */
  const attack = async (endpoint: string, create: string): Promise<string[]> =>
    await page.evaluate(
      async ([url, body, name]) => {
        const seen: string[] = [];
        const attempt = async (what: string, path: string, options: RequestInit): Promise<void> => {
          try {
            const response = await fetch(`${url}${path}`, options);
            // An opaque response shows a page nothing, but its request has been carried out.
            seen.push(`${what}: ${response.type === "opaque" ? "opaque" : response.status}`);
          } catch (error) {
            seen.push(`${what}: ${error instanceof Error ? error.name : "failed"}`);
          }
        };
        const text = { "content-type": "text/plain" };
        const functions = "/2015-03-31/functions";
        await attempt("list buckets", "/", {});
        await attempt("create", functions, { method: "POST", mode: "no-cors", headers: text, body: body ?? "" });
        await attempt("invoke", `${functions}/${name}/invocations`, {
          method: "POST",
          mode: "no-cors",
          headers: text,
          body: "{}",
        });
        await attempt("create, readable", functions, { method: "POST", headers: text, body: body ?? "" });
        return seen;
      },
      [endpoint, create, functionName],
    );

  it.each([
    ["of another site", (): string => `http://evil.example:${site.port}/`],
    ["of another port of this machine", (): string => `http://localhost:${site.port}/`],
    ["of another port of this address", (): string => `http://127.0.0.1:${site.port}/`],
  ])(
    "%s tries to list buckets, to make a function and to call it: refused, and none is there",
    async (_from, address) => {
      await page.goto(address());
      const seen = await attack(cloud.outputs.awsEndpointUrl, creation());
      // It has really tried: every request came to the server and back.
      await until("four responses", 20, () => responses().length >= 4);
      expect(responses()).toEqual([403, 403, 403, 403]);
      expect(seen).toEqual([
        "list buckets: TypeError",
        "create: opaque",
        "invoke: opaque",
        "create, readable: TypeError",
      ]);
      expect(await functionsOfPages()).toEqual([]);
      expect(existsSync(marker())).toBe(false);
    },
  );

  it("under a name of its own for MiniStack's address (DNS rebinding) gets nothing either", async () => {
    const endpoint = `http://evil.example:${portOf(cloud.outputs.awsEndpointUrl)}`;
    const opened = await page.goto(endpoint);
    expect(opened?.status()).toBe(403);
    const seen = await attack(endpoint, creation());
    expect(seen.map((line) => line.split(": ")[1])).toEqual(["403", "403", "403", "403"]);
    expect(await functionsOfPages()).toEqual([]);
    expect(existsSync(marker())).toBe(false);
  });

  it("cannot put an address of MiniStack's into an image or a form", async () => {
    await page.goto(`http://evil.example:${site.port}/`);
    const url = cloud.outputs.awsEndpointUrl;
    await page.setContent(
      `<img src="${url}/?Action=CreateQueue&QueueName=by-a-page"><form method="post" action="${url}/"><input name="Action" value="CreateQueue"><input name="QueueName" value="by-a-page"><button>Go</button></form>`,
    );
    const [submitted] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      page.click("button"),
    ]);
    expect(submitted.status()).toBe(403);
    await until("the responses to the image and the form", 20, () => responses().length >= 2);
    // The page that the form has led to asks for an icon, too.
    expect(new Set(responses())).toEqual(new Set([403]));
  });

  it("of a front end on this machine calls the API with a token, and reads a file by its presigned address", async () => {
    // The start has composed one.
    const { id } = await until("the first composition", 60, async () =>
      (await api.call("GET", "/compositions"))
        .json(shapes.list(shapes.composition))
        .items.find((one) => one.state === "COMPLETED"),
    );
    await page.goto(`http://localhost:${site.port}/`);
    const read = await page.evaluate(
      async ([apiUrl, path, bearer]) => {
        const response = await fetch(`${apiUrl}${path}`, {
          headers: { authorization: `Bearer ${bearer}`, accept: "application/json" },
        });
        const { url } = (await response.json()) as { url: string };
        const file = await fetch(url);
        return { status: file.status, begins: new TextDecoder().decode((await file.arrayBuffer()).slice(0, 4)) };
      },
      [cloud.outputs.apiUrl, `/compositions/${id}/midi`, token],
    );
    expect(read).toEqual({ status: 200, begins: "MThd" });
  });
});

describe("connections that hold on to what they can get", () => {
  const mebibyte = 1024 * 1024;
  const apiPort = (): number => portOf(cloud.outputs.apiUrl);
  const composition = {
    name: "Meanwhile",
    technique: "unet-gan",
    modelId: "unet-gan-bach",
    input: { sampleMelodyId: "twinkle-twinkle" },
  };

  it.each([
    ["without a token", (): Record<string, string> => ({})],
    ["with one user's token", (): Record<string, string> => ({ Authorization: `Bearer ${token}` })],
  ])("60 of them %s do not keep another user from composing", async (_what, headers) => {
    const second = openSession(cloud.outputs, await accessToken(cloud.outputs, cloud.outputs.secondUser));
    const all = { ...headers(), "Content-Type": "audio/midi", "Content-Length": 10 * mebibyte };
    // Together they would fill all the room that the gateway has for bodies.
    const part = Buffer.alloc(Math.floor((256 * mebibyte) / 60));
    const idle = Array.from({ length: 60 }, () => rawClient(apiPort(), head(apiPort(), "POST /tracks", all), part));
    try {
      for (let round = 0; round < 3; round += 1) {
        const { status } = await second.call("POST", "/compositions", { json: composition });
        expect(status).toBe(202);
      }
      await until("all of them are ended", 120, () => idle.every(({ isClosed }) => isClosed()));
      const statuses = idle.map(({ received }) => Number(received().slice(9, 12)));
      expect(new Set(statuses)).toEqual(new Set("Authorization" in all ? [408, 503] : [401]));
    } finally {
      for (const { socket } of idle) socket.destroy();
    }
  });

  it("a thousand connections that say nothing are bounded, and an upload of 1 MiB at 64 KiB a second arrives", async () => {
    const silent = Array.from({ length: 1_000 }, () => rawClient(apiPort()));
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "audio/midi", "Content-Length": mebibyte };
    const slow = rawClient(apiPort(), head(apiPort(), "POST /tracks", headers));
    try {
      for (let sent = 0; sent < mebibyte; sent += 16 * 1024) {
        slow.socket.write(Buffer.alloc(16 * 1024));
        await new Promise((resume) => setTimeout(resume, 250));
      }
      await until("it has its response", 60, () => slow.received().includes("\r\n\r\n"));
      // All of it reached the function, which says that this is no MIDI file.
      expect(slow.received()).toMatch(/^HTTP\/1\.1 (400|413|422) /);
      expect(slow.received()).toContain("application/problem+json");
      await until("the silent ones are ended", 120, () => silent.every(({ isClosed }) => isClosed()));
    } finally {
      for (const { socket } of [...silent, slow]) socket.destroy();
    }
  });

  it("`OPTIONS *` gets a response, and so does what follows on its connection", async () => {
    const client = rawClient(apiPort(), head(apiPort(), "OPTIONS *"), head(apiPort(), "GET /health"));
    try {
      await until("both have their responses", 60, () => client.received().split("HTTP/1.1 ").length === 3);
      expect(client.received()).toMatch(/^HTTP\/1\.1 204 [\s\S]*HTTP\/1\.1 200 /);
    } finally {
      client.socket.destroy();
    }
  });
});

describe("500 requests at once", () => {
  const quotaSchema = z.looseObject({ tracks: z.int().default(0), compositions: z.int().default(0) });

  it("end in the documented ways or in 503 with Retry-After, nothing is lost, and the next one is served", async () => {
    const secondToken = await accessToken(cloud.outputs, cloud.outputs.secondUser);
    const second = openSession(cloud.outputs, secondToken);
    const { midi } = randomMelody(2);
    const upload = async (session: ApiSession, name: string): Promise<{ name: string; response: ApiResponse }> => ({
      name,
      response: await session.call("POST", `/tracks?name=${name}`, { bytes: midi }),
    });
    const models = (await second.call("GET", "/models")).json(shapes.list(shapes.model)).items;
    const modelId = models.find(({ stock, technique }) => stock && technique === "unet-gan")?.id;

    const [uploads, compositions, reads] = await Promise.all([
      Promise.all(Array.from({ length: 300 }, (_, index) => upload(index % 2 === 0 ? api : second, `burst-${index}`))),
      Promise.all(
        Array.from({ length: 60 }, () =>
          second.call("POST", "/compositions", {
            json: {
              name: "Burst",
              technique: "unet-gan",
              modelId,
              seed: 1,
              input: { sampleMelodyId: "twinkle-twinkle" },
            },
          }),
        ),
      ),
      Promise.all(
        Array.from({ length: 140 }, (_, index) =>
          (index % 2 === 0 ? api : second).call("GET", index % 3 === 0 ? "/models" : "/tracks?limit=1"),
        ),
      ),
    ]);
    const next = await api.call("GET", "/models");
    expect(next.status).toBe(200);

    const all = [...uploads.map(({ response }) => response), ...compositions, ...reads];
    expect(all).toHaveLength(500);
    const counts: Record<number, number> = {};
    for (const { status } of all) counts[status] = (counts[status] ?? 0) + 1;
    console.log(`500 requests at once: ${JSON.stringify(counts)}`);
    const expected = [200, 201, 202, 429, 503];
    expect(all.filter(({ status }) => !expected.includes(status)).map(({ status }) => status)).toEqual([]);
    const refused = all.filter(({ status }) => status === 429 || status === 503);
    for (const { headers } of refused) expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    // Overload does not mean that nobody is served.
    expect(reads.some(({ status }) => status === 200)).toBe(true);
    expect(uploads.some(({ response }) => response.status === 201)).toBe(true);

    for (const [bearer, parity] of [
      [token, 0],
      [secondToken, 1],
    ] as const) {
      const rows = await state.rowsOf(subjectOf(bearer));
      const names = rows.map(({ name }) => String(name)).filter((name) => name.startsWith("burst-"));
      const accepted = uploads.filter(
        ({ response, name }) => response.status === 201 && Number(name.slice(6)) % 2 === parity,
      );
      expect(names.sort()).toEqual(accepted.map(({ name }) => name).sort());
      const quota = quotaSchema.parse(rows.find(({ sk }) => sk === "QUOTA"));
      expect(quota.tracks).toBe(rows.filter(({ sk }) => String(sk).startsWith("TRACK#")).length);
      expect(quota.compositions).toBe(rows.filter(({ sk }) => String(sk).startsWith("COMPOSITION#")).length);
    }
    const ids = compositions
      .filter(({ status }) => status === 202)
      .map((one) => one.json(z.object({ id: z.string() })).id);
    for (const id of ids) {
      const done = await second.pollUntil(
        `/compositions/${id}`,
        shapes.composition,
        ({ state: at }) => at === "COMPLETED" || at === "FAILED",
        120,
      );
      expect(done.state).toBe("COMPLETED");
    }
  });
});
