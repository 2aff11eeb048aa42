/** Signing in on a page, against a small authorization server that holds the sign-in to PKCE (RFC 7636). */
import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { freePort, isPortFree } from "../../../tools/processes/free-port";
import { isLoopback, listenForCallback } from "../../../tools/sign-in/callback-listener";
import { signInOnPage, type SignInParams } from "../../../tools/sign-in/sign-in";
import { type ListeningServer, startListeningServer } from "../../support/listening-server";
import { type RawClient, rawClient, until } from "../../support/raw-client";

/** The codes that were given out, with what each is bound to. */
let issued: Map<string, { readonly challenge: string; readonly callback: string }>;
let server: ListeningServer;
let callback: string;

async function tokenResponse(request: IncomingMessage): Promise<readonly [number, object]> {
  const form = new URLSearchParams(await text(request));
  const code = form.get("code") ?? "";
  const bound = issued.get(code);
  issued.delete(code);
  const challenge = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  const isRight =
    form.get("grant_type") === "authorization_code" &&
    form.get("client_id") === "client1" &&
    bound?.challenge === challenge &&
    bound.callback === form.get("redirect_uri");
  return isRight
    ? [200, { access_token: `token-of-${code}`, token_type: "Bearer", expires_in: 3600 }]
    : [400, { error: "invalid_grant", error_description: "the code is not of this verifier" }];
}

beforeEach(async () => {
  issued = new Map();
  callback = `http://localhost:${await freePort()}/`;
  server = await startListeningServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname === "/oauth2/token") {
      void tokenResponse(request).then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
      return;
    }
    // The page: signs everybody in who comes with a challenge of the one method that there is.
    const query = url.searchParams;
    const target = new URL(query.get("redirect_uri") ?? "");
    const code = randomUUID();
    if (query.get("code_challenge_method") === "S256" && query.get("response_type") === "code") {
      issued.set(code, { challenge: query.get("code_challenge") ?? "", callback: query.get("redirect_uri") ?? "" });
      target.searchParams.set("code", code);
    } else {
      target.searchParams.set("error", "invalid_request");
    }
    target.searchParams.set("state", query.get("state") ?? "");
    response.writeHead(302, { location: target.toString() }).end();
  });
});
afterEach(async () => {
  await server.stop();
  expect(await isPortFree(Number(new URL(callback).port))).toBe(true);
});

interface Browser {
  /** Goes to the page as soon as its address is told, and does what a test wants with the address that it is sent to. */
  readonly go: (sentTo: URL) => Promise<void>;
}

/** Signs in with a browser that does as the test says. */
async function signIn(more: Partial<SignInParams>, { go }: Browser): Promise<string> {
  let going: Promise<void> = Promise.resolve();
  try {
    const tokens = await signInOnPage({
      client: { signInUrl: server.url, clientId: "client1", callback },
      paste: false,
      readLine: async () => await Promise.resolve(""),
      signal: new AbortController().signal,
      tell: (line) => {
        const page = /http\S+\/oauth2\/authorize\S+/.exec(line)?.[0];
        if (page === undefined) return;
        going = fetch(page, { redirect: "manual" }).then(async (response) => {
          await go(new URL(response.headers.get("location") ?? ""));
        });
      },
      ...more,
    });
    return tokens.accessToken;
  } finally {
    await going;
  }
}

test("the code of the page is exchanged with the verifier that belongs to its challenge", async () => {
  let seen = "";
  const token = await signIn(
    {},
    {
      go: async (sentTo) => {
        seen = sentTo.searchParams.get("code") ?? "";
        const icon = await fetch(new URL("/favicon.ico", callback));
        expect(icon.status).toBe(404);
        const response = await fetch(sentTo);
        expect(response.status).toBe(200);
        expect(response.headers.get("cache-control")).toBe("no-store");
        expect(await response.text()).toContain("You are signed in");
      },
    },
  );
  expect(token).toBe(`token-of-${seen}`);
  expect(issued.size).toBe(0);
});

test("no two sign-ins share a state or a challenge", async () => {
  const pages: URL[] = [];
  for (let index = 0; index < 2; index += 1) {
    await signIn(
      {},
      {
        go: async (sentTo) => {
          pages.push(sentTo);
          await fetch(sentTo);
        },
      },
    );
  }
  expect(new Set(pages.map((page) => page.searchParams.get("state"))).size).toBe(2);
  expect(pages.every((page) => (page.searchParams.get("state") ?? "").length >= 43)).toBe(true);
});

test("a code that was given to another challenge is refused by the token endpoint, with its reason", async () => {
  const refused = signIn(
    {},
    {
      go: async (sentTo) => {
        issued.set("stolen", { challenge: "of somebody else", callback });
        sentTo.searchParams.set("code", "stolen");
        await fetch(sentTo);
      },
    },
  );
  await expect(refused).rejects.toThrow(/gave no token for the code: invalid_grant: the code is not of this verifier/);
});

/** Connects to the listener as no browser would. */
const hostileClient = (bytes: string): RawClient => rawClient(Number(new URL(callback).port), bytes);

/** Sends bytes to the listener, and returns what comes back until the connection ends. */
async function sendRaw(bytes: string): Promise<string> {
  const client = hostileClient(bytes);
  client.socket.end();
  await until("the listener ends the connection", client.isClosed);
  return client.received();
}

