import type { Socket } from "node:net";

/**
 * Bounds the connections of strangers: those whose last request came without a good token, and those on which none has
 * come yet. One more than may be open ends the one that was unused for longest. So a flood of them closes its own, and
 * whoever has a token still gets in.
 */
export class StrangersConnections {
  private readonly most: number;
  /** In the order of their last use. */
  private readonly open = new Set<Socket>();

  constructor(most: number) {
    this.most = most;
  }

  /** A new connection: nobody knows yet whose it is. */
  opened(socket: Socket): void {
    socket.once("close", () => {
      this.open.delete(socket);
    });
    this.add(socket);
  }

  /** A request has come on it, with a good token or without. */
  used(socket: Socket, { hasToken }: { readonly hasToken: boolean }): void {
    this.open.delete(socket);
    if (!hasToken && !socket.destroyed) this.add(socket);
  }

  private add(socket: Socket): void {
    this.open.add(socket);
    if (this.open.size <= this.most) return;
    const [oldest] = this.open;
    if (oldest === undefined) return;
    this.open.delete(oldest);
    oldest.destroy();
  }
}
