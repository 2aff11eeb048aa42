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

const tokensSchema = z.object({ access_token: z.string().min(1) });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/**
 * Exchanges the code for an access token.
 * @throws Error with the reason of the token endpoint
 */
export async function exchangeCode(
  { signInUrl, clientId, callback }: SignInClient,
  { code, verifier, signal }: { readonly code: string; readonly verifier: string; readonly signal: AbortSignal },
): Promise<string> {
  const response = await fetch(`${signInUrl}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: clientId,
      redirect_uri: callback,
      code,
      code_verifier: verifier,
    }),
    signal,
  });
  const text = await response.text();
  const content = parseJson(text);
  const tokens = tokensSchema.safeParse(content);
  if (response.ok && tokens.success) return tokens.data.access_token;
  const refusal = refusalSchema.safeParse(content);
  const reason = refusal.success
    ? [refusal.data.error, refusal.data.error_description].filter((part) => part !== undefined).join(": ")
    : `${response.status} ${text.slice(0, 200)}`;
  throw new Error(`${signInUrl}/oauth2/token gave no token for the code: ${reason}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is shown as it is.
    return undefined;
  }
}
