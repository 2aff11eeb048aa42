/** Tokens that must open nothing: each is a good one but for one thing. */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import { localCredentials } from "../../local/cloud/ministack";
import { seedUser, signIn } from "../../local/cloud/users";
import { randomPassword } from "../../tools/random-password";
import { tokensOf } from "./api-session";
import type { RunningCloud } from "./running-cloud";

/** A cloud that is up, whoever started it. */
type StandingCloud = Pick<RunningCloud, "directory" | "outputs">;

export interface FalseToken {
  readonly what: string;
  /** The whole Authorization header; none is sent when it is undefined. */
  readonly authorization: string | undefined;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(part, "base64url").toString("utf8")));

/** Parts of a JWT (RFC 7515, compact serialization). */
interface Parts {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly signature: string;
}

function partsOf(token: string): Parts {
  const [header = "", claims = "", signature = ""] = token.split(".");
  return { header: decode(header), claims: decode(claims), signature };
}

const join3 = ({ header, claims, signature }: Parts): string => `${encode(header)}.${encode(claims)}.${signature}`;

function signed(privateKey: string, { header, claims }: Omit<Parts, "signature">): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
}

/** The key that the pool of the local cloud signs access tokens with. On AWS nobody but Cognito has it. */
function poolKey({ directory, outputs }: StandingCloud): string {
  return readFileSync(join(directory, "cloud/state/cognito-pool-keys", `${outputs.userPoolId}-access.pem`), "utf8");
}

/** The same token signed anew by the pool's own key: shows that what is refused is not refused for its signature. */
export function signedAgain(cloud: StandingCloud, token: string): string {
  return signed(poolKey(cloud), partsOf(token));
}

async function tokensOfOthers(cloud: StandingCloud): Promise<{ readonly pool: string; readonly client: string }> {
  const { awsEndpointUrl, region, userPoolId, demoUser } = cloud.outputs;
  const cognito = new CognitoIdentityProviderClient({
    endpoint: awsEndpointUrl,
    region,
    credentials: localCredentials,
  });
  const clientOf = async (pool: string): Promise<string> => {
    const response = await cognito.send(
      new CreateUserPoolClientCommand({
        UserPoolId: pool,
        ClientName: "another",
        ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      }),
    );
    return z.string().parse(response.UserPoolClient?.ClientId);
  };
  try {
    const created = await cognito.send(new CreateUserPoolCommand({ PoolName: "another" }));
    const otherPool = z.string().parse(created.UserPool?.Id);
    const user = { username: "demo", password: randomPassword() };
    await seedUser({ cognito, userPoolId: otherPool, user });
    return {
      pool: await signIn({ cognito, userPoolClientId: await clientOf(otherPool), user }),
      client: await signIn({ cognito, userPoolClientId: await clientOf(userPoolId), user: demoUser }),
    };
  } finally {
    cognito.destroy();
  }
}

/** @param good - an access token that is accepted */
export async function falseTokens(cloud: StandingCloud, good: string): Promise<readonly FalseToken[]> {
  const parts = partsOf(good);
  const { header, claims, signature } = parts;
  const now = Math.floor(Date.now() / 1000);
  const own = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const hmacInput = `${encode({ ...header, alg: "HS256" })}.${encode(claims)}`;
  const hmac = createHmac("sha256", own.publicKey).update(hmacInput).digest("base64url");
  const others = await tokensOfOthers(cloud);
  const bearer = (what: string, token: string): FalseToken => ({ what, authorization: `Bearer ${token}` });
  return [
    { what: "no token", authorization: undefined },
    { what: "an empty one", authorization: "Bearer " },
    bearer("no JWT", "let-me-in"),
    bearer("a JWT of nothing", "e30.e30.e30"),
    bearer(
      "an expired one",
      signed(poolKey(cloud), { header, claims: { ...claims, iat: now - 7200, auth_time: now - 7200, exp: now - 60 } }),
    ),
    bearer("another user's name in it", join3({ ...parts, claims: { ...claims, sub: "somebody-else" } })),
    bearer("a longer life in it", join3({ ...parts, claims: { ...claims, exp: now + 1_000_000 } })),
    bearer(
      "a broken signature",
      join3({ ...parts, signature: signature.replace(/^./, (a) => (a === "A" ? "B" : "A")) }),
    ),
    bearer("no signature", join3({ ...parts, signature: "" })),
    bearer("alg none", join3({ header: { ...header, alg: "none" }, claims, signature: "" })),
    bearer("alg HS256", `${hmacInput}.${hmac}`),
    bearer("signed by somebody else", signed(own.privateKey, { header, claims })),
    bearer("another pool's", others.pool),
    bearer("another client's of our pool", others.client),
    bearer("an ID token", (await tokensOf(cloud.outputs, cloud.outputs.demoUser)).IdToken),
  ];
}
