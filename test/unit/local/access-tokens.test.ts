import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import * as fc from "fast-check";
import { createTokenCheck, type TokenCheck } from "../../../local/gateway/access-tokens";
import { type ListeningServer, startListeningServer } from "../../support/listening-server";

const pool = "eu-west-1_AbCdEf123";
const client = "client1";
const now = Math.floor(Date.now() / 1000);
const defaultClaims = {
  iss: `https://cognito-idp.eu-west-1.amazonaws.com/${pool}`,
  sub: "6f2c",
  client_id: client,
  token_use: "access",
  iat: now - 10,
  exp: now + 3_600,
};
const header = { alg: "RS256", kid: "key1" };

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = (key: KeyObject, claims: object, head: object = header): string => {
  const input = `${encode(head)}.${encode(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
};

describe("check of access tokens", () => {
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let server: ListeningServer;
  let check: TokenCheck;

  beforeAll(async () => {
    server = await startListeningServer((request, response) => {
      const { n = "", e = "" } = own.publicKey.export({ format: "jwk" });
      response.statusCode = request.url === `/${pool}/.well-known/jwks.json` ? 200 : 404;
      response.end(JSON.stringify({ keys: [{ kty: "RSA", kid: "key1", use: "sig", alg: "RS256", n, e }] }));
    });
    check = await createTokenCheck({ endpointUrl: server.url, userPoolId: pool, userPoolClientId: client });
  });
  afterAll(async () => {
    await server.stop();
  });

  it.each(["Bearer ", "bearer ", "BEARER   ", ""])("knows the user of a good token after %j", (scheme) => {
    expect(check(`${scheme}${signed(own.privateKey, defaultClaims)}`)).toBe("6f2c");
  });

  it("leaves to the functions what kind of token it is, as API Gateway does", () => {
    const { client_id: aud, ...claims } = defaultClaims;
    expect(check(`Bearer ${signed(own.privateKey, { ...claims, aud, token_use: "id" })}`)).toBe("6f2c");
  });

  it.each([
    ["none", () => undefined],
    ["an empty one", () => "Bearer "],
    ["no JWT", () => "Bearer let-me-in"],
    ["a JWT of nothing", () => "Bearer e30.e30.e30"],
    ["an expired one", () => `Bearer ${signed(own.privateKey, { ...defaultClaims, exp: now - 60 })}`],
    ["one signed by somebody else", () => `Bearer ${signed(other.privateKey, defaultClaims)}`],
    ["one of another key", () => `Bearer ${signed(own.privateKey, defaultClaims, { alg: "RS256", kid: "key2" })}`],
    ["one without a key", () => `Bearer ${signed(own.privateKey, defaultClaims, { alg: "RS256" })}`],
    [
      "one of another pool",
      () => `Bearer ${signed(own.privateKey, { ...defaultClaims, iss: `${defaultClaims.iss}4` })}`,
    ],
    ["one of another client", () => `Bearer ${signed(own.privateKey, { ...defaultClaims, client_id: "client2" })}`],
    [
      "one with another user's name in it",
      () => {
        const [head, , signature] = signed(own.privateKey, defaultClaims).split(".");
        return `Bearer ${head}.${encode({ ...defaultClaims, sub: "another" })}.${signature}`;
      },
    ],
    ["one without a signature", () => `Bearer ${encode({ alg: "none", kid: "key1" })}.${encode(defaultClaims)}.`],
    [
      "one signed with the public key as a secret",
      () => {
        const input = `${encode({ alg: "HS256", kid: "key1" })}.${encode(defaultClaims)}`;
        const secret = own.publicKey.export({ format: "pem", type: "spki" });
        return `Bearer ${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
      },
    ],
  ])("takes %s for no token", (_what, authorization) => {
    expect(check(authorization())).toBeUndefined();
  });

  it("takes any text for no token, and never fails over it", () => {
    const part = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json().map((text) => Buffer.from(text).toString("base64url")),
      fc.constant(encode(header)),
      fc.dictionary(fc.constantFrom(...Object.keys(defaultClaims)), fc.jsonValue()).map(encode),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { maxLength: 4 }).map((parts) => parts.join(".")),
        ),
        (text) => {
          expect(check(`Bearer ${text}`)).toBeUndefined();
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("says what it lacks where the pool's keys cannot be had", async () => {
    const made = createTokenCheck({
      endpointUrl: server.url,
      userPoolId: "eu-west-1_None",
      userPoolClientId: client,
    });
    await expect(made).rejects.toThrow(/keys cannot be had: .*eu-west-1_None.* responded with 404/);
  });
});
