/** A clock whose time passes only when a test advances it. */
export class VirtualClock {
  private milliseconds: number;

  constructor(start = "2026-01-01T00:00:00.000Z") {
    this.milliseconds = Date.parse(start);
  }

  readonly now = (): Date => new Date(this.milliseconds);

  advance(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }
}
