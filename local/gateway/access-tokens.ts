import { CognitoJwtVerifier } from "aws-jwt-verify";
import { JwtBaseError } from "aws-jwt-verify/error";
import * as z from "zod";

/** Returns the user (`sub`) whom the Authorization header names, or undefined where the header holds no valid token. */
export type TokenCheck = (authorization: string | undefined) => string | undefined;

const jwksSchema = z.object({ keys: z.array(z.record(z.string(), z.string()).and(z.object({ kty: z.string() }))) });

/**
 * Creates the check that API Gateway's JWT authorizer makes: signature, issuer, client and time of a token. The kind of
 * the token is left to the functions, so an ID token passes, too. The pool's keys are fetched once, because they stay
 * the same as long as the pool exists.
 * @throws Error where the pool's keys cannot be had
 */
export async function createTokenCheck(params: {
  readonly endpointUrl: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
}): Promise<TokenCheck> {
  const { endpointUrl, userPoolId, userPoolClientId } = params;
  const url = `${endpointUrl}/${userPoolId}/.well-known/jwks.json`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The user pool's keys cannot be had: ${url} responded with ${response.status}.`);
  const verifier = CognitoJwtVerifier.create({ userPoolId, clientId: userPoolClientId, tokenUse: null });
  verifier.cacheJwks(jwksSchema.parse(await response.json()));
  return (authorization) => {
    const token = authorization?.trim().replace(/^bearer\s+/i, "");
    if (token === undefined || token === "") return undefined;
    try {
      return verifier.verifySync(token).sub;
    } catch (error) {
      if (error instanceof JwtBaseError) return undefined;
      throw error;
    }
  };
}
