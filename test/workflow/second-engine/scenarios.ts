/** Executions that together take every way through the definition: what each step replies, and where that must lead. */
import { jobId, type StepName, stepNames, sub } from "../training-harness";
import type { Reply, Script } from "./script";

interface Call {
  readonly step: StepName;
  readonly reply: Reply;
}

export interface Scenario extends Script {
  readonly name: string;
  /** The steps in the order in which they must be called, retries included. */
  readonly steps: readonly StepName[];
  /** The last state that is entered. */
  readonly last: string;
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT";
}

export const input = { sub, jobId: jobId(1), attempt: 1 };

function scenario(
  name: string,
  calls: readonly Call[],
  last: string,
  status: Scenario["status"] = last === "Finalized" ? "SUCCEEDED" : "FAILED",
): Scenario {
  return { name, input, steps: calls.map(({ step }) => step), replies: calls.map(({ reply }) => reply), last, status };
}

const returns = (step: StepName, value: unknown): Call => ({ step, reply: { returns: value } });
const throws = (step: StepName, error: string): Call => ({
  step,
  reply: { throws: error, message: `${step} did not work` },
});
const hangs = (step: StepName): Call => ({ step, reply: { hangs: true } });
const times = (count: number, call: Call): Call[] => Array.from({ length: count }, () => call);

const prepared = returns("PrepareData", { outcome: "PREPARED" });
const acquired = returns("AcquireSlot", { outcome: "SLOT_ACQUIRED" });
const launched = returns("LaunchTrainingJob", { outcome: "LAUNCHED", waitSeconds: 15 });
const running = returns("MonitorTrainingJob", { outcome: "RUNNING", waitSeconds: 60 });
const completed = returns("MonitorTrainingJob", { outcome: "COMPLETED" });
const registered = returns("RegisterModel", { outcome: "REGISTERED" });
const finalized = returns("FinalizeTrainingJob", { outcome: "FINALIZED" });
const notFinalized = returns("FinalizeTrainingJob", { outcome: "REFUSED" });

/** The calls before each step, the one of the step itself, and those after it. */
const inOrder = [prepared, acquired, launched, completed, registered, finalized];
const before = (step: StepName): readonly Call[] => inOrder.slice(0, stepNames.indexOf(step));
const fromOn = (step: StepName): readonly Call[] => inOrder.slice(stepNames.indexOf(step));

const waiting: readonly (readonly [StepName, string])[] = [
  ["AcquireSlot", "WAITING_FOR_SLOT"],
  ["AcquireSlot", "WAITING_FOR_DATA"],
  ["LaunchTrainingJob", "LAUNCHED"],
  ["LaunchTrainingJob", "WAITING_FOR_CAPACITY"],
  ["MonitorTrainingJob", "RUNNING"],
  ["MonitorTrainingJob", "WAITING_FOR_CAPACITY"],
];

/** The calls that follow a wait: a step waits for itself, but for a launch that is monitored or made again. */
function afterWaiting(step: StepName, outcome: string): readonly Call[] {
  if (outcome === "LAUNCHED") return fromOn("MonitorTrainingJob");
  return fromOn(outcome === "WAITING_FOR_CAPACITY" ? "LaunchTrainingJob" : step);
}

