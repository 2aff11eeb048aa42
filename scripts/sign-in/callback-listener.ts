/** Listens on the callback address of a sign-in, and takes the one response that the sign-in page sends through the browser. */
import { createServer, type RequestListener, type Server } from "node:http";

/** Returns true for an address on which a program of this machine can listen for a browser's response (RFC 8252). */
export const isLoopback = (address: string): boolean =>
  /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/.test(address);

/** The addresses to listen on. A browser may take `localhost` for either of them. */
const hostsOf = ({ hostname }: URL): readonly string[] =>
  hostname === "localhost" ? ["127.0.0.1", "::1"] : [hostname.replace(/^\[|\]$/g, "")];

export interface CallbackListener {
  /** Resolves with what `read` returned for the first response, and rejects with what it threw. */
  readonly response: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts to listen.
 *
 * @param read the value in the address of the response; what it throws is shown in the browser, too
 * @throws Error if the port of the callback address is taken
 */
export async function listenForCallback(params: {
  readonly callback: string;
  readonly read: (address: URL) => string;
}): Promise<CallbackListener> {
  const callback = new URL(params.callback);
  let resolve: (value: string) => void;
  let reject: (error: unknown) => void;
  const response = new Promise<string>((resolveWith, rejectWith) => {
    resolve = resolveWith;
    reject = rejectWith;
  });
  // The caller may stop listening without ever having waited.
  response.catch(() => undefined);
  const answer: RequestListener = (request, out) => {
    request.resume();
    const address = new URL(request.url ?? "/", callback);
    const end = (status: number, text: string): void => {
      // The page's own address holds the code. It is neither kept nor told to other sites.
      const headers = {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
      };
      out.writeHead(status, { ...headers, connection: "close" }).end(`${text}\n`);
    };
    if (request.method !== "GET" || address.pathname !== callback.pathname) {
      end(404, "This address waits for a sign-in and has nothing else.");
      return;
    }
    try {
      const value = params.read(address);
      end(200, "You are signed in. The token is in the terminal; this page can be closed.");
      resolve(value);
    } catch (error) {
      end(400, error instanceof Error ? error.message : String(error));
      reject(error);
    }
  };
  const servers: Server[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(
      servers.map(async (server) => {
        const closed = new Promise((done) => server.close(done));
        server.closeIdleConnections();
        await closed;
      }),
    );
  };
  try {
    for (const host of hostsOf(callback)) {
      const server = await listen(answer, { host, port: Number(callback.port === "" ? 80 : callback.port) });
      if (server !== undefined) servers.push(server);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  if (servers.length === 0) throw new Error(`This machine has no address of the name in ${params.callback}.`);
  return { response, stop };
}

/**
 * Returns a server that listens; undefined if the machine has no such address, as one without IPv6.
 * @throws Error if the port is taken
 */
async function listen(
  listener: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Server | undefined> {
  const server = createServer(listener);
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") {
        resolve(undefined);
      } else if (error.code === "EADDRINUSE" || error.code === "EACCES") {
        const why = error.code === "EADDRINUSE" ? "is taken by another program" : "may not be opened by this user";
        reject(
          new Error(
            `Port ${port} of ${host} ${why}, and the sign-in page sends the browser there. Free it, or sign in with --paste.`,
            { cause: error },
          ),
        );
      } else {
        reject(error);
      }
    });
    server.listen(port, host, () => {
      resolve(server);
    });
  });
}
