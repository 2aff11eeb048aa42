import * as fc from "fast-check";
import { type Holding, Shares } from "../../../local/gateway/shares";

describe("shares of a stock", () => {
  it("gives one flow half of it, and what it gives back to whoever asks", () => {
    const shares = new Shares(100);
    const hog = shares.hold("hog");
    expect(hog.take(50)).toBe(true);
    expect(hog.take(1)).toBe(false);
    expect(shares.hold("hog").take(1)).toBe(false);
    const other = shares.hold("other");
    expect(other.take(25)).toBe(true);
    expect(other.take(1)).toBe(false);
    hog.release();
    expect(other.take(12)).toBe(true);
    expect(shares.free).toBe(63);
  });

  it("lets a flow take nothing, also when others have come and it holds more than is free", () => {
    const shares = new Shares(100);
    const hog = shares.hold("hog");
    expect(hog.take(50)).toBe(true);
    expect(shares.hold("other").take(25)).toBe(true);
    expect(hog.mayTake(0)).toBe(true);
    expect(hog.mayTake(1)).toBe(false);
  });

  it("does not give the same back twice", () => {
    const shares = new Shares(10);
    const first = shares.hold("a");
    const second = shares.hold("a");
    first.take(2);
    second.take(3);
    first.release();
    first.release();
    expect(shares.free).toBe(7);
  });

  it("leaves as much free as any flow took last, never gives more than there is, and has all again in the end", () => {
    const step = fc.record({
      holder: fc.nat({ max: 9 }),
      act: fc.constantFrom("take", "take", "release"),
      amount: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), fc.array(step, { maxLength: 80 }), (total, steps) => {
        const shares = new Shares(total);
        const flowOf = (holder: number): string => `flow ${holder % 4}`;
        const holders = Array.from({ length: 10 }, (_, holder) => shares.hold(flowOf(holder)));
        const held = holders.map(() => 0);
        const heldBy = (flow: string): number =>
          held.reduce((sum, amount, holder) => (flowOf(holder) === flow ? sum + amount : sum), 0);
        for (const { holder, act, amount } of steps) {
          const holding: Holding | undefined = holders[holder];
          if (act === "release") {
            holding?.release();
            held[holder] = 0;
          } else {
            const foretold = holding?.mayTake(amount);
            const granted = holding?.take(amount);
            expect(granted).toBe(foretold);
            if (granted === true) {
              held[holder] = (held[holder] ?? 0) + amount;
              expect(heldBy(flowOf(holder))).toBeLessThanOrEqual(shares.free);
            }
            // Who holds nothing gets whatever is at most half of what is free.
            if (heldBy(flowOf(holder)) === 0) expect(amount * 2 > shares.free).toBe(true);
          }
          expect(shares.free).toBe(total - held.reduce((sum, one) => sum + one, 0));
          expect(shares.free).toBeGreaterThanOrEqual(0);
        }
        for (const holding of holders) holding.release();
        expect(shares.free).toBe(total);
      }),
    );
  });

  it("leaves a share for a newcomer, however many are greedy", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (greedy) => {
        const shares = new Shares(10_000);
        const all = Array.from({ length: greedy }, (_, flow) => shares.hold(`flow ${flow}`));
        for (let isMoving = true; isMoving;) isMoving = all.map((one) => one.take(1)).includes(true);
        expect(shares.free).toBeGreaterThanOrEqual(Math.floor(10_000 / (greedy + 1)));
      }),
    );
  });
});