const waysThrough: readonly Scenario[] = [
  scenario("without a wait but for the job itself", inOrder, "Finalized"),
  scenario(
    "by every wait and back",
    [
      prepared,
      returns("AcquireSlot", { outcome: "WAITING_FOR_SLOT", waitSeconds: 30 }),
      returns("AcquireSlot", { outcome: "WAITING_FOR_DATA", waitSeconds: 31 }),
      acquired,
      returns("LaunchTrainingJob", { outcome: "WAITING_FOR_CAPACITY", waitSeconds: 1 }),
      returns("LaunchTrainingJob", { outcome: "SLOT_LOST" }),
      acquired,
      launched,
      running,
      running,
      returns("MonitorTrainingJob", { outcome: "WAITING_FOR_CAPACITY", waitSeconds: 300 }),
      launched,
      completed,
      registered,
      returns("FinalizeTrainingJob", { outcome: "WAITING_FOR_STOP", waitSeconds: 7 }),
      returns("FinalizeTrainingJob", { outcome: "WAITING_FOR_STOP", waitSeconds: 8 }),
      finalized,
    ],
    "Finalized",
  ),
  ...["STOPPED", "TIME_LIMIT"].map((outcome) =>
    scenario(
      `a job that ends ${outcome} has its model registered`,
      [...before("MonitorTrainingJob"), returns("MonitorTrainingJob", { outcome }), registered, finalized],
      "Finalized",
    ),
  ),
  ...["ALREADY_FINAL", "SUPERSEDED", "GONE"].map((outcome) =>
    scenario(
      `a row that is ${outcome} ends the execution`,
      [...before("FinalizeTrainingJob"), returns("FinalizeTrainingJob", { outcome })],
      "Finalized",
    ),
  ),
];

/** What a step may return beside the outcomes that go on. */
const otherReturns: readonly (readonly [string, unknown])[] = [
  ["another outcome", { outcome: "REFUSED" }],
  ["another outcome with seconds", { outcome: "REFUSED", waitSeconds: 30 }],
  ["no outcome", { reason: "none" }],
  ["an outcome that is no text", { outcome: 7 }],
  ["nothing", null],
  ["a text", "PREPARED"],
  ["a list", [{ outcome: "PREPARED" }]],
];
const steps = stepNames.filter((step) => step !== "FinalizeTrainingJob");

const defaults: readonly Scenario[] = otherReturns.flatMap(([what, value]) => [
  ...steps.map((step) =>
    scenario(
      `${step} returns ${what}: the job is finalized`,
      [...before(step), returns(step, value), finalized],
      "Finalized",
    ),
  ),
  scenario(
    `FinalizeTrainingJob returns ${what}: the execution fails`,
    [...before("FinalizeTrainingJob"), returns("FinalizeTrainingJob", value)],
    "FinalizingFailed",
  ),
]);

/** Of seconds to wait: no number, or too small a one. */
const noWaits: readonly (readonly [string, object])[] = [
  ["no seconds", {}],
  ["seconds in a text", { waitSeconds: "30" }],
  ["no second", { waitSeconds: 0 }],
  ["a null of seconds", { waitSeconds: null }],
];

const guards: readonly Scenario[] = noWaits.flatMap(([what, seconds]) => [
  ...waiting.map(([step, outcome]) =>
    scenario(
      `${step} returns ${outcome} with ${what}: the job is finalized`,
      [...before(step), returns(step, { outcome, ...seconds }), finalized],
      "Finalized",
    ),
  ),
  scenario(
    `FinalizeTrainingJob returns WAITING_FOR_STOP with ${what}: the execution fails`,
    [...before("FinalizeTrainingJob"), returns("FinalizeTrainingJob", { outcome: "WAITING_FOR_STOP", ...seconds })],
    "FinalizingFailed",
  ),
]);

const shortestWaits: readonly Scenario[] = [...waiting, ["FinalizeTrainingJob", "WAITING_FOR_STOP"] as const].map(
  ([step, outcome]) =>
    scenario(
      `${step} returns ${outcome} with one second: it is waited`,
      [...before(step), returns(step, { outcome, waitSeconds: 1 }), ...afterWaiting(step, outcome)],
      "Finalized",
    ),
);

const failedEnds: readonly Scenario[] = [
  scenario(
    "a step was caught, and the job is not finalized",
    [...times(29, throws("PrepareData", "Error")), notFinalized],
    "StepFailed",
  ),
  scenario(
    "a step gave up, and the job is not finalized",
    [prepared, returns("AcquireSlot", { outcome: "GAVE_UP" }), notFinalized],
    "StepFailed",
  ),
  scenario(
    "registering gave up, and the job is not finalized",
    [...before("RegisterModel"), returns("RegisterModel", { outcome: "GAVE_UP" }), notFinalized],
    "StepFailed",
  ),
  scenario(
    "a step returned no outcome, and the job is not finalized",
    [returns("PrepareData", {}), notFinalized],
    "FinalizingFailed",
  ),
  scenario(
    "a job without a model is not finalized",
    [...before("RegisterModel"), returns("RegisterModel", {}), notFinalized],
    "FinalizingFailed",
  ),
  scenario(
    "half a second more than one is no time to wait",
    [prepared, returns("AcquireSlot", { outcome: "WAITING_FOR_SLOT", waitSeconds: 1.5 })],
    "WaitForSlot",
  ),
];

