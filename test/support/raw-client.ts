/** A client that sends what it likes, as slowly as it likes, and shows what comes back. */
import { connect, type Socket } from "node:net";

export interface RawClient {
  readonly socket: Socket;
  /** All that has come back. */
  readonly received: () => string;
  readonly isClosed: () => boolean;
}

export function rawClient(port: number, ...sent: readonly (string | Buffer)[]): RawClient {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  let isClosed = false;
  socket.setEncoding("latin1").on("data", (text: string) => (received += text));
  // An end by the server, in whatever way, shows in `isClosed`.
  socket.on("error", () => undefined);
  socket.on("close", () => (isClosed = true));
  for (const part of sent) socket.write(part);
  return { socket, received: () => received, isClosed: () => isClosed };
}

/** The head of a request, with the Host header of the gateway. */
export function head(port: number, line: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const all = { Host: `127.0.0.1:${port}`, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${[`${line} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`;
}

export async function until(what: string, done: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!done()) {
    if (Date.now() > deadline) throw new Error(`Not within 60 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
