/** The injector itself: what it breaks is broken, and nothing else is. */
import { callFaults, type CallTarget, callTargets, CutOff, FaultInjector } from "./fault-injector";
import { faultsOfText } from "./outcomes";

async function lifeUnder(target: CallTarget | undefined) {
  const done: string[] = [];
  let seconds = 0;
  const injector = new FaultInjector(target, () => (seconds += 60));
  const port = injector.watched("port", {
    write: async (what: string) => {
      done.push(what);
    },
  });
  const work = async (): Promise<void> => {
    await port.write("first");
    try {
      await port.write("second");
    } catch (error) {
      done.push("caught");
      throw error;
    } finally {
      done.push("cleaned up");
    }
  };
  const ended = await injector.invoke("Step", work).then(
    () => "well",
    (error: unknown) => (error instanceof CutOff ? "cut off" : "threw"),
  );
  return { done, ended, seconds, struck: injector.struck, recorded: injector.recorded };
}

test.each([
  ["THROWS_BEFORE", ["first", "caught", "cleaned up"], "threw", 0],
  ["THROWS_AFTER", ["first", "second", "caught", "cleaned up"], "threw", 0],
  // A function that is cut off runs no code of its own any more, not even to clean up.
  ["CUT_OFF_BEFORE", ["first"], "cut off", 60],
  ["CUT_OFF_AFTER", ["first", "second"], "cut off", 60],
] as const)("%s", async (fault, done, ended, seconds) => {
  const life = await lifeUnder({ actor: "Step", invocation: 1, call: 2, fault });
  expect(life).toMatchObject({ done, ended, seconds, struck: true });
});

test("every call of an undisturbed life is a target, once for each kind of invocation", async () => {
  const { recorded, ended, struck } = await lifeUnder(undefined);
  expect({ ended, struck }).toEqual({ ended: "well", struck: false });
  expect(recorded).toEqual([{ actor: "Step", invocation: 1, calls: ["port.write", "port.write"] }]);
  const twice = [...recorded, { actor: "Step", invocation: 2, calls: ["port.write", "port.write"] }];
  expect(callTargets(twice)).toHaveLength(2 * callFaults.length);
});

test.each([
  ["The data set is gone. Make a new job.", 0],
  ["no sentence", 1],
  ["Error: arn:aws:iam::123456789012:role/x is not allowed.", 1],
  ["It failed at Socket.onData (/var/task/index.js:1:1).", 1],
])("the text %j has %d faults", (message, faults) => {
  expect(faultsOfText({ code: "SOME_CODE", message, retryable: true })).toHaveLength(faults);
});
