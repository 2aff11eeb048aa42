import * as fc from "fast-check";
import { Admission, type Leave } from "../../../local/gateway/admission";

const never = new AbortController().signal;
const patient = { maxWaitMilliseconds: 60_000, maxWaiting: 1_000 };

describe("admission of requests to MiniStack", () => {
  it("serves the flows in turn, and each in its order", async () => {
    const admission = new Admission({ ...patient, atOnce: 1 });
    const served: string[] = [];
    const leave = await admission.enter("x", never);
    const all = ["a1", "a2", "a3", "b1", "a4", "c1", "b2"].map(async (name) => {
      const left = await admission.enter(name.charAt(0), never);
      served.push(name);
      left?.();
    });
    leave?.();
    await Promise.all(all);
    expect(served).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
  });

  it("refuses at once when as many wait as may, and whoever has waited long enough", async () => {
    const admission = new Admission({ atOnce: 1, maxWaiting: 1, maxWaitMilliseconds: 20 });
    const leave = await admission.enter("a", never);
    const waits = admission.enter("a", never);
    expect(await admission.enter("b", never)).toBeUndefined();
    expect(await waits).toBeUndefined();
    leave?.();
    expect(await admission.enter("b", never)).toBeDefined();
  });

  it("lets one flow have half of the waiting places, and another one wait, too", async () => {
    const admission = new Admission({ atOnce: 1, maxWaiting: 10, maxWaitMilliseconds: 60_000 });
    const going = new AbortController();
    const leave = await admission.enter("hog", never);
    const hogs = Array.from({ length: 20 }, async () => await admission.enter("hog", going.signal));
    const other = admission.enter("other", never);
    leave?.();
    // Of the hog's, five wait, and the first of them has its turn before the other's.
    (await hogs[0])?.();
    expect(await other).toBeDefined();
    going.abort();
    const admitted = (await Promise.all(hogs)).filter((one) => one !== undefined);
    expect(admitted).toHaveLength(1);
  });

  it("forgets whoever goes away while waiting", async () => {
    const admission = new Admission({ ...patient, atOnce: 1 });
    const leave = await admission.enter("a", never);
    const going = new AbortController();
    const gone = admission.enter("a", going.signal);
    const stays = admission.enter("a", never);
    going.abort();
    expect(await gone).toBeUndefined();
    leave?.();
    expect(await stays).toBeDefined();
  });

  it("never has more inside than it may, loses nobody, and has all its places again when all have left", async () => {
    const step = fc.record({ flow: fc.constantFrom("a", "b", "c"), act: fc.constantFrom("enter", "leave", "abort") });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), async (atOnce, steps) => {
        const admission = new Admission({ ...patient, atOnce });
        const inside: Leave[] = [];
        const pending: { readonly abort: AbortController; readonly settled: Promise<void> }[] = [];
        const settleAll = async (): Promise<void> => {
          await new Promise((resolve) => setImmediate(resolve));
        };
        for (const { flow, act } of steps) {
          if (act === "enter") {
            const abort = new AbortController();
            const settled = admission.enter(flow, abort.signal).then((leave) => {
              if (leave !== undefined) inside.push(leave);
            });
            pending.push({ abort, settled });
          } else if (act === "leave") inside.shift()?.();
          else pending.at(-1)?.abort.abort();
          await settleAll();
          expect(inside.length).toBeLessThanOrEqual(atOnce);
        }
        for (let leave = inside.shift(); leave !== undefined; leave = inside.shift()) {
          leave();
          // Twice is once.
          leave();
          await settleAll();
        }
        await Promise.all(pending.map(({ settled }) => settled));
        const free = await Promise.all(Array.from({ length: atOnce }, async () => await admission.enter("z", never)));
        expect(free.filter((leave) => leave === undefined)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
