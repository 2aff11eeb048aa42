/**
 * The user's session: authorization code with PKCE by oidc-client-ts. Tokens live in sessionStorage. They are renewed 60 s
 * before they end, once for all who wait; when a renewal is refused, the page stays as it is and says so.
 */
import type { User, UserManager } from "oidc-client-ts";
import * as z from "zod/mini";

export type SessionState =
  | { readonly kind: "signed-out" }
  | { readonly kind: "signed-in"; readonly userName: string }
  /** The user was signed in, and the sign-in page must be visited again. */
  | { readonly kind: "refused"; readonly userName: string };

export interface Session {
  readonly state: () => SessionState;
  /** @returns a function that ends the subscription */
  readonly subscribe: (listener: () => void) => () => void;
  /** Reads what an earlier page of this tab has left. */
  readonly restore: () => Promise<void>;
  /** Leaves for the sign-in page, which leads back to `returnTo`, a path of the console. */
  readonly signIn: (returnTo: string) => Promise<void>;
  /** Ends the way back from the sign-in page. A second call for the same address gives the same result. */
  readonly completeSignIn: (url: string) => Promise<string>;
  readonly signOut: () => Promise<void>;
  /** Returns a token that is valid for at least a minute, or nothing when nobody is signed in. */
  readonly accessToken: () => Promise<string | undefined>;
  /** Returns a token other than the one that the API has refused, or nothing when there is none. */
  readonly replaceToken: (refused: string) => Promise<string | undefined>;
}

/** A token is renewed so many seconds before it ends. */
export const renewalLeadSeconds = 60;

/** The error with which the sign-in's server refuses. The class itself would be the whole library, which is loaded late. */
const refusalSchema = z.object({ name: z.literal("ErrorResponse"), error: z.nullable(z.string()) });
/** The errors of OAuth 2.0 that pass by themselves (RFC 6749, 4.1.2.1). */
const passingErrors: readonly (string | null)[] = ["server_error", "temporarily_unavailable"];
const isRefusal = (error: unknown): boolean => {
  const refusal = refusalSchema.safeParse(error);
  return refusal.success && !passingErrors.includes(refusal.data.error);
};

const returnSchema = z.object({ returnTo: z.string() });

/** Returns a path of the console. Anything else, such as another host's address, becomes the home. */
export const ownPath = (path: string): string => (/^\/(?![/\\])/.test(path) ? path : "/");

function userName({ profile }: User): string {
  const candidates = [profile["cognito:username"], profile.preferred_username, profile.email, profile.sub];
  return candidates.find((name): name is string => typeof name === "string" && name !== "") ?? profile.sub;
}

/** What a session needs of oidc-client-ts. */
export type SessionManager = Pick<
  UserManager,
  | "clearStaleState"
  | "getUser"
  | "removeUser"
  | "signinRedirect"
  | "signinRedirectCallback"
  | "signinSilent"
  | "storeUser"
> & { readonly events: Pick<UserManager["events"], "addAccessTokenExpiring"> };

export interface SessionParams {
  readonly manager: SessionManager;
  /** Cognito's own address of signing out, which takes other parameters than OpenID Connect's. */
  readonly logoutUrl: string;
  readonly clientId: string;
  readonly origin: string;
  /** Leaves the page. Tests replace it. */
  readonly leave: (url: string) => void;
}

export function createSession({ manager, logoutUrl, clientId, origin, leave }: SessionParams): Session {
  const listeners = new Set<() => void>();
  let state: SessionState = { kind: "signed-out" };
  let user: User | undefined;
  let renewal: Promise<string | undefined> | undefined;
  const completed = new Map<string, Promise<string>>();

  function become(next: SessionState): void {
    state = next;
    for (const listener of listeners) listener();
  }
  function signedIn(next: User): void {
    user = next;
    become({ kind: "signed-in", userName: userName(next) });
  }

  /**
   * Keeps a user without the ID token, which nobody needs any more. The library would compare its time of signing in
   * with that of the next one, which MiniStack, unlike Cognito, makes anew at each renewal.
   */
  async function keep(next: User): Promise<void> {
    delete next.id_token;
    await manager.storeUser(next);
    signedIn(next);
  }

  function refuse(old: User): void {
    become({ kind: "refused", userName: userName(old) });
  }

  async function renewOnce(old: User): Promise<string | undefined> {
    // Without a refresh token the library would open a frame, which the content security policy forbids.
    if (old.refresh_token === undefined) {
      refuse(old);
      return;
    }
    try {
      const next = await manager.signinSilent();
      if (next?.profile.sub !== old.profile.sub) {
        refuse(old);
        return;
      }
      await keep(next);
      return next.access_token;
    } catch (error) {
      // Only the user directory's own refusal ends the session. A broken connection does not.
      if (isRefusal(error)) {
        refuse(old);
        return;
      }
      throw error;
    }
  }

  /** All who ask while a renewal is under way get its result. */
  async function renew(old: User): Promise<string | undefined> {
    renewal ??= renewOnce(old).finally(() => {
      renewal = undefined;
    });
    return await renewal;
  }

  const secondsLeft = (of: User): number => of.expires_in ?? Infinity;

  manager.events.addAccessTokenExpiring(() => {
    // A renewal that finds no connection is tried again by the next request.
    if (user !== undefined && state.kind === "signed-in") renew(user).catch(() => undefined);
  });

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    restore: async () => {
      const stored = await manager.getUser().catch(async () => {
        // What lies there is not ours, or of another version.
        await manager.removeUser();
        return null;
      });
      if (stored !== null) signedIn(stored);
      await manager.clearStaleState();
    },
    signIn: async (returnTo) => {
      await manager.signinRedirect({ state: { returnTo: ownPath(returnTo) } });
    },
    completeSignIn: async (url) => {
      const known = completed.get(url);
      if (known !== undefined) return await known;
      const completion = manager.signinRedirectCallback(url).then(async (next) => {
        await keep(next);
        const parsed = returnSchema.safeParse(next.state);
        return parsed.success ? ownPath(parsed.data.returnTo) : "/";
      });
      completed.set(url, completion);
      return await completion;
    },
    signOut: async () => {
      await manager.removeUser();
      user = undefined;
      become({ kind: "signed-out" });
      leave(`${logoutUrl}?${new URLSearchParams({ client_id: clientId, logout_uri: `${origin}/` }).toString()}`);
    },
    accessToken: async () => {
      if (user === undefined || state.kind !== "signed-in") return undefined;
      return secondsLeft(user) > renewalLeadSeconds ? user.access_token : await renew(user);
    },
    replaceToken: async (refused) => {
      if (user === undefined || state.kind !== "signed-in") return undefined;
      // Another request has renewed it already.
      if (user.access_token !== refused) return user.access_token;
      return await renew(user);
    },
  };
}
