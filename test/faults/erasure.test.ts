/**
 * Breaks every call of the function that erases, in every way: afterwards the next turns end the erasure as if nothing had
 * happened.
 */
import { userDataSchema } from "../../domain/schemas/api/erasure";
import { resourceOf } from "../unit/api/support/documented-api";
import { alice, bob } from "../unit/api/support/items";
import {
  type ErasureHarness,
  erasureHarness,
  everythingOf,
  giveEverything,
  quietSeconds,
} from "../unit/erasure/support/erasure-harness";
import { type CallTarget, callTargets, CutOff, FaultInjector, type RecordedInvocation } from "./fault-injector";

const actor = "EraseUserData";
/** The schedule, and the time after which the function is cut off. */
const everySeconds = 300;
const timeOutSeconds = 240;

interface Life {
  readonly harness: ErasureHarness;
  readonly recorded: readonly RecordedInvocation[];
  readonly struck: boolean;
  readonly bobsBefore: string;
}

/** Lives one erasure from the request to its end, of which one call may break. */
async function live(target?: CallTarget): Promise<Life> {
  const harness = erasureHarness();
  await giveEverything(harness, alice);
  await giveEverything(harness, bob);
  const bobsBefore = everythingOf(harness, bob);
  const injector = new FaultInjector(target, () => {
    harness.clock.advance(timeOutSeconds);
  });
  await harness.api.call("DELETE", "/me/data", { sub: alice });
  for (let turns = 1; turns <= 12; turns += 1) {
    try {
      const { open } = await injector.invoke(
        actor,
        async () => await harness.turn((name, port) => injector.watched(name, port)),
      );
      if (open === 0) break;
    } catch (error) {
      // What the function throws beside this is a turn that its schedule takes again.
      if (!(error instanceof CutOff) && !injector.struck) throw error;
    }
    harness.clock.advance(everySeconds);
  }
  return { harness, recorded: injector.recorded, struck: injector.struck, bobsBefore };
}

test("whatever breaks, the erasure ends with its proof, without a trace, and nobody else loses anything", async () => {
  const undisturbed = await live();
  const targets = callTargets(undisturbed.recorded);
  // Rows, versions, looks and notes of several turns.
  expect(targets.length).toBeGreaterThan(150);
  for (const target of targets) {
    const { harness, struck, bobsBefore } = await live(target);
    const reply = await harness.api.call("GET", "/me/data", { sub: alice });
    const { state, createdAt = "", proof } = resourceOf(reply, userDataSchema).erasure ?? {};
    expect({ target, struck, state, traces: harness.traces(alice) }).toEqual({
      target,
      struck: true,
      state: "ERASED",
      traces: [],
    });
    expect(everythingOf(harness, bob)).toBe(bobsBefore);
    expect(Date.parse(proof?.seenEmptyAt ?? "") - Date.parse(createdAt)).toBeGreaterThanOrEqual(quietSeconds * 1000);
  }
}, 300_000);
