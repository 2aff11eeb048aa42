/**
 * A manager of the sign-in that is loaded when somebody signs in or has done so before. The studio plays without, and
 * the library is a fifteenth of what the first page weighs.
 */
import type { SessionManager } from "./session";

export interface LateManagerParams {
  readonly load: () => Promise<SessionManager>;
  /** Returns true if an earlier page of this tab has left anything for the manager. */
  readonly hasLeft: () => boolean;
}

/** What oidc-client-ts keeps in a store begins so, unless it is told otherwise. */
const keptPrefix = "oidc.";

/** Returns true if a store holds anything of oidc-client-ts. */
export const holdsSignIn = (store: Storage): boolean => Object.keys(store).some((key) => key.startsWith(keptPrefix));

export function lateManager({ load, hasLeft }: LateManagerParams): SessionManager {
  type Expiring = Parameters<SessionManager["events"]["addAccessTokenExpiring"]>[0];
  const listeners = new Set<Expiring>();
  let loading: Promise<SessionManager> | undefined;

  async function loadAndListen(): Promise<SessionManager> {
    try {
      const manager = await load();
      manager.events.addAccessTokenExpiring((...values) => {
        for (const listener of listeners) void listener(...values);
      });
      return manager;
    } catch (error) {
      // A connection that was broken is tried again by the next press.
      loading = undefined;
      throw error;
    }
  }
  const manager = async (): Promise<SessionManager> => await (loading ??= loadAndListen());

  return {
    getUser: async () => (hasLeft() ? await (await manager()).getUser() : null),
    clearStaleState: async () => {
      if (hasLeft()) await (await manager()).clearStaleState();
    },
    removeUser: async () => {
      await (await manager()).removeUser();
    },
    storeUser: async (user) => {
      await (await manager()).storeUser(user);
    },
    signinRedirect: async (values) => {
      await (await manager()).signinRedirect(values);
    },
    signinRedirectCallback: async (url) => await (await manager()).signinRedirectCallback(url),
    signinSilent: async (values) => await (await manager()).signinSilent(values),
    events: {
      addAccessTokenExpiring: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}