/** The retries of a function whose time is up, by step; of any other error there are as many everywhere. */
const retriesAfterTimeOuts: Readonly<Record<StepName, number>> = {
  PrepareData: 1,
  AcquireSlot: 6,
  LaunchTrainingJob: 3,
  MonitorTrainingJob: 3,
  RegisterModel: 1,
  FinalizeTrainingJob: 0,
};
const retriesAfterErrors = 28;
const lambdaErrors = [
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.TooManyRequestsException",
];

const retries: readonly Scenario[] = stepNames.flatMap((step) => {
  const timeOuts = retriesAfterTimeOuts[step];
  const afterCatch: readonly [readonly Call[], string] =
    step === "FinalizeTrainingJob" ? [[], "FinalizingFailed"] : [[finalized], "Finalized"];
  const usedUp = (what: string, calls: readonly Call[]): Scenario =>
    scenario(`${step}: ${what} once too often is caught`, [...before(step), ...calls, ...afterCatch[0]], afterCatch[1]);
  const survives = (what: string, calls: readonly Call[]): Scenario =>
    scenario(`${step} survives ${what}`, [...before(step), ...calls, ...fromOn(step)], "Finalized");
  return [
    survives(
      "each error once",
      [...lambdaErrors, "TypeError"].map((error) => throws(step, error)),
    ),
    survives("as many errors of each kind as each retrier has tries", [
      ...times(retriesAfterErrors, throws(step, "Lambda.ServiceException")),
      ...times(retriesAfterErrors, throws(step, "TypeError")),
      ...times(timeOuts, hangs(step)),
    ]),
    ...(timeOuts === 0 ? [] : [survives("its function's own time-out", [throws(step, "Sandbox.Timedout")])]),
    usedUp("an error of Lambda", times(retriesAfterErrors + 1, throws(step, "Lambda.TooManyRequestsException"))),
    usedUp("another error", times(retriesAfterErrors + 1, throws(step, "TypeError"))),
    usedUp("hanging", times(timeOuts + 1, hangs(step))),
    usedUp("its function's own time-out", times(timeOuts + 1, throws(step, "Sandbox.Timedout"))),
  ];
});

const secondsOfFourteenDays = 14 * 86_400;
const almostOver = returns("LaunchTrainingJob", { outcome: "LAUNCHED", waitSeconds: secondsOfFourteenDays - 1 });

const timeOuts: readonly Scenario[] = [
  scenario(
    "the machine's time is up in a wait",
    [
      ...before("LaunchTrainingJob"),
      returns("LaunchTrainingJob", { outcome: "LAUNCHED", waitSeconds: secondsOfFourteenDays + 1 }),
    ],
    "WaitToMonitor",
    "TIMED_OUT",
  ),
  scenario(
    "the machine's time is up between two tries",
    [...before("LaunchTrainingJob"), almostOver, ...times(2, throws("MonitorTrainingJob", "Error"))],
    "MonitorTrainingJob",
    "TIMED_OUT",
  ),
  scenario(
    "the machine's time is up while a function hangs",
    [...before("LaunchTrainingJob"), almostOver, hangs("MonitorTrainingJob")],
    "MonitorTrainingJob",
    "TIMED_OUT",
  ),
];

export const scenarios: readonly Scenario[] = [
  ...waysThrough,
  ...defaults,
  ...guards,
  ...shortestWaits,
  ...failedEnds,
  ...retries,
  ...timeOuts,
];
