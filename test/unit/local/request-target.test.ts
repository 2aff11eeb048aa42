import { methodsAt, needsToken, readTarget } from "../../../local/gateway/request-target";
import { type ApiRoute, apiRoutes, methodsOf } from "../../../naming/api-routes";

const hosts = ["127.0.0.1:3000", "localhost:3000"];

describe("which requests need a token", () => {
  it.each(Object.entries<ApiRoute>(apiRoutes))("%s: as its route says", (_id, route) => {
    const path = route.path.replaceAll(/\{[^}]+\}/g, "01ABC");
    for (const method of methodsOf(route)) expect(needsToken(method, path)).toBe(!route.public);
    expect(methodsAt(path)).toEqual(expect.arrayContaining([...methodsOf(route)]));
  });

  it.each([
    ["POST", "/health"],
    ["POST", "/nothing"],
    ["GET", "/"],
    ["GET", "/tracks/"],
    ["GET", "/tracks/x/y"],
    ["GET", "/openapiXjson"],
    ["PUT", "/tracks"],
    ["GET", "/tracks%2Fx%2Fy"],
    ["GET", "/compositions/%2e%2e/health"],
    ["GET", "/%E0%A4%A"],
  ])("%s %s goes to the default route, which asks for none", (method, path) => {
    expect(needsToken(method, path)).toBe(false);
  });

  it.each(["/tracks", "//tracks", "/%74racks", "/tracks/x", "/tracks/%20", "/tracks%2Fx"])(
    "GET %s asks for one",
    (path) => {
      expect(needsToken("GET", path)).toBe(true);
    },
  );
});

describe("the target of a request", () => {
  it.each([
    ["GET", "/a%20b?x=1&x=%2F", { kind: "path", path: "/a%20b", search: "?x=1&x=%2F" }],
    ["GET", "//evil.example/x", { kind: "path", path: "//evil.example/x", search: "" }],
    ["GET", "/../../x", { kind: "path", path: "/../../x", search: "" }],
    ["GET", "/tracks/%2e%2E/health?y", { kind: "path", path: "/tracks/%2e%2E/health", search: "?y" }],
    ["GET", "http://localhost:3000/a/.%2e", { kind: "path", path: "/a/.%2e", search: "" }],
    ["GET", "/a..b/...", { kind: "path", path: "/a..b/...", search: "" }],
    ["GET", "http://localhost:3000/x?y", { kind: "path", path: "/x", search: "?y" }],
    ["GET", "http://localhost:3001/x", { kind: "other host", host: "localhost:3001" }],
    ["GET", "http://evil.example/x", { kind: "other host", host: "evil.example" }],
    ["GET", "ftp://localhost:3000/x", { kind: "unusable" }],
    ["GET", "localhost:3000", { kind: "unusable" }],
    ["GET", "*", { kind: "unusable" }],
    ["OPTIONS", "*", { kind: "path", path: "*", search: "" }],
  ])("of %s %s", (method, url, expected) => {
    expect(readTarget({ method, url }, hosts)).toEqual(expected);
  });
});
