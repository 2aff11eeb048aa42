/**
 * The parts of a start that have to be ended. They are ended in the opposite order of their starts.
 *
 * It stands in for AsyncDisposableStack, which Node 20 does not have. A polyfill would follow the standard, by which
 * all failures while ending become one error of nested errors at the end; a start reports each failure when it happens.
 */
export class DisposalStack {
  readonly #parts: AsyncDisposable[] = [];

  /** Takes a part over. A part that is added while the others are being ended is ended as well. */
  use<Part extends AsyncDisposable>(part: Part): Part {
    this.#parts.push(part);
    return part;
  }

  /** Ends all parts. If one fails, the others are ended nevertheless. */
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
