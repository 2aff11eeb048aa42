import { ConfigError, readConfig } from "../../../console/src/config";

const config = {
  apiUrl: "https://abc.execute-api.eu-west-1.amazonaws.com",
  region: "eu-west-1",
  version: "0.3.0",
  auth: {
    authority: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc",
    clientId: "client",
    authorizeUrl: "https://sign-in.example.org/oauth2/authorize",
    tokenUrl: "https://sign-in.example.org/oauth2/token",
    logoutUrl: "https://sign-in.example.org/logout",
    jwksUrl: "https://sign-in.example.org/jwks.json",
    scope: "openid email",
  },
};

test("a whole config is read", () => {
  expect(readConfig(JSON.stringify(config))).toEqual(config);
});

test("every broken field is named with its value", () => {
  const broken = {
    ...config,
    apiUrl: "ftp://abc",
    region: "",
    auth: { ...config.auth, clientId: 7, scope: undefined },
  };
  const read = (): unknown => readConfig(JSON.stringify(broken));
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(
    [
      'apiUrl must be an address that begins with http:// or https://, and is "ftp://abc".',
      'region must not be empty, and is "".',
      "auth.clientId must be a text, and is 7.",
      "auth.scope must be a text, and is missing.",
    ].join("\n"),
  );
});

test.each(["<!doctype html>", ""])("%j is refused as not JSON", (text) => {
  expect(() => readConfig(text)).toThrow("It is not JSON.");
});

test("JSON of another kind is refused", () => {
  expect(() => readConfig("[]")).toThrow("It must be an object, and is [].");
});
