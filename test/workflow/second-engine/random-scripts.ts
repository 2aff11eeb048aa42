/** Scripts by chance, in which each step mostly returns what goes on, and now and then anything else. */
import fc from "fast-check";
import type { Definition } from "../asl-interpreter";
import { type StepName, stepNames } from "../training-harness";
import { interpreterTraceOf } from "./interpreter-trace";
import { input } from "./scenarios";
import { afterTheScript, type Reply, type Script } from "./script";

const goesOn: Readonly<Record<StepName, readonly string[]>> = {
  PrepareData: ["PREPARED"],
  AcquireSlot: ["SLOT_ACQUIRED", "SLOT_ACQUIRED", "WAITING_FOR_SLOT", "WAITING_FOR_DATA"],
  LaunchTrainingJob: ["LAUNCHED", "LAUNCHED", "WAITING_FOR_CAPACITY", "SLOT_LOST"],
  MonitorTrainingJob: ["RUNNING", "RUNNING", "WAITING_FOR_CAPACITY", "COMPLETED", "STOPPED", "TIME_LIMIT"],
  RegisterModel: ["REGISTERED", "NO_MODEL"],
  FinalizeTrainingJob: ["FINALIZED", "WAITING_FOR_STOP", "ALREADY_FINAL", "SUPERSEDED", "GONE"],
};
const anyOutcome = fc.oneof(
  fc.constantFrom(...Object.values(goesOn).flat(), "GAVE_UP", "REFUSED", "FAILED", "", "prepared"),
  fc.constantFrom<unknown>(null, true, 3, [], {}, ["PREPARED"]),
);
const anySeconds = fc.constantFrom<unknown>(0, 1, -1, 1.5, "30", "", null, true, [30], { seconds: 30 }, 86_400);
const errors = [
  "Lambda.ServiceException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
  "Sandbox.Timedout",
  "Runtime.ExitError",
  "TypeError",
];

const anything: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({ outcome: anyOutcome, waitSeconds: anySeconds }, { requiredKeys: [] }).map((returns) => ({ returns })),
  fc.constantFrom<unknown>(null, "PREPARED", 7, [], {}, false).map((returns) => ({ returns })),
  fc.record({ throws: fc.constantFrom(...errors), message: fc.string({ maxLength: 20 }) }),
  fc.constant({ hangs: true as const }),
);
const repliesOf = (step: StepName): fc.Arbitrary<Reply[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .record({ outcome: fc.constantFrom(...goesOn[step]), waitSeconds: fc.integer({ min: 1, max: 400 }) })
          .map((returns) => ({ returns })),
      },
      { weight: 1, arbitrary: anything },
    ),
    { minLength: 1, maxLength: 8 },
  );
const repliesByStep = fc.tuple(...stepNames.map((step) => repliesOf(step)));

/** Returns scripts by chance, as an execution of the definition calls the steps. */
export async function randomScripts(definition: Definition, count: number): Promise<readonly Script[]> {
  const scripts: Script[] = [];
  for (const byStep of fc.sample(repliesByStep, count)) {
    const left = new Map<string, Reply[]>(stepNames.map((step, index) => [step, [...(byStep[index] ?? [])]]));
    const replies: Reply[] = [];
    await interpreterTraceOf({
      definition,
      input,
      reply: (step) => {
        const reply = left.get(step)?.shift() ?? afterTheScript;
        replies.push(reply);
        return reply;
      },
    });
    scripts.push({ input, replies });
  }
  return scripts;
}
