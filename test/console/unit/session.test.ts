import { ErrorResponse, User } from "oidc-client-ts";
import { createSession, ownPath, type SessionManager } from "../../../console/src/sign-in/session";

interface More {
  readonly sub?: string;
  readonly state?: unknown;
}

const userOf = (token: string, secondsLeft: number, { sub = "s-1", state }: More = {}): User =>
  new User({
    id_token: `id-${token}`,
    access_token: token,
    token_type: "Bearer",
    profile: { sub, iss: "i", aud: "a", exp: 0, iat: 0, "cognito:username": "demo" },
    expires_at: Math.floor(Date.now() / 1000) + secondsLeft,
    refresh_token: "refresh",
    ...(state === undefined ? {} : { userState: state }),
  });

interface Params {
  readonly stored?: User;
  /** What the user directory answers to each renewal. */
  readonly renewals?: readonly (User | Error)[];
  readonly returning?: User;
}

function started({ stored, renewals = [], returning }: Params) {
  const left: string[] = [];
  const returnTo: unknown[] = [];
  const answers = [...renewals];
  const kept: (User | null)[] = [];
  let renewed = 0;
  let callbacks = 0;
  let expiring: (() => unknown) | undefined;
  const manager: SessionManager = {
    getUser: async () => stored ?? null,
    clearStaleState: async () => undefined,
    removeUser: async () => undefined,
    storeUser: async (user) => {
      kept.push(user);
    },
    signinRedirect: async (args) => {
      returnTo.push(args?.state);
    },
    signinRedirectCallback: async () => {
      callbacks += 1;
      if (returning === undefined) throw new Error("No matching state found in storage");
      return returning;
    },
    signinSilent: async () => {
      renewed += 1;
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? null;
    },
    events: {
      addAccessTokenExpiring: (listener) => {
        expiring = () => listener();
        return () => undefined;
      },
    },
  };
  const session = createSession({
    manager,
    logoutUrl: "https://sign-in.example.org/logout",
    clientId: "client",
    origin: "https://console.example.org",
    leave: (url) => left.push(url),
  });
  const counts = { renewals: () => renewed, callbacks: () => callbacks };
  return { session, left, returnTo, counts, kept, expire: () => expiring?.() };
}

const invalidGrant = (): ErrorResponse => new ErrorResponse({ error: "invalid_grant" });

test("while nobody has signed in there is no token", async () => {
  const { session } = started({});
  await session.restore();
  expect(session.state()).toEqual({ kind: "signed-out" });
  await expect(session.accessToken()).resolves.toBeUndefined();
  await expect(session.replaceToken("old")).resolves.toBeUndefined();
});

test("a page that is reloaded goes on with the tab's session", async () => {
  const { session, counts } = started({ stored: userOf("first", 3600) });
  await session.restore();
  expect(session.state()).toEqual({ kind: "signed-in", userName: "demo" });
  await expect(session.accessToken()).resolves.toBe("first");
  expect(counts.renewals()).toBe(0);
});

test("within the last minute the token is renewed before it is used, once for all who wait", async () => {
  const { session, counts } = started({ stored: userOf("first", 59), renewals: [userOf("second", 3600)] });
  await session.restore();
  const tokens = await Promise.all(Array.from({ length: 5 }, async () => await session.accessToken()));
  expect(tokens).toEqual(Array.from({ length: 5 }, () => "second"));
  expect(counts.renewals()).toBe(1);
});

test("a token that the API refuses is renewed once for all whom it was refused to, also those who come later", async () => {
  const { session, counts } = started({ stored: userOf("first", 3600), renewals: [userOf("second", 3600)] });
  await session.restore();
  const tokens = await Promise.all(Array.from({ length: 5 }, async () => await session.replaceToken("first")));
  tokens.push(await session.replaceToken("first"));
  expect(new Set(tokens)).toEqual(new Set(["second"]));
  expect(counts.renewals()).toBe(1);
});

