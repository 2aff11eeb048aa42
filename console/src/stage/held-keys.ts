/**
 * The keys of the piano that are held down. Each is held by something: a key of the computer's keyboard, a finger, the
 * mouse. That thing ends the note that it began, wherever the piano has moved to meanwhile.
 */
export class HeldKeys {
  private readonly pitches = new Map<string, number>();

  /** @returns the pitches that are down, in a set of their own */
  get down(): ReadonlySet<number> {
    return new Set(this.pitches.values());
  }

  /** @param holder what holds the key */
  press(holder: string, pitch: number): void {
    this.pitches.set(holder, pitch);
  }

  /** @returns the pitch that ends, if nothing else holds it */
  release(holder: string): number | undefined {
    const pitch = this.pitches.get(holder);
    this.pitches.delete(holder);
    return pitch === undefined || this.down.has(pitch) ? undefined : pitch;
  }

  /** @returns the pitches that end */
  releaseAll(): readonly number[] {
    const ended = [...this.down];
    this.pitches.clear();
    return ended;
  }
}
