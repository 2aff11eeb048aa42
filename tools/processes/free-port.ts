import { createServer } from "node:net";

/** The address at which everything of the local cloud listens. Nothing is ever bound to another one. */
export const loopback = "127.0.0.1";

/**
 * Returns a TCP port on 127.0.0.1 on which nothing listened a moment ago.
 *
 * @param preferred tried first, so that a restart can keep the addresses that it handed out before
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await canListen(preferred)) !== undefined) return preferred;
  const port = await canListen(0);
  if (port === undefined) throw new Error("The operating system has no free port on 127.0.0.1.");
  return port;
}

/** Returns true if `port` can be listened on now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await canListen(port)) !== undefined;
}

/** Listens on `port` for an instant, and returns the port that it got, or nothing if the port is taken. */
async function canListen(port: number): Promise<number | undefined> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once("error", () => {
      resolve(undefined);
    });
    server.listen(port, loopback, () => {
      const address = server.address();
      server.close(() => {
        resolve(address !== null && typeof address === "object" ? address.port : undefined);
      });
    });
  });
}
