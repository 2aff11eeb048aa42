/**
 * The authorization code flow with PKCE (RFC 6749 section 4.1, RFC 7636) as Cognito's sign-in page serves it: first an
 * address for a browser, then a request that exchanges the code for tokens.
 */
import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";

/** The app client that a person signs in to. */
export interface SignInClient {
  /** The address of the sign-in page, without a path. */
  readonly signInUrl: string;
  readonly clientId: string;
  /** The address to which the page sends the browser. Cognito compares it letter by letter with those that it knows. */
  readonly callback: string;
}

/** The secrets of one sign-in. They never leave this process before the exchange. */
export interface SignInSecrets {
  /** The value that ties the page's response to this sign-in. */
  readonly state: string;
  /** The value that only who began the sign-in can send with the code. */
  readonly verifier: string;
}

export const createSecrets = (): SignInSecrets => ({
  state: randomBytes(32).toString("base64url"),
  verifier: randomBytes(32).toString("base64url"),
});

/** Returns the address of the page on which a person signs in. */
export function signInPage({ signInUrl, clientId, callback }: SignInClient, secrets: SignInSecrets): string {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: callback,
    scope: "openid email",
    state: secrets.state,
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(secrets.verifier).digest("base64url"),
  });
  return `${signInUrl}/oauth2/authorize?${query.toString()}`;
}

/** Returns true for an address to which the page has sent the browser in this sign-in. Nobody else knows the state. */
export const isOfSignIn = (address: URL, { state }: Pick<SignInSecrets, "state">): boolean =>
  address.searchParams.get("state") === state;

/**
 * Returns the code from the address to which the page has sent the browser.
 * @throws Error if the page reports an error, or if the address does not belong to this sign-in
 */
export function readCode(address: URL, secrets: Pick<SignInSecrets, "state">): string {
  const query = address.searchParams;
  // The state comes first: whoever does not know it may say anything.
  if (!isOfSignIn(address, secrets)) {
    throw new Error(
      "The response of the sign-in page does not belong to this sign-in: its `state` is another. Sign in again.",
    );
  }
  const refused = query.get("error");
  if (refused !== null) {
    const why = query.get("error_description");
    throw new Error(`The sign-in page reports ${refused}${why === null ? "" : `: ${why}`}.`);
  }
  const code = query.get("code");
  if (code === null || code === "") throw new Error("The response of the sign-in page has no `code`. Sign in again.");
  return code;
}

/** What a sign-in gives. */
export interface Tokens {
  readonly accessToken: string;
  /** The token that gets another access token later, until the user pool takes it back. */
  readonly refreshToken?: string;
  /** The seconds for which the access token is good, if the token endpoint tells them. */
  readonly expiresInSeconds?: number;
}

const tokensSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive().optional(),
});
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/** The token endpoint has refused. The message says why, in its own words. */
export class TokenRefusal extends Error {
  override readonly name = "TokenRefusal";
}

/**
 * Exchanges the code for tokens.
 * @throws TokenRefusal with the reason of the token endpoint
 */
export async function exchangeCode(
  { signInUrl, clientId, callback }: SignInClient,
  { code, verifier, signal }: { readonly code: string; readonly verifier: string; readonly signal: AbortSignal },
): Promise<Tokens> {
  const form = {
    grant_type: "authorization_code",
    client_id: clientId,
    redirect_uri: callback,
    code,
    code_verifier: verifier,
  };
  return await requestTokens({ signInUrl, form, signal, given: "the code" });
}

/**
 * Exchanges a refresh token for a new access token. Cognito sends no new refresh token with it, so the old one stays.
 * @throws TokenRefusal if the refresh token is good no longer
 */
export async function refreshTokens(
  { signInUrl, clientId }: Pick<SignInClient, "signInUrl" | "clientId">,
  { refreshToken, signal }: { readonly refreshToken: string; readonly signal: AbortSignal },
): Promise<Tokens> {
  const form = { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken };
  return { refreshToken, ...(await requestTokens({ signInUrl, form, signal, given: "the refresh token" })) };
}

async function requestTokens(params: {
  readonly signInUrl: string;
  readonly form: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** What the tokens are requested for, as the error calls it. */
  readonly given: string;
}): Promise<Tokens> {
  const { signInUrl, form, signal, given } = params;
  const response = await fetch(`${signInUrl}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams(form),
    signal,
  });
  const text = await response.text();
  const content = parseJson(text);
  const tokens = tokensSchema.safeParse(content);
  if (response.ok && tokens.success) {
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresInSeconds } = tokens.data;
    return {
      accessToken,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
    };
  }
  const refusal = refusalSchema.safeParse(content);
  const reason = refusal.success
    ? [refusal.data.error, refusal.data.error_description].filter((part) => part !== undefined).join(": ")
    : `${response.status} ${text.slice(0, 200)}`;
  throw new TokenRefusal(`${signInUrl}/oauth2/token gave no token for ${given}: ${reason}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is shown as it is.
    return undefined;
  }
}
