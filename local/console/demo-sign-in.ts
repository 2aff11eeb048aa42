import { createHmac, timingSafeEqual } from "node:crypto";
import type { LocalUser } from "../cloud/users";

/** The path that signs the demo user in without a form. The console is told that it is the sign-in page. */
export const demoSignInPath = "/sign-in-as-demo";
const cookieName = "opencomposer-demo";

/**
 * Returns the key that a browser needs to be signed in as the demo user without the password. It is part of the address
 * that `npm start` prints, so that other users of this machine, who can reach the port, too, must type the password.
 */
export function demoKey({ password }: LocalUser): string {
  return createHmac("sha256", password).update("the console's demo key").digest("base64url");
}

/** Returns the cookie that keeps the key for the one path that asks for it. */
export const keyCookie = (key: string): string =>
  `${cookieName}=${key}; Path=${demoSignInPath}; HttpOnly; SameSite=Strict; Max-Age=31536000`;

/** Returns true if a request's cookies hold the key. */
export function holdsKey(cookies: string | undefined, key: string): boolean {
  const given = (cookies ?? "").split(/;\s*/).find((cookie) => cookie.startsWith(`${cookieName}=`));
  return isKey(given?.slice(cookieName.length + 1), key);
}

/** Returns true if both texts are equal. The comparison takes the same time wherever they differ. */
export function isKey(given: string | undefined, key: string): boolean {
  const [one, other] = [Buffer.from(given ?? ""), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/**
 * Fills in the form of MiniStack's sign-in page for the demo user.
 *
 * @param query the parameters of the authorization request
 * @returns the address with the code, to which the browser is sent
 * @throws Error if the address to return to is not one of the console's, or if the page gives no code
 */
export async function signInAsDemo(params: {
  readonly query: URLSearchParams;
  readonly endpointUrl: string;
  readonly user: LocalUser;
  /** The addresses to which a code may be sent. */
  readonly callbacks: readonly string[];
}): Promise<string> {
  const { query, endpointUrl, user, callbacks } = params;
  const callback = query.get("redirect_uri") ?? "";
  // MiniStack compares the address when it shows the form, and no more when it takes the form.
  if (!callbacks.includes(callback)) {
    throw new Error(`The address to return to is ${callback}, and must be ${callbacks.join(" or ")}.`);
  }
  const form = new URLSearchParams(query);
  form.set("username", user.username);
  form.set("password", user.password);
  const response = await fetch(`${endpointUrl}/login`, { method: "POST", body: form, redirect: "manual" });
  const location = response.headers.get("location") ?? "";
  if (response.status !== 302 || !location.startsWith(`${callback}?`)) {
    throw new Error(`The sign-in page responded with ${response.status} and no code.`);
  }
  return location;
}
