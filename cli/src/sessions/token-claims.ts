/** What an access token says about its user. The API checks its signature; here it is only read. */
import * as z from "zod";

const claimsSchema = z.object({
  sub: z.string(),
  username: z.string().optional(),
  exp: z.number(),
  "cognito:groups": z.array(z.string()).optional(),
});
export type TokenClaims = z.infer<typeof claimsSchema>;

/** Returns the claims of a token; undefined if it is no JWT with them. */
export function readClaims(token: string): TokenClaims | undefined {
  const [, payload = ""] = token.split(".");
  try {
    return claimsSchema.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  } catch {
    // The API says what is wrong with the token when it is sent.
    return undefined;
  }
}
