import * as z from "zod";

const claimsSchema = z.looseObject({ exp: z.number() });

/**
 * Returns for how many seconds a token is still good, by its own claim; undefined if it is no JWT that says so. Whether
 * the token is genuine is for the API to say.
 */
export function secondsOfToken(token: string, now: number): number | undefined {
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  const claims = claimsSchema.safeParse(payload);
  return claims.success ? claims.data.exp - now / 1000 : undefined;
}
