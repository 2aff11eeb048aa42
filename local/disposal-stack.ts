/**
 * The parts of a start that have to be ended, ended in the opposite order.
 *
 * It stands in for AsyncDisposableStack, which Node 20 does not have. A polyfill would do, but by the standard all that
 * fails while ending becomes one error of nested errors, at the end; a start says each failure when it happens.
 */
export class DisposalStack {
  readonly #parts: AsyncDisposable[] = [];

  /** Takes a part over. One that comes while the others are being ended is ended as well. */
  use<Part extends AsyncDisposable>(part: Part): Part {
    this.#parts.push(part);
    return part;
  }

  /** Ends all parts. One that fails keeps none of the others from being ended. */
  async disposeAll(params: { readonly onFailure: (problem: unknown) => void }): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      try {
        await part[Symbol.asyncDispose]();
      } catch (error) {
        params.onFailure(error);
      }
    }
  }
}
