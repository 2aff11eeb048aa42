import { holdsSignIn, lateManager } from "../../../console/src/sign-in/late-manager";
import type { SessionManager } from "../../../console/src/sign-in/session";

function late(hasLeft: boolean, failures = 0) {
  const asked: string[] = [];
  let loads = 0;
  let expire: (() => unknown) | undefined;
  const real: SessionManager = {
    getUser: async () => {
      asked.push("getUser");
      return null;
    },
    clearStaleState: async () => {
      asked.push("clearStaleState");
    },
    removeUser: async () => {
      asked.push("removeUser");
    },
    storeUser: async () => {
      asked.push("storeUser");
    },
    signinRedirect: async (values) => {
      asked.push(`signinRedirect ${JSON.stringify(values?.state)}`);
    },
    signinRedirectCallback: async () => {
      throw new Error("No matching state found in storage");
    },
    signinSilent: async () => null,
    events: {
      addAccessTokenExpiring: (listener) => {
        expire = () => listener();
        return () => undefined;
      },
    },
  };
  const manager = lateManager({
    hasLeft: () => hasLeft,
    load: async () => {
      loads += 1;
      if (loads <= failures) throw new TypeError("Failed to fetch dynamically imported module");
      return real;
    },
  });
  return { manager, asked, loads: () => loads, expire: () => expire?.() };
}

test("nothing is loaded for somebody who has not signed in", async () => {
  const { manager, loads } = late(false);
  expect(await manager.getUser()).toBeNull();
  await manager.clearStaleState();
  expect(loads()).toBe(0);
});

test("what an earlier page has left is read by the library, which is loaded once", async () => {
  const { manager, asked, loads } = late(true);
  await Promise.all([manager.getUser(), manager.clearStaleState()]);
  expect(asked.toSorted()).toEqual(["clearStaleState", "getUser"]);
  expect(loads()).toBe(1);
});

test("a sign-in whose library could not be loaded can be tried again", async () => {
  const { manager, asked, loads } = late(false, 1);
  await expect(manager.signinRedirect({ state: { returnTo: "/studio" } })).rejects.toThrow("Failed to fetch");
  await manager.signinRedirect({ state: { returnTo: "/studio" } });
  expect(asked).toEqual(['signinRedirect {"returnTo":"/studio"}']);
  expect(loads()).toBe(2);
});

test("a fault of the way back is told", async () => {
  await expect(late(true).manager.signinRedirectCallback("http://127.0.0.1/signed-in")).rejects.toThrow("No matching");
});

test("who listens before the library is there hears of a token that ends, until they stop listening", async () => {
  const { manager, expire } = late(true);
  let heard = 0;
  const stop = manager.events.addAccessTokenExpiring(() => {
    heard += 1;
  });
  await manager.getUser();
  expire();
  stop();
  expire();
  expect(heard).toBe(1);
});

test("only what the library itself keeps counts as left", () => {
  const store = (...keys: string[]): Storage =>
    Object.assign(Object.create(null) as Storage, Object.fromEntries(keys.map((key) => [key, "{}"])));
  expect(holdsSignIn(store())).toBe(false);
  expect(holdsSignIn(store("draft", "not-oidc.user"))).toBe(false);
  expect(holdsSignIn(store("draft", "oidc.user:https://cognito:client"))).toBe(true);
});
