/** The listener that serves the console on one machine, in front of a stand-in of MiniStack's sign-in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ConsoleListener, startConsoleListener } from "../../../local/console/console-listener";
import { consoleHeaders } from "../../../naming/console-headers";

const demoUser = { username: "demo", password: "Secret-12345678" };
let folder = "";
let signIn: Server;
let endpointUrl = "";
let listener: ConsoleListener;
let origin = "";
let key = "";
/** What the stand-in was sent, and what it responds to a posted form. */
let posted: URLSearchParams[] = [];
let headersSeen: NodeJS.Dict<string | string[]>[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-console-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>OpenComposer</title>");
  writeFileSync(join(folder, "assets", "index-1a2b.js"), "export {};\n");
  mkdirSync(join(folder, ".vite"));
  writeFileSync(join(folder, ".vite", "manifest.json"), "{}");
  signIn = createServer((incoming, response) => {
    void (async () => {
      headersSeen.push(incoming.headers);
      const form = new URLSearchParams(await text(incoming));
      if (incoming.method === "POST" && incoming.url === "/login") {
        posted.push(form);
        const isRight = form.get("username") === demoUser.username && form.get("password") === demoUser.password;
        response.writeHead(isRight ? 302 : 200, { location: `${form.get("redirect_uri")}?code=c0de&state=s` }).end();
      } else {
        response.writeHead(200, { "content-type": "text/html", "access-control-allow-origin": "*" }).end("the form");
      }
    })();
  });
  await new Promise<void>((resolve) => signIn.listen(0, "127.0.0.1", resolve));
  const address = signIn.address();
  if (address === null || typeof address === "string") throw new Error("The stand-in has no port.");
  endpointUrl = `http://127.0.0.1:${address.port}`;
  listener = await startConsoleListener({
    port: 0,
    files: folder,
    apiUrl: "http://127.0.0.1:9",
    endpointUrl,
    workBucket: "work",
    region: "eu-west-1",
    version: "1.2.3",
    userPoolId: "eu-west-1_pool",
    userPoolClientId: "client",
    demoUser,
  });
  const url = new URL(listener.url);
  origin = url.origin;
  key = url.searchParams.get("key") ?? "";
});
afterAll(async () => {
  await listener.stop();
  signIn.closeAllConnections();
  await new Promise((resolve) => signIn.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  posted = [];
  headersSeen = [];
});

const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  await fetch(`${origin}${path}`, { headers, redirect: "manual" });

/** Sends headers that `fetch` would set itself. */
const statusOf = async (path: string, headers: Record<string, string>): Promise<number | undefined> =>
  await new Promise((resolve, reject) => {
    request(`${origin}${path}`, { headers }, (reply) => {
      reply.resume();
      resolve(reply.statusCode);
    })
      .on("error", reject)
      .end();
  });

test("each file has the console's headers, and is kept for as long as its name says", async () => {
  const page = await get("/");
  const origins = ["http://127.0.0.1:9", `${endpointUrl}/work/`];
  for (const [name, value] of Object.entries(consoleHeaders({ origins }))) {
    expect(page.headers.get(name)).toBe(value);
  }
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const asset = await get("/assets/index-1a2b.js");
  expect(asset.headers.get("content-type")).toMatch(/^text\/javascript/);
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

test.each(["/studio", "/training/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/learn/note-by-note"])(
  "%s is a page of the console",
  async (path) => {
    const page = await get(path);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<title>OpenComposer</title>");
  },
);

test.each(["/assets/index-old.js", "/.vite/manifest.json", "/%2Evite/manifest.json", "/missing.json"])(
  "%s is no file of the console",
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test("files of a new build are served without another start, under the same headers", async () => {
  expect((await get("/assets/index-2b3c.js")).status).toBe(404);
  writeFileSync(join(folder, "assets", "index-2b3c.js"), "export {};\n");
  const asset = await get("/assets/index-2b3c.js");
  expect(asset.status).toBe(200);
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

test("config.json names the API and the sign-in under the address that was asked", async () => {
  const config: unknown = await (await get("/config.json")).json();
  expect(config).toMatchObject({
    apiUrl: "http://127.0.0.1:9",
    version: "1.2.3",
    auth: { clientId: "client", tokenUrl: `${origin}/oauth2/token`, authorizeUrl: `${origin}/sign-in-as-demo` },
  });
});

test("the printed address gives the browser the key, and shows it no longer", async () => {
  const opened = await get(`/?key=${key}`);
  expect(opened.status).toBe(303);
  expect(opened.headers.get("location")).toBe("/");
  expect(opened.headers.get("set-cookie")).toMatch(/; HttpOnly; SameSite=Strict/);
  expect((await get("/?key=guessed")).headers.get("set-cookie")).toBeNull();
});

test("who has the key is signed in as the demo user", async () => {
  const callback = encodeURIComponent(`${origin}/signed-in`);
  const reply = await get(`/sign-in-as-demo?redirect_uri=${callback}&client_id=client&code_challenge=abc`, {
    cookie: `other=1; opencomposer-demo=${key}`,
  });
  expect(reply.headers.get("location")).toBe(`${origin}/signed-in?code=c0de&state=s`);
  expect(posted.map((form) => form.get("code_challenge"))).toEqual(["abc"]);
});

test("who has no key is shown the form, and the password is not used", async () => {
  for (const cookie of ["", "opencomposer-demo=", `opencomposer-demo=${key.slice(1)}x`]) {
    const reply = await get("/sign-in-as-demo?client_id=client", { cookie });
    expect(reply.headers.get("location")).toBe("/oauth2/authorize?client_id=client");
  }
  expect(posted).toEqual([]);
});

test("a code is sent to no other address", async () => {
  const cookie = `opencomposer-demo=${key}`;
  const reply = await get("/sign-in-as-demo?redirect_uri=http%3A%2F%2Fevil.example%2Fsigned-in", { cookie });
  expect(reply.status).toBe(400);
  expect(await reply.text()).toContain("http://evil.example/signed-in, and must be");
  expect(posted).toEqual([]);
});

test("pages of other origins may link to the console, and send it nothing", async () => {
  const other = "http://127.0.0.1:5173";
  for (const path of ["/login", "/oauth2/token", "/studio"]) {
    expect((await fetch(`${origin}${path}`, { method: "POST", headers: { origin: other } })).status).toBe(403);
  }
  expect((await get("/config.json", { origin: "null" })).status).toBe(403);
  expect(await statusOf("/config.json", { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" })).toBe(403);
  expect(await statusOf("/studio", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).toBe(200);
  expect(headersSeen).toEqual([]);
});

test("MiniStack's sign-in is passed on without what only a browser adds", async () => {
  const reply = await get("/oauth2/authorize?client_id=client", { origin, referer: `${origin}/`, cookie: "a=1" });
  expect(await reply.text()).toBe("the form");
  expect(reply.headers.get("access-control-allow-origin")).toBeNull();
  expect(reply.headers.get("content-security-policy")).toContain("form-action 'self'");
  // With `no-referrer` a browser sends the form with the origin `null`, as other pages may.
  expect(reply.headers.get("referrer-policy")).toBe("same-origin");
  expect(headersSeen).toHaveLength(1);
  for (const name of ["origin", "referer", "cookie"]) expect(headersSeen[0]).not.toHaveProperty(name);
});

test("the console has no other name, and its files are read only", async () => {
  expect(await statusOf("/", { host: "evil.example" })).toBe(403);
  expect((await fetch(`${origin}/studio`, { method: "POST" })).status).toBe(405);
});
