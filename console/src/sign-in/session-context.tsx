import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import { useNotices } from "../app/notices";
import { texts } from "../texts/en";
import type { Session, SessionState } from "./session";
import { SignInError } from "./sign-in-error";

const SessionContext = createContext<Session | undefined>(undefined);

export function SessionProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error("useSession is called outside of SessionProvider.");
  return session;
}

export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.state);
}

/**
 * Returns a function that leaves for the sign-in page, which leads back to a path, or else to the page and the query that
 * are shown now. If that fails, as without a connection, a notice says so.
 */
export function useSignIn(returnTo?: string): () => void {
  const session = useSession();
  const tellOfFailure = useFailureNotice(texts.signIn.failures.notBegun);
  return () => {
    session.signIn(returnTo ?? `${location.pathname}${location.search}`).catch(tellOfFailure);
  };
}

/** Returns a function that tells why a sign-out did not work. */
export const useSignOutFailure = (): ((error: unknown) => void) => useFailureNotice(texts.signIn.failures.notEnded);

function useFailureNotice(words: (reason: string) => string): (error: unknown) => void {
  const { tell } = useNotices();
  return (error) => {
    const reason = error instanceof Error ? error.message : String(error);
    tell({ type: "error", text: error instanceof SignInError ? reason : words(reason) });
  };
}
