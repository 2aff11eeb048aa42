/** Listens on the callback address of a sign-in, and takes the one response that the sign-in page sends through the browser. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";

/** Returns true for an address on which a program of this machine can listen for a browser's response (RFC 8252). */
export const isLoopback = (address: string): boolean =>
  /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/.test(address);

/** The addresses to listen on. A browser may take `localhost` for either of them. */
const hostsOf = ({ hostname }: URL): readonly string[] =>
  hostname === "localhost" ? ["127.0.0.1", "::1"] : [hostname.replace(/^\[|\]$/g, "")];

export interface CallbackListener {
  /** Resolves with what `read` returned for the response, and rejects with what it threw. */
  readonly response: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts to listen. Any page that the browser shows, and any program of the machine, can send requests here. They get
 * an error, and the waiting goes on: only the first response that `isExpected` ends it.
 *
 * @param isExpected true for the address of a response to this sign-in
 * @param read the value in the address of that response; what it throws is shown in the browser, too
 * @throws Error if the port of the callback address is taken
 */
export async function listenForCallback(params: {
  readonly callback: string;
  readonly isExpected: (address: URL) => boolean;
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
  let isOver = false;
  const answer: RequestListener = (request, out) => {
    request.resume();
    const end = (status: number, text: string): void => {
      // The page's own address holds the code. It is neither kept nor told to other sites.
      const headers = {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
      };
      out.writeHead(status, { ...headers, connection: "close" }).end(`${text}\n`);
    };
    const address = addressOf(request, callback);
    if (request.method !== "GET" || address?.pathname !== callback.pathname) {
      end(404, "This address waits for a sign-in and has nothing else.");
      return;
    }
    if (isOver) {
      end(410, "This sign-in has ended. Run the command again to sign in again.");
      return;
    }
    if (!params.isExpected(address)) {
      end(400, "This response belongs to another sign-in. The one that is waited for goes on.");
      return;
    }
    isOver = true;
    // Whoever waits stops this listener, so the browser has its page first.
    try {
      const value = params.read(address);
      out.once("close", () => {
        resolve(value);
      });
      end(200, "You are signed in. Go back to the terminal; this page can be closed.");
    } catch (error) {
      out.once("close", () => {
        reject(error);
      });
      end(400, error instanceof Error ? error.message : String(error));
    }
  };
  const servers: Server[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(
      servers.map(async (server) => {
        const closed = new Promise((done) => server.close(done));
        // Not the idle ones alone: half a request would keep the command for a minute.
        server.closeAllConnections();
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
 * Returns the address of a request to the callback's own host; undefined for one that is no address, or that a page of
 * another name sends here.
 */
function addressOf({ url = "", headers }: IncomingMessage, callback: URL): URL | undefined {
  if (headers.host?.toLowerCase() !== callback.host || !URL.canParse(url, callback.href)) return undefined;
  const address = new URL(url, callback);
  return address.origin === callback.origin ? address : undefined;
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