describe("a hostile browser", () => {
  const hostOf = (): string => new URL(callback).host;

  test("ends no sign-in by what it sends, and the right response still gives the token", async () => {
    const token = await signIn(
      {},
      {
        go: async (sentTo) => {
          const state = sentTo.searchParams.get("state") ?? "";
          const host = hostOf();
          for (const [request, status] of [
            [`GET / HTTP/1.1\r\nHost: ${host}\r\nAccept: text/x-vite-ping\r\n\r\n`, 400],
            [`GET /?state=x&code=y HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 400],
            [`GET /?state=&error=access_denied HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 400],
            [`GET // HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 404],
            [`GET http://[ HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 404],
            [`GET http://a.test/?state=${state}&code=y HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 404],
            [`GET /?state=${state}&code=y HTTP/1.1\r\nHost: a.test\r\n\r\n`, 404],
            [`POST /?state=${state}&code=y HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`, 404],
            ["no HTTP\r\n\r\n", 400],
          ] as const) {
            expect({ request, answer: (await sendRaw(request)).split("\r\n")[0] }).toEqual({
              request,
              answer: expect.stringContaining(`HTTP/1.1 ${status} `),
            });
          }
          expect((await fetch(sentTo)).status).toBe(200);
        },
      },
    );
    expect(token).toMatch(/^token-of-/);
  });

  test("does not end the command by any target of a request", async () => {
    const piece = fc.constantFrom(
      "/",
      "//",
      "\\",
      "?",
      "#",
      "%",
      "%2e",
      "..",
      "@",
      ":",
      "[",
      "]",
      "http:",
      "a",
      "*",
      "\u00ff",
    );
    const token = await signIn(
      {},
      {
        go: async (sentTo) => {
          await fc.assert(
            fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
              const answer = await sendRaw(`GET ${pieces.join("")} HTTP/1.1\r\nHost: ${hostOf()}\r\n\r\n`);
              expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
            }),
            { numRuns: 60 },
          );
          await fetch(sentTo);
        },
      },
    );
    expect(token).toMatch(/^token-of-/);
  });

  test("is told after the end that it is over, and half a request does not hold the command", async () => {
    const isExpected = (address: URL): boolean => address.searchParams.get("state") === "s";
    const read = (address: URL): string => address.searchParams.get("code") ?? "";
    const listener = await listenForCallback({ callback, isExpected, read });
    const half = hostileClient("GET / HTTP/1.1\r\n");
    const first = await fetch(new URL("/?state=s&code=1", callback));
    expect([first.status, (await fetch(new URL("/?state=s&code=2", callback))).status]).toEqual([200, 410]);
    expect(await listener.response).toBe("1");
    const began = performance.now();
    await listener.stop();
    expect(performance.now() - began).toBeLessThan(10_000);
    half.socket.destroy();
  });
});

test.each([
  [
    "an error of the page",
    (url: URL) => {
      url.searchParams.delete("code");
      url.searchParams.set("error", "access_denied");
      url.searchParams.set("error_description", "User is disabled");
    },
    /The sign-in page reports access_denied: User is disabled\./,
  ],
  [
    "no code",
    (url: URL) => {
      url.searchParams.delete("code");
    },
    /has no `code`/,
  ],
])("a response with %s ends the sign-in, and the browser is told why", async (_, change, message) => {
  const refused = signIn(
    {},
    {
      go: async (sentTo) => {
        change(sentTo);
        const response = await fetch(sentTo);
        expect(response.status).toBe(400);
        expect(await response.text()).toMatch(message);
      },
    },
  );
  await expect(refused).rejects.toThrow(message);
});

test("a port that is taken is named, before the person is sent anywhere", async () => {
  const other = await startListeningServer((_, response) => response.end());
  try {
    const told: string[] = [];
    const refused = signInOnPage({
      client: { signInUrl: server.url, clientId: "client1", callback: `http://localhost:${other.port}/` },
      paste: false,
      readLine: async () => await Promise.resolve(""),
      signal: new AbortController().signal,
      tell: (line) => told.push(line),
    });
    await expect(refused).rejects.toThrow(`Port ${other.port} of 127.0.0.1 is taken by another program`);
    expect(told).toEqual([]);
  } finally {
    await other.stop();
  }
});

test("the end of the patience, or Ctrl-C, ends the waiting and frees the port", async () => {
  const ending = new AbortController();
  const ended = signIn(
    { signal: ending.signal },
    {
      go: async () => {
        ending.abort(new Error("Nobody has signed in within 600 s."));
        await Promise.resolve();
      },
    },
  );
  await expect(ended).rejects.toThrow("Nobody has signed in within 600 s.");
});

describe("where the browser's address is pasted", () => {
  /** The line is what the page sends the browser to, as a person copies it. */
  const pasting = (change: (line: string) => string | undefined, elsewhere: string): Promise<string> => {
    let line: (text: string | undefined) => void;
    const typed = new Promise<string | undefined>((resolve) => {
      line = resolve;
    });
    return signIn(
      {
        client: { signInUrl: server.url, clientId: "client1", callback: elsewhere },
        paste: true,
        readLine: async () => await typed,
      },
      {
        go: async (sentTo) => {
          line(change(sentTo.toString()));
          await Promise.resolve();
        },
      },
    );
  };

  test("the address of a front end gives the token", async () => {
    expect(await pasting((line) => `  ${line}\n`, "https://music.example.org/signed-in")).toMatch(/^token-of-/);
  });

  test.each([
    ["nothing", () => undefined, /No address was pasted/],
    ["a code alone", () => "abc", /"abc" is no address/],
    ["an address of another sign-in", (line: string) => line.replace(/state=[^&]+/, "state=x"), /another/],
  ])("%s is refused", async (_, change, message) => {
    await expect(pasting(change, "https://music.example.org/")).rejects.toThrow(message);
  });
});

test.each([
  ["http://localhost:5173/", true],
  ["http://127.0.0.1/", true],
  ["http://[::1]:80/", true],
  ["https://music.example.org/", false],
  ["http://localhost.example.org/", false],
  ["http://127.0.0.1.example.org/", false],
])("%s is on this machine: %s", (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
