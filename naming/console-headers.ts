/**
 * The headers with which the console's files are served, on AWS and on one machine alike. A page that is served so runs
 * no script but its own files, and talks to nothing but itself and the addresses that it is given.
 */

/** Where the console may send requests, besides its own address. */
export interface ConsoleConnections {
  /** Origins, such as `https://abc.execute-api.eu-west-1.amazonaws.com`, or all that is under an address that ends with "/". */
  readonly origins: readonly string[];
}

/** Returns the content security policy (https://www.w3.org/TR/CSP3/). */
export function contentSecurityPolicy(connections: ConsoleConnections): string {
  return [
    "default-src 'none'",
    // The sounds are decoded by WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    // The MP3 encoder's worker is made from a blob.
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    connectPolicy(connections),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Returns the part of that policy that says where requests may go. */
export const connectPolicy = ({ origins }: ConsoleConnections): string =>
  `connect-src ${["'self'", ...origins].join(" ")}`;

/** The value of Permissions-Policy: of all powerful features, the console uses MIDI keyboards alone. */
export const permissionsPolicy = "midi=(self), camera=(), microphone=(), geolocation=()";

/** Returns all security headers. The one for HTTPS only, Strict-Transport-Security, is added by the host that has it. */
export function consoleHeaders(connections: ConsoleConnections): Readonly<Record<string, string>> {
  return {
    "content-security-policy": contentSecurityPolicy(connections),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": permissionsPolicy,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

/** How long browsers keep each kind of file: names with a digest for ever, and what names them not at all. */
export const consoleCacheControl = {
  immutable: "public, max-age=31536000, immutable",
  revalidated: "no-cache",
} as const;

/** Returns the value of Cache-Control for a file of the build, by its path such as `/assets/index-1a2b3c4d.js`. */
export function cacheControlOf(path: string): string {
  return /^\/(assets|sounds)\//.test(path) ? consoleCacheControl.immutable : consoleCacheControl.revalidated;
}
