import type { IncomingMessage } from "node:http";
import { type Pace, watchPace } from "./pace";
import type { Holding } from "./shares";

/** The result of reading a body. `gone`: the client went away before the end. */
export type ReadBody =
  { readonly kind: "whole"; readonly bytes: Buffer } | { readonly kind: "too large" | "no room" | "too slow" | "gone" };

/** Returns true if the request has a body, whether or not it has arrived yet. */
export function hasBody(request: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && Number(length) > 0);
}

/**
 * Reads the whole body, or returns the reason why it cannot be read as soon as that is known. The bytes are taken from
 * `room` as they arrive; in either case the caller releases them.
 */
export async function readBody(
  request: IncomingMessage,
  params: {
    /** The maximum number of bytes that a body may have. */
    readonly limit: number;
    readonly room: Holding;
    readonly pace: Pace;
    /**
     * Called when nothing that is known so far speaks against the body: its client may wait for the permission to send
     * it.
     */
    readonly onWanted: () => void;
  },
): Promise<ReadBody> {
  const { limit, room, pace } = params;
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > limit) return { kind: "too large" };
  if (!room.mayTake(declared)) return { kind: "no room" };
  params.onWanted();
  return await new Promise((resolve) => {
    let parts: Buffer[] = [];
    let size = 0;
    const settle = (body: ReadBody): void => {
      stop();
      request.off("data", onData);
      // The rest of the request may still be read and dropped. It must not keep alive bytes that are not counted any
      // more.
      parts = [];
      resolve(body);
    };
    const onData = (part: Buffer): void => {
      size += part.length;
      if (size > limit) settle({ kind: "too large" });
      else if (!room.take(part.length)) settle({ kind: "no room" });
      else parts.push(part);
    };
    const stop = watchPace(
      pace,
      () => size,
      () => {
        settle({ kind: "too slow" });
      },
    );
    request.on("data", onData);
    request.once("end", () => {
      settle({ kind: "whole", bytes: Buffer.concat(parts) });
    });
    for (const event of ["error", "close"] as const) {
      request.once(event, () => {
        settle({ kind: "gone" });
      });
    }
  });
}

/**
 * Reads the rest of a body and drops it, so that its sender comes to read the response: a client whose connection ends
 * while it still writes sees nothing but the end of the connection. Resolves at the end of the body, when the client is
 * too slow or goes away, or after `maxBytes`.
 */
export async function dropBody(
  request: IncomingMessage,
  { maxBytes, pace }: { readonly maxBytes: number; readonly pace: Pace },
): Promise<void> {
  if (request.complete || request.destroyed) return;
  await new Promise<void>((resolve) => {
    let size = 0;
    const done = (): void => {
      stop();
      resolve();
    };
    const stop = watchPace(pace, () => size, done);
    request.on("data", (part: Buffer) => {
      size += part.length;
      if (size > maxBytes) done();
    });
    for (const event of ["end", "error", "close"] as const) request.once(event, done);
  });
}
