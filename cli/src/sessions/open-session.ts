/** Opens the API for whoever is signed in. Tokens are renewed before they run out. */
import { type ApiClient, createClient } from "../../../client/client";
import { refreshTokens, TokenRefusal } from "../../../tools/sign-in/authorization-code";
import { CommandError, exitCodes } from "../exit-codes";
import type { Terminal } from "../terminal";
import { localAccessToken, readLocalOutputs } from "./local-cloud";
import { readSession, type Session, writeSession } from "./session";
import { readClaims } from "./token-claims";

export interface OpenSession {
  readonly session: Session;
  readonly apiUrl: string;
  readonly api: ApiClient;
  /** Returns an access token that is good for a minute at least, if one can be had. */
  readonly accessToken: () => Promise<string>;
}

/** Seconds before its end at which a token is renewed. */
const renewalLeadSeconds = 60;

const isGood = (token: string): boolean =>
  (readClaims(token)?.exp ?? Number.POSITIVE_INFINITY) > Date.now() / 1000 + renewalLeadSeconds;

/** @throws CommandError if nobody is signed in */
export function openSession(terminal: Terminal): OpenSession {
  const session = readSession(terminal);
  if (session === undefined) {
    throw new CommandError(exitCodes.notSignedIn, "Nobody is signed in. Sign in first: opencomposer login");
  }
  return sessionOf(terminal, session);
}

/** Returns the session as it is used, without looking whether its API responds. */
export function sessionOf(terminal: Terminal, session: Session): OpenSession {
  const apiUrl = session.kind === "local" ? readLocalOutputs(session.outputs).apiUrl : session.apiUrl;
  let token = session.kind === "local" ? undefined : session.accessToken;
  // Requests that are sent side by side wait for one renewal.
  let renewal: Promise<string> | undefined;
  const accessToken = async (): Promise<string> => {
    if (token !== undefined && isGood(token)) return token;
    renewal ??= renew(terminal, session, token).finally(() => (renewal = undefined));
    token = await renewal;
    return token;
  };
  return { session, apiUrl, accessToken, api: createClient({ baseUrl: apiUrl, accessToken }) };
}

async function renew(terminal: Terminal, session: Session, token: string | undefined): Promise<string> {
  const { signal } = terminal;
  if (session.kind === "local") return await localAccessToken(readLocalOutputs(session.outputs), session.user, signal);
  if (session.kind === "token" || session.refreshToken === undefined) return token ?? session.accessToken;
  // Another run may have renewed it meanwhile.
  const kept = readSession(terminal);
  if (kept?.kind === "deployment" && kept.clientId === session.clientId && isGood(kept.accessToken)) {
    return kept.accessToken;
  }
  try {
    const tokens = await refreshTokens(session, { refreshToken: session.refreshToken, signal });
    writeSession(terminal, { ...session, accessToken: tokens.accessToken });
    return tokens.accessToken;
  } catch (error) {
    if (!(error instanceof TokenRefusal)) throw error;
    throw new CommandError(exitCodes.notSignedIn, "The sign-in has ended. Sign in again: opencomposer login", {
      cause: error,
    });
  }
}
