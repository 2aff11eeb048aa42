import { type ApiRoute, apiRoutes, type HttpMethod, methodsOf } from "../../naming/api-routes";

/** The target that a request line names. */
export type RequestTarget =
  /** A path with its query. The path is `*` in `OPTIONS *`, which is about the server as a whole. */
  | { readonly kind: "path"; readonly path: string; readonly search: string }
  | { readonly kind: "other host"; readonly host: string }
  | { readonly kind: "unusable" };

/**
 * Reads the second word of a request line in each of its forms (RFC 9112, 3.2): a path, a whole URL, `*`.
 *
 * @param hosts the names of this server, with its port
 */
export function readTarget(
  { method, url }: { readonly method: string; readonly url: string },
  hosts: readonly string[],
): RequestTarget {
  if (url === "*") return method === "OPTIONS" ? { kind: "path", path: "*", search: "" } : { kind: "unusable" };
  const isPath = url.startsWith("/");
  const whole = isPath ? `http://${hosts[0]}${url}` : url;
  if (!URL.canParse(whole)) return { kind: "unusable" };
  const { protocol, host, pathname, search } = new URL(whole);
  if (protocol !== "http:") return { kind: "unusable" };
  return hosts.includes(host)
    ? { kind: "path", path: withDots(whole) ?? pathname, search }
    : { kind: "other host", host };
}

/** Returns the path of a URL as it was sent if it has segments of dots, which `URL` would resolve and a server does not. */
function withDots(whole: string): string | undefined {
  const path = /^http:\/\/[^/?#]*(\/[^?#]*)/i.exec(whole)?.[1] ?? "/";
  return path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)) ? path : undefined;
}

const routes = Object.values<ApiRoute>(apiRoutes).map((route) => ({
  methods: methodsOf(route),
  isPublic: route.public,
  pattern: new RegExp(`^${route.path.replaceAll(/\{[^}]+\}/g, "[^/]+").replaceAll(".", "\\.")}$`),
}));

const routesOf = (path: string): typeof routes => {
  const decoded = decodePath(path).replace(/^\/+/, "/");
  return routes.filter(({ pattern }) => pattern.test(decoded));
};

/**
 * Returns true if API Gateway asks for a token before anything reads the request. A path that the API does not have
 * needs none: the response is 404.
 */
export function needsToken(method: string, path: string): boolean {
  return routesOf(path).some(({ methods, isPublic }) => !isPublic && methods.some((one) => one === method));
}

const methodsInOrder: readonly (HttpMethod | "HEAD")[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Returns the methods of a path, or of all paths for `*`. The list is empty where the API has no such path. */
export function methodsAt(path: string): readonly (HttpMethod | "HEAD")[] {
  const found = path === "*" ? routes : routesOf(path);
  return methodsInOrder.filter((method) => found.some(({ methods }) => methods.includes(method)));
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
