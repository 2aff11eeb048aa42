/** A server that a test starts for itself on a free port of this machine. */
import { createServer, type RequestListener } from "node:http";

export interface ListeningServer {
  readonly port: number;
  readonly url: string;
  /** Cuts the connections that are still open, and resolves when the port is free. */
  readonly stop: () => Promise<void>;
}

/** Starts a server that responds to each request by `listener`; it listens when the promise resolves. */
export async function startListeningServer(listener: RequestListener): Promise<ListeningServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
