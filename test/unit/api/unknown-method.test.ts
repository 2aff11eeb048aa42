/** Every path that the API has, with every method that it does not have there. */
import document from "../../../docs/openapi.json";
import { composerApi } from "./support/composer-api";
import { problemOf } from "./support/documented-api";

const allMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];

const documented = Object.entries(document.paths).map(([path, operations]) => {
  const methods = Object.keys(operations).map((method) => method.toUpperCase());
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
  return { path, pattern, methods: methods.includes("GET") ? [...methods, "HEAD"] : methods };
});
// A fixed path may stand where another one has a parameter, and then it has that one's methods, too.
const paths = documented.map(({ path }) => {
  const methods = documented.flatMap((other) => (other.pattern.test(path) ? other.methods : []));
  return { path, methods: [...new Set(methods)] };
});
const refused = paths.flatMap(({ path, methods }) =>
  allMethods.filter((method) => !methods.includes(method)).map((method) => ({ method, path, methods })),
);

test.each(refused)("$method $path is 405, with the methods that there are", async ({ method, path, methods }) => {
  for (const part of ["0".repeat(26), "a", "%00"]) {
    const target = path.replaceAll(/\{\w+\}/g, part);
    const reply = await composerApi().call(method, `${target}?limit=1`);
    expect(reply.status).toBe(405);
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect(reply.headers["allow"]?.split(", ").sort()).toEqual([...methods].sort());
    const problem = problemOf(reply);
    expect(problem.code).toBe("METHOD_NOT_ALLOWED");
    for (const word of [method, target, ...methods]) expect(problem.detail).toContain(word);
  }
});

test.each([
  "/",
  "/nothing",
  "/tracks/",
  "/tracks/a/b",
  "//tracks",
  "/TRACKS",
  "/openapiXjson",
  "/training-jobs/a/stop/b",
  "/__proto__",
])("%s is no path of the API: 404 for every method", async (path) => {
  for (const method of allMethods) {
    const reply = await composerApi().call(method, path);
    expect(reply.status).toBe(404);
    expect(reply.headers["allow"]).toBeUndefined();
  }
});
