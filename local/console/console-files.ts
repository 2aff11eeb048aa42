import { statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import sirv from "sirv";
import { cacheControlOf } from "../../naming/console-headers";

/** Serves a request, or returns false if no file answers it. */
export type ServeFile = (request: IncomingMessage, response: ServerResponse) => void;

/** A file that is not uploaded either, such as Vite's manifest. */
const hiddenPath = /^[^?]*\/(?:\.|%2e)/i;

/**
 * Serves the files of the console's build. A path without a dot is a page of the console, so it is answered with
 * `index.html`; a missing file is 404. On AWS, a CloudFront function does the same. Files are looked for at each request,
 * so that a new build is served without another start.
 *
 * @throws Error where the folder has no `index.html`, because the console has not been built
 */
export function serveConsoleFiles(folder: string): ServeFile {
  if (statSync(join(folder, "index.html"), { throwIfNoEntry: false }) === undefined) {
    throw new Error(`${folder} holds no built console. Build it: npm run build:console`);
  }
  const serve = sirv(folder, {
    dev: true,
    etag: true,
    single: true,
    setHeaders: (response, path) => {
      response.setHeader("cache-control", cacheControlOf(path));
    },
  });
  return (request, response) => {
    const notFound = (): void => {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" });
      response.end("The console has no such file.\n");
    };
    if (hiddenPath.test(request.url ?? "/")) notFound();
    else serve(request, response, notFound);
  };
}