test("a renewal that is refused keeps the page and asks to sign in again", async () => {
  const { session } = started({ stored: userOf("first", 10), renewals: [invalidGrant()] });
  await session.restore();
  const seen: string[] = [];
  session.subscribe(() => seen.push(session.state().kind));
  await expect(session.accessToken()).resolves.toBeUndefined();
  expect(session.state()).toEqual({ kind: "refused", userName: "demo" });
  expect(seen).toEqual(["refused"]);
});

test("a session without a refresh token ends with its token", async () => {
  const user = userOf("first", 10);
  Reflect.deleteProperty(user, "refresh_token");
  const { session, counts } = started({ stored: user });
  await session.restore();
  await expect(session.accessToken()).resolves.toBeUndefined();
  expect(session.state().kind).toBe("refused");
  expect(counts.renewals()).toBe(0);
});

test.each([
  ["a broken connection", new TypeError("Failed to fetch")],
  ["an overloaded user directory", new ErrorResponse({ error: "temporarily_unavailable" })],
])("%s does not end the session: the next request tries again", async (_what, failure) => {
  const { session } = started({ stored: userOf("first", 10), renewals: [failure, userOf("second", 3600)] });
  await session.restore();
  await expect(session.accessToken()).rejects.toBe(failure);
  expect(session.state().kind).toBe("signed-in");
  await expect(session.accessToken()).resolves.toBe("second");
});

test("a renewal for another user ends the session", async () => {
  const renewals = [userOf("second", 3600, { sub: "s-2" })];
  const { session } = started({ stored: userOf("first", 10), renewals });
  await session.restore();
  await expect(session.accessToken()).resolves.toBeUndefined();
  expect(session.state().kind).toBe("refused");
});

test("the ID token is not kept, neither of a sign-in nor of a renewal", async () => {
  const { session, kept } = started({ returning: userOf("first", 10), renewals: [userOf("second", 3600)] });
  await session.completeSignIn("https://console.example.org/signed-in?code=1");
  await session.accessToken();
  expect(kept.map((user) => [user?.access_token, user?.id_token])).toEqual([
    ["first", undefined],
    ["second", undefined],
  ]);
});

test("the token is renewed by itself before it ends", async () => {
  const { session, counts, expire } = started({ stored: userOf("first", 3600), renewals: [userOf("second", 3600)] });
  await session.restore();
  expire();
  await expect(session.replaceToken("first")).resolves.toBe("second");
  expect(counts.renewals()).toBe(1);
});

test("the sign-in leads back to the page and the query that the user left", async () => {
  const { session, returnTo } = started({});
  await session.signIn("/studio?melody=track:1");
  expect(returnTo).toEqual([{ returnTo: "/studio?melody=track:1" }]);
});

test("the way back is gone once, however often the page is drawn", async () => {
  const { session, counts } = started({ returning: userOf("first", 3600, { state: { returnTo: "/melodies?q=joy" } }) });
  const url = "https://console.example.org/signed-in?code=1";
  const places = await Promise.all([session.completeSignIn(url), session.completeSignIn(url)]);
  expect(places).toEqual(["/melodies?q=joy", "/melodies?q=joy"]);
  expect(counts.callbacks()).toBe(1);
  await expect(session.accessToken()).resolves.toBe("first");
});

test("a way back that nobody began signs nobody in", async () => {
  const { session } = started({});
  await expect(session.completeSignIn("https://console.example.org/signed-in?code=1")).rejects.toThrow(
    "No matching state",
  );
  expect(session.state().kind).toBe("signed-out");
});

test.each([
  ["/studio?melody=track:1", "/studio?melody=track:1"],
  ["//evil.example.org", "/"],
  ["/\\evil.example.org", "/"],
  ["https://evil.example.org", "/"],
  ["", "/"],
])("the way back from %j leads to %s", (asked, place) => {
  expect(ownPath(asked)).toBe(place);
});

test("who signs out is forgotten here and at the sign-in page", async () => {
  const { session, left } = started({ stored: userOf("first", 3600) });
  await session.restore();
  await session.signOut();
  expect(session.state()).toEqual({ kind: "signed-out" });
  expect(left).toEqual([
    "https://sign-in.example.org/logout?client_id=client&logout_uri=https%3A%2F%2Fconsole.example.org%2F",
  ]);
});
