import fc from "fast-check";
import { HeldKeys } from "../../../console/src/stage/held-keys";

describe("keys that are held down", () => {
  test("what has pressed a key releases the pitch that it had, wherever the piano has moved to", () => {
    const held = new HeldKeys();
    held.press("KeyA", 53);
    // An octave higher, the same key of the computer's keyboard is another pitch.
    held.press("KeyS", 67);
    expect(held.release("KeyA")).toBe(53);
    expect([...held.down]).toEqual([67]);
    expect(held.release("KeyA")).toBeUndefined();
  });

  test("a key that two hold goes up with the second of them", () => {
    const held = new HeldKeys();
    held.press("KeyA", 53);
    held.press("pointer 1", 53);
    expect(held.release("pointer 1")).toBeUndefined();
    expect(held.release("KeyA")).toBe(53);
  });

  test("every pitch that went down ends exactly once", () => {
    const holder = fc.constantFrom("KeyA", "KeyS", "pointer 1");
    const press = fc.record({ holder, pitch: fc.integer({ min: 29, max: 108 }) });
    fc.assert(
      fc.property(fc.array(press), fc.array(holder), (presses, releases) => {
        const held = new HeldKeys();
        for (const { holder: one, pitch } of presses) held.press(one, pitch);
        const down = [...held.down];
        const ended = releases.flatMap((one) => held.release(one) ?? []);
        expect([...ended, ...held.releaseAll()].sort()).toEqual(down.sort());
        expect(held.down.size).toBe(0);
      }),
    );
  });
});
