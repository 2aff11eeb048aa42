import type { Socket } from "node:net";

/**
 * Limits the number of connections of each flow: one more ends the connection of the same flow that was unused for
 * longest. A connection belongs to the flow of the last request on it. A new one belongs to the flow of strangers until
 * its client has shown a valid token. So a flood of connections closes only its own, and a client that has a token
 * still gets in.
 */
export class Connections {
  private readonly strangers: string;
  private readonly maxOf: (flow: string) => number;
  /** The connections of each flow, in the order of their last use. No set is empty. */
  private readonly byFlow = new Map<string, Set<Socket>>();
  private readonly flows = new WeakMap<Socket, string>();

  /**
   * Creates the limits of all connections.
   * @param strangers the flow of all clients without a token
   * @param maxOf returns the maximum number of connections of a flow
   */
  constructor({ strangers, maxOf }: { readonly strangers: string; readonly maxOf: (flow: string) => number }) {
    this.strangers = strangers;
    this.maxOf = maxOf;
  }

  /** Adds a new connection, whose user is not known yet. */
  opened(socket: Socket): void {
    socket.once("close", () => {
      this.remove(socket);
    });
    this.add(socket, this.strangers);
  }

  /** Notes that a request of this flow has come on the connection. */
  used(socket: Socket, flow: string): void {
    this.remove(socket);
    if (!socket.destroyed) this.add(socket, flow);
  }

  private add(socket: Socket, flow: string): void {
    const open = this.byFlow.get(flow) ?? new Set();
    this.byFlow.set(flow, open.add(socket));
    this.flows.set(socket, flow);
    const [oldest] = open;
    if (open.size <= this.maxOf(flow) || oldest === undefined) return;
    this.remove(oldest);
    oldest.destroy();
  }

  private remove(socket: Socket): void {
    const flow = this.flows.get(socket);
    if (flow === undefined) return;
    this.flows.delete(socket);
    const open = this.byFlow.get(flow);
    open?.delete(socket);
    if (open?.size === 0) this.byFlow.delete(flow);
  }
}
