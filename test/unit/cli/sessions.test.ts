/** Who is signed in: the file, the renewal of tokens, and the sign-in on a page. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSession } from "../../../cli/src/sessions/open-session";
import { readSession, type Session, sessionFile, writeSession } from "../../../cli/src/sessions/session";
import type { Terminal } from "../../../cli/src/terminal";
import { playApi, type PlayedApi, Surroundings, tokenFor } from "./support/command-run";

const tokenUntil = (seconds: number, name = "ada"): string => {
  const claims = { sub: "s1", username: name, exp: Math.floor(Date.now() / 1000) + seconds };
  return `header.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
};

let at: Surroundings;
let api: PlayedApi;
let refreshed: string[];
let isRefused: boolean;

beforeEach(async () => {
  at = new Surroundings();
  refreshed = [];
  isRefused = false;
  api = await playApi(({ method, path, headers, body }) => {
    if (path === "/usage") {
      return { json: { quotas: { tracks: 5 }, used: { tracks: headers.authorization === undefined ? 0 : 5 } } };
    }
    if (path === "/config.json") {
      return { json: { apiUrl: api.url, auth: { clientId: "client1", tokenUrl: `${api.url}/oauth2/token` } } };
    }
    if (method === "POST" && path === "/oauth2/token") {
      const form = new URLSearchParams(body.toString());
      refreshed.push(form.get("refresh_token") ?? form.get("code") ?? "");
      if (isRefused) return { status: 400, json: { error: "invalid_grant" } };
      const more = form.has("code") ? { refresh_token: "refresh-1" } : {};
      return { json: { access_token: tokenUntil(3600), token_type: "Bearer", expires_in: 3600, ...more } };
    }
    if (path === "/") {
      return { json: { AuthenticationResult: { AccessToken: tokenUntil(3600, "demo") } } };
    }
    return undefined;
  });
});
afterEach(async () => {
  at.remove();
  await api.stop();
});

const surroundings = (): Pick<Terminal, "environment" | "home"> => ({ environment: {}, home: at.folder });
const terminal = (): Terminal =>
  ({ ...surroundings(), folder: at.folder, signal: new AbortController().signal }) as Terminal;
const deployment = (accessToken: string): Session => ({
  kind: "deployment",
  apiUrl: api.url,
  signInUrl: api.url,
  clientId: "client1",
  accessToken,
  refreshToken: "refresh-1",
});

test("the session is kept where only its user can read it", () => {
  writeSession(surroundings(), deployment("token"));
  expect(statSync(sessionFile(surroundings())).mode & 0o777).toBe(0o600);
  expect(readSession(surroundings())).toEqual(deployment("token"));
  expect(sessionFile({ environment: { XDG_CONFIG_HOME: "/x" }, home: "/h" })).toBe("/x/opencomposer/session.json");
});

test("a damaged session is told, and the login is named", async () => {
  mkdirSync(join(at.folder, ".config", "opencomposer"), { recursive: true });
  writeFileSync(sessionFile(surroundings()), '{"kind": "deployment"');
  const ran = await at.run(["whoami"]);
  expect(ran).toMatchObject({ code: 3, output: "", errors: expect.stringMatching(/damaged.*opencomposer login/) });
});

test("a token that runs out is renewed once for all requests, and kept", async () => {
  writeSession(surroundings(), deployment(tokenUntil(30)));
  const { accessToken } = openSession(terminal());
  const tokens = await Promise.all([accessToken(), accessToken(), accessToken()]);
  expect(refreshed).toEqual(["refresh-1"]);
  expect(new Set(tokens).size).toBe(1);
  expect(readSession(surroundings())).toMatchObject({ accessToken: tokens[0], refreshToken: "refresh-1" });
});

test("a token that is good is not renewed", async () => {
  const token = tokenUntil(3600);
  writeSession(surroundings(), deployment(token));
  expect(await openSession(terminal()).accessToken()).toBe(token);
  expect(refreshed).toEqual([]);
});

test("a refresh token that is good no longer ends with 3", async () => {
  isRefused = true;
  writeSession(surroundings(), deployment(tokenUntil(-10)));
  const ran = await at.run(["usage"]);
  expect(ran).toMatchObject({ code: 3, output: "", errors: expect.stringContaining("opencomposer login") });
});

test("the variables of the environment stand for a session, and are never kept", async () => {
  const ran = await at.run(["usage"], { environment: tokenFor(api) });
  expect(ran).toMatchObject({ code: 0, output: "QUOTA   USED  OF\ntracks     5   5\n" });
  expect(ran.errors).toContain("Reached: tracks");
  expect(existsSync(sessionFile(surroundings()))).toBe(false);
  const half = await at.run(["usage"], { environment: { OPENCOMPOSER_TOKEN: "t" } });
  expect(half).toMatchObject({ code: 2, errors: expect.stringContaining("belong together") });
});

test("the local cloud is found in a folder above, and its demo user signed in by itself", async () => {
  const outputs = { apiUrl: api.url, awsEndpointUrl: api.url, userPoolClientId: "c" };
  const user = { username: "demo", password: "secret-1" };
  mkdirSync(join(at.folder, ".local"));
  const file = join(at.folder, ".local", "outputs.json");
  writeFileSync(file, JSON.stringify({ ...outputs, demoUser: user, secondUser: user, pids: {} }));
  expect(await at.run(["login"])).toMatchObject({ code: 0, output: `Signed in as demo at ${api.url}\n` });
  // The password stays where it is: the session names the file.
  expect(JSON.parse(readFileSync(sessionFile(surroundings()), "utf8"))).toEqual({
    kind: "local",
    outputs: file,
    user: "demo",
  });
  expect((await at.run(["whoami", "--quiet"])).output).toBe("demo\n");
  expect((await at.run(["logout"])).code).toBe(0);
  expect((await at.run(["whoami"])).code).toBe(3);
});

test("where no local cloud is up, it is said how to start one", async () => {
  const ran = await at.run(["login"]);
  expect(ran).toMatchObject({ code: 5, errors: expect.stringMatching(/\.local\/outputs\.json.*npm start/) });
});

test("a person signs in on the page of a console, and pastes the address", async () => {
  let page: URL | undefined;
  const { apiUrl, ...rest } = { apiUrl: api.url, callback: "https://music.example.org/done" };
  const words = ["login", "--console", apiUrl, "--callback", rest.callback];
  // The callback is on no loopback address, so the address is pasted. The state of the page is known only then.
  const input = new Uint8Array(Buffer.from("https://music.example.org/done?code=abc&state=other\n"));
  const ran = await at.run(words, {
    input,
    onError: (errors) => {
      const address = /http\S+\/oauth2\/authorize\S+/.exec(errors)?.[0];
      if (address !== undefined) page = new URL(address);
    },
  });
  expect(ran).toMatchObject({ code: 3, errors: expect.stringContaining("does not belong to this sign-in") });
  expect(Object.fromEntries(page?.searchParams ?? [])).toMatchObject({
    client_id: "client1",
    redirect_uri: "https://music.example.org/done",
    code_challenge_method: "S256",
    response_type: "code",
  });
  expect(refreshed).toEqual([]);
});

test.each([
  [["login", "--api-url", "https://api.example.org"], /--api-url, --sign-in-url and --client-id together/],
  [["login", "--console", "studio"], /--console is "studio"; it must be an address/],
  [["login", "--console", "https://a.example.org", "--client-id", "c"], /leave .* out/],
  [["login", "--user", "third"], /Allowed choices are demo, second/],
])("%j is called wrongly", async (words, message) => {
  expect(await at.run(words)).toMatchObject({ code: 2, output: "", errors: expect.stringMatching(message) });
});
