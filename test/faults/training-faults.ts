/** The training plane, broken in every way. */
import { maxProgressBytes } from "../../domain/training/progress";
import type { SageMakerJobs } from "../../lambdas/aws/sagemaker-jobs";
import type { Catalogues } from "../../lambdas/stores/catalogues";
import type { TrainingJobItem } from "../../lambdas/stores/items";
import type { ObjectStore } from "../../lambdas/stores/objects";
import type { Tickets } from "../../lambdas/stores/tickets";
import type { TrainingJobs } from "../../lambdas/stores/training-jobs";
import { checkpointsPrefix, progressFile, referenceFile, sampleFile } from "../../naming/object-keys";
import type { Plan } from "../fakes/scripted-sagemaker";
import { jobId, stepNames, sub, TrainingHarness, trainingJob } from "../workflow/training-harness";
import {
  type CallFault,
  type CallTarget,
  callTargets,
  type DeliveryFault,
  deliveryFaults,
  isCallOf,
} from "./fault-injector";
import type { Outcome } from "./outcomes";
import { type DeliveryTarget, TrainingCloud, type TrainingCloudOptions } from "./training-cloud";

interface Life {
  readonly name: string;
  /** How it may end when one thing breaks once. */
  readonly ends: readonly TrainingJobItem["state"][];
  readonly plans?: readonly Plan[];
  /** What is broken here; everything, where it is not said. Elsewhere the life is as another one. */
  readonly actors?: readonly string[];
  /** Goes on from a job that was stopped before. */
  readonly isResumed?: boolean;
  readonly options?: Omit<TrainingCloudOptions, "call" | "delivery">;
  readonly before?: (harness: TrainingHarness, state: string) => void;
}

const epochs = 4;
const run = { create: "RUN", epochs } as const;
const refused: Plan = {
  ...run,
  startSeconds: 10,
  epochs: 0,
  end: "Failed",
  failureReason: "CapacityError: Unable to provision requested ML compute capacity.",
};

const runsThrough: Life = { name: "A training that runs through", ends: ["READY"] };

const lives: readonly Life[] = [
  runsThrough,
  {
    name: "A training that is stopped by its owner",
    ends: ["STOPPED"],
    // Long enough that a time-out on the way does not outlast it.
    plans: [{ ...run, secondsPerEpoch: 300 }],
    options: { stopAt: 18 },
    actors: ["DispatchWork", "MonitorTrainingJob", "RegisterModel", "FinalizeTrainingJob"],
  },
  {
    name: "A training that waits for capacity",
    ends: ["READY"],
    plans: [{ create: "QUOTA_EXCEEDED" }, { create: "THROTTLED" }, refused, run],
    actors: ["AcquireSlot", "LaunchTrainingJob", "MonitorTrainingJob", "TrainingJobChanged"],
  },
  {
    name: "A training that goes on from another's checkpoint",
    ends: ["READY"],
    isResumed: true,
    actors: ["PrepareData"],
  },
  {
    name: "A training whose stream record is lost",
    ends: ["READY"],
    options: { isDispatchLost: true },
    actors: ["ReconcileOpenWork"],
  },
  {
    name: "A training whose execution is aborted once",
    // The next attempt adopts the SageMaker job.
    ends: ["READY"],
    options: { abortAt: "MonitorTrainingJob", isAbortedOnce: true },
    actors: ["WorkflowEnded", "ReconcileOpenWork"],
  },
  {
    name: "A training whose execution is aborted once, and nobody is told",
    ends: ["READY"],
    options: { abortAt: "MonitorTrainingJob", isAbortedOnce: true, isEndLost: true },
    actors: ["ReconcileOpenWork"],
  },
  {
    name: "A training whose every attempt is aborted",
    // After the last attempt the job is finalized. What SageMaker had finished by then may count.
    ends: ["FAILED", "READY"],
    options: { abortAt: "MonitorTrainingJob" },
    actors: ["WorkflowEnded", "ReconcileOpenWork"],
  },
  {
    name: "A training whose every attempt is aborted, and nobody is told",
    ends: ["FAILED", "READY"],
    options: { abortAt: "MonitorTrainingJob", isEndLost: true },
    actors: ["ReconcileOpenWork"],
  },
];

const faultNames: Readonly<Record<CallFault | DeliveryFault, string>> = {
  THROWS_BEFORE: "throws before",
  THROWS_AFTER: "throws after",
  CUT_OFF_BEFORE: "time-out before",
  CUT_OFF_AFTER: "time-out after",
  TWICE: "delivered twice",
  TWICE_AT_ONCE: "twice at once",
  AGAIN_LATER: "out of order",
};

async function liveOnce(
  life: Life,
  more: { readonly call?: CallTarget; readonly delivery?: DeliveryTarget; readonly stopAt?: number } = {},
  prepare: (cloud: TrainingCloud) => void = () => undefined,
): Promise<{ readonly cloud: TrainingCloud; readonly row: TrainingJobItem }> {
  const harness = new TrainingHarness();
  if (life.isResumed === true) {
    const checkpoints = checkpointsPrefix({ sub, id: jobId(1) });
    for (const file of ["last.pt", "best.pt", progressFile, referenceFile, sampleFile(1, "twinkle-twinkle")]) {
      harness.work.put(`${checkpoints}${file}`, "");
    }
  }
  harness.sageMaker.plans.push(...(life.plans ?? [run]));
  const cloud = new TrainingCloud({ ...life.options, ...more }, harness);
  cloud.before = (state) => {
    life.before?.(harness, state);
  };
  prepare(cloud);
  const [first] = life.plans ?? [];
  const planned = first?.create === "RUN" ? (first.epochs ?? epochs) : epochs;
  const n = life.isResumed === true ? 2 : 1;
  const hyperparameters = { epochs: planned };
  const holds = { models: 1, trainingJobs: 1 };
  await cloud.live(
    trainingJob(n, { hyperparameters, holds, ...(life.isResumed === true ? { resumeFrom: jobId(1) } : {}) }),
  );
  return { cloud, row: cloud.rowOf(jobId(n)) };
}

function outcomeOf(
  details: Pick<Outcome, "life" | "step" | "fault" | "where">,
  { cloud, row }: { readonly cloud: TrainingCloud; readonly row: TrainingJobItem },
  { ends, hadToStrike = true }: { readonly ends: readonly string[]; readonly hadToStrike?: boolean },
): Outcome {
  const ended = row.failure === undefined ? row.state : `${row.state} ${row.failure.code}`;
  return {
    ...details,
    ended,
    wrong: [
      ...cloud.problems(),
      ...(ends.includes(row.state) ? [] : [`lost: it should have ended ${ends.join(" or ")}`]),
      ...(hadToStrike && !cloud.injector.struck ? ["the fault did not come to pass"] : []),
    ],
  };
}

async function everyCall(life: Life): Promise<Outcome[]> {
  const dry = await liveOnce(life);
  const outcomes = [
    outcomeOf({ life: life.name, step: "none", fault: "none", where: "" }, dry, { ...life, hadToStrike: false }),
  ];
  const { recorded } = dry.cloud.injector;
  const targets = callTargets(recorded).filter(({ actor }) => life.actors?.includes(actor) ?? true);
  for (const call of targets) {
    const { actor, invocation } = call;
    const port = recorded.find((one) => one.actor === actor && one.invocation === invocation)?.calls[call.call - 1];
    const where = `${port ?? "?"}, call ${call.call} of invocation ${invocation}`;
    const details = { life: life.name, step: actor, fault: faultNames[call.fault], where };
    outcomes.push(outcomeOf(details, await liveOnce(life, { call }), life));
  }
  const kinds = new Map(targets.map(({ actor, invocation }) => [`${actor} ${invocation}`, { actor, invocation }]));
  for (const { actor, invocation } of kinds.values()) {
    if (!stepNames.some((name) => name === actor)) continue;
    for (const fault of deliveryFaults) {
      const details = { life: life.name, step: actor, fault: faultNames[fault], where: `invocation ${invocation}` };
      outcomes.push(outcomeOf(details, await liveOnce(life, { delivery: { actor, invocation, fault } }), life));
    }
  }
  return outcomes;
}

/** Each state that an execution comes to, its first and its second time. */
async function everyStop(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const life of [runsThrough, ...lives.filter(({ name }) => name.includes("capacity"))]) {
    const { cloud } = await liveOnce(life);
    const states = cloud.results[0]?.states ?? [];
    const seen = new Map<string, number>();
    for (const [stopAt, state] of states.entries()) {
      const times = (seen.get(state) ?? 0) + 1;
      seen.set(state, times);
      if (times > 2) continue;
      const isTooLate = state === "Finalized" || state === "IsFinalized";
      const details = {
        life: "A stop at every state",
        step: state,
        fault: life.name.toLowerCase(),
        where: `time ${times}`,
      };
      const ends = isTooLate ? ["READY"] : ["STOPPED"];
      outcomes.push(outcomeOf(details, await liveOnce(life, { stopAt }), { ends, hadToStrike: false }));
    }
  }
  return outcomes;
}

const fourMinutes = 240;
/** From the first call that fails: so long after it the job is final, and the training of {@link run} is within that. */
const maxMinutes = 15;

/** A part that is away for minutes, and parts that never come back. */
async function everyOutage(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of stepNames) {
    const life: Life = { ...runsThrough, plans: [{ ...run, epochs: 60 }] };
    const lived = await liveOnce(life, {}, (cloud) => {
      let until: number | undefined;
      cloud.injector.always = (actor) => {
        if (actor !== step) return undefined;
        const now = cloud.harness.clock.now().getTime() / 1000;
        until ??= now + fourMinutes;
        return now < until ? "THROWS_BEFORE" : undefined;
      };
    });
    const details = { life: "A part that is away", step, fault: "fails for four minutes", where: "" };
    outcomes.push(outcomeOf(details, lived, { ends: ["READY"] }));
  }
  const parts: readonly (readonly [string, (call: string) => boolean])[] = [
    ["files of the training", isCallOf("work")],
    ["reading files of the training", isCallOf("work", ["read", "digest"] satisfies (keyof ObjectStore)[])],
    ["files that are kept", isCallOf("artifacts", ["copy", "write"] satisfies (keyof ObjectStore)[])],
    ["creating training jobs", isCallOf("sageMakerJobs", ["create"] satisfies (keyof SageMakerJobs)[])],
    ["the catalogue", isCallOf("catalogues", ["get"] satisfies (keyof Catalogues)[])],
    ["adding the model", isCallOf("trainingJobs", ["addModel"] satisfies (keyof TrainingJobs)[])],
    ["tickets", isCallOf("tickets", ["heartbeat", "waiting"] satisfies (keyof Tickets)[])],
  ];
  for (const [part, isOf] of parts) {
    const keepsNothing = isOf("artifacts.copy");
    for (const fault of ["THROWS_BEFORE", "CUT_OFF_BEFORE"] as const) {
      let struckAt: number | undefined;
      const lived = await liveOnce(runsThrough, {}, (cloud) => {
        // The reconciler and the rule's function give a call up that hangs: they are not cut off by it.
        const inRepair = fault === "CUT_OFF_BEFORE" ? "HANGS" : fault;
        cloud.injector.always = (actor, call) => {
          if (!isOf(call)) return undefined;
          struckAt ??= cloud.harness.clock.now().getTime();
          return actor === "ReconcileOpenWork" || actor === "WorkflowEnded" ? inRepair : fault;
        };
      });
      const minutes = (Date.parse(lived.row.updatedAt) - (struckAt ?? Number.NaN)) / 60_000;
      const details = { life: "A part that is away", step: part, fault: `${faultNames[fault]}, always`, where: "" };
      const outcome = outcomeOf(details, lived, { ends: ["READY", "FAILED"] });
      const late = minutes <= maxMinutes ? [] : [`stuck: it was final after ${minutes.toFixed(1)} minutes`];
      // Where nothing can be kept for ever, a job is ended without its progress, rather than never.
      const mayBeLost = (problem: string): boolean => keepsNothing && problem === "lost: the progress was not kept";
      outcomes.push({ ...outcome, wrong: [...late, ...outcome.wrong.filter((problem) => !mayBeLost(problem))] });
    }
  }
  return outcomes;
}

const line = (more: object): string =>
  JSON.stringify({
    schemaVersion: 1,
    epoch: 1,
    epochs: 10,
    similarityIndex: 0.5,
    seconds: 30,
    elapsedSeconds: 30,
    ...more,
  });

const progresses: readonly (readonly [string, string | Uint8Array])[] = [
  ["a loss that the table cannot keep", `${line({ criticLoss: 1.2e16 })}\n`],
  ["a loss of 1e300", `${line({ generatorLoss: 1e300, criticLoss: -1e300 })}\n`],
  ["a loss of forty digits", `${line({}).slice(0, -1)},"criticLoss":1234567890123456789012345678901234567890}\n`],
  [
    "seconds without end",
    `${line({ seconds: 1e308, elapsedSeconds: 1e308 })}\n${line({ epoch: 2, seconds: 1e308 })}\n`,
  ],
  ["an epoch of 1e18", `${line({ epoch: 1e18, epochs: 1e19 })}\n`],
  ["negative epochs", `${line({ epoch: -4, epochs: -1 })}\n`],
  ["names that are not names", `${line({ ["__proto__"]: 1, "": 2, ["x".repeat(70_000)]: 3, constructor: 4 })}\n`],
  ["a thousand metrics", `${line(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`metric${n}`, n])))}\n`],
  ["bytes that are no text", Uint8Array.from({ length: 5_000 }, (_, n) => (n * 37) % 256)],
  ["no lines, but braces", "{".repeat(100_000)],
  ["more bytes than are read", `${line({})}\n`.padEnd(maxProgressBytes + 1, "x")],
  ["nothing", ""],
];

/** What a container may leave behind, in the place of what it should. */
async function everyCorruption(): Promise<Outcome[]> {
  const life = "Files that are not as they should be";
  const outcomes: Outcome[] = [];
  const withCorruption = async (
    details: Pick<Outcome, "step" | "fault">,
    corrupt: (harness: TrainingHarness) => void,
    ends: readonly string[],
  ): Promise<void> => {
    const lived = await liveOnce(runsThrough, {}, ({ harness }) => {
      const describe = harness.sageMaker.describe.bind(harness.sageMaker);
      // After each time that the container has written.
      harness.sageMaker.describe = async (name) => {
        const described = await describe(name);
        corrupt(harness);
        return described;
      };
    });
    outcomes.push(outcomeOf({ life, where: "", ...details }, lived, { ends, hadToStrike: false }));
  };
  const overwrite = (isCorrupt: (key: string) => boolean, body: Uint8Array | string) => (harness: TrainingHarness) => {
    for (const key of harness.work.keys()) if (isCorrupt(key)) harness.work.put(key, body);
  };
  for (const [fault, body] of progresses) {
    await withCorruption(
      { step: "progress", fault },
      overwrite((key) => key.endsWith(progressFile), body),
      ["READY", "FAILED"],
    );
  }
  const garbage = "\u0000 not what was expected";
  await withCorruption(
    { step: "reference", fault: "garbage" },
    overwrite((key) => key.endsWith(referenceFile), garbage),
    ["READY"],
  );
  await withCorruption(
    { step: "samples", fault: "garbage" },
    overwrite((key) => key.endsWith(".mid"), garbage),
    ["READY"],
  );
  await withCorruption(
    { step: "checkpoint", fault: "garbage" },
    overwrite((key) => key.endsWith(".pt"), garbage),
    ["READY"],
  );
  await withCorruption(
    { step: "samples", fault: "names that are none" },
    (harness) => {
      for (const name of ["samples/../../x.mid", "samples/epoch-1e9/a.mid", "samples/epoch-0001/\u202e.mid"]) {
        const [key] = harness.work.keys().filter((one) => one.endsWith(progressFile));
        if (key !== undefined) harness.work.put(key.replace(progressFile, name), "MThd");
      }
    },
    ["READY"],
  );
  const model = (key: string): boolean => key.includes("/output/") && key.endsWith("model.onnx");
  const card = (key: string): boolean => key.includes("/output/") && key.endsWith("model-card.json");
  await withCorruption({ step: "model", fault: "other bytes than its card says" }, overwrite(model, garbage), [
    "FAILED",
  ]);
  await withCorruption({ step: "model", fault: "empty" }, overwrite(model, ""), ["FAILED"]);
  for (const [fault, body] of [
    ["garbage", garbage],
    ["an empty object", "{}"],
    ["an array", "[]"],
    ["larger than a card may be", "x".repeat(300_000)],
    ["numbers that the table cannot keep", ""],
  ] as const) {
    if (body !== "") await withCorruption({ step: "model card", fault }, overwrite(card, body), ["FAILED"]);
    else {
      await withCorruption(
        { step: "model card", fault },
        (harness) => {
          for (const key of harness.work.keys().filter(card)) {
            const text = (harness.work.text(key) ?? "").replace('"similarityIndex":0.1', '"similarityIndex":1.2e300');
            harness.work.put(key, text);
          }
        },
        ["READY", "FAILED"],
      );
    }
  }
  return outcomes;
}

/** What SageMaker itself does. */
async function everySageMakerFault(): Promise<Outcome[]> {
  const life = "What the training platform does";
  const many = (plan: Plan): readonly Plan[] => Array.from({ length: 400 }, () => plan);
  const failed = (failureReason: string): Plan => ({ ...run, end: "Failed", endAfterEpochs: 2, failureReason });
  const cases: readonly (readonly [string, string, readonly Plan[], readonly string[]])[] = [
    ["create", "throttled 20 times", [...many({ create: "THROTTLED" }).slice(0, 20)], ["READY", "FAILED"]],
    ["create", "throttled three times", [...many({ create: "THROTTLED" }).slice(0, 3)], ["READY"]],
    ["create", "throttled always", many({ create: "THROTTLED" }), ["FAILED"]],
    ["create", "no quota, three times", [...many({ create: "QUOTA_EXCEEDED" }).slice(0, 3)], ["READY"]],
    ["create", "no quota, ever", many({ create: "QUOTA_EXCEEDED" }), ["FAILED"]],
    ["create", "no capacity, three times", [refused, refused, refused], ["READY"]],
    ["create", "no capacity, ever", many(refused), ["FAILED"]],
    ["create", "an error of its own, twice", [{ create: "THROWS" }, { create: "THROWS" }], ["READY"]],
    ["create", "an error of its own, always", many({ create: "THROWS" }), ["FAILED"]],
    ["create", "refused", [{ create: "REFUSED" }], ["FAILED"]],
    ["training", "the container fails", [failed("AlgorithmError: The losses are infinite., exit code: 1")], ["FAILED"]],
    ["training", "the container is killed", [failed("AlgorithmError: , exit code: 137")], ["FAILED"]],
    [
      "training",
      "the container is killed, in the platform's words",
      [failed("AlgorithmError: the training process was killed by SIGKILL, exit code: 137")],
      ["FAILED"],
    ],
    [
      "training",
      "a fault of the platform",
      [failed("InternalServerError: We encountered an internal error.")],
      ["FAILED"],
    ],
    ["training", "the upload of the model fails", [failed("ClientError: Artifact upload failed:Error")], ["FAILED"]],
    [
      "training",
      "a reason full of inner names",
      [failed("x arn:aws:iam::123456789012:role/a /var/task/i.js:1")],
      ["FAILED"],
    ],
    ["training", "no reason at all", [failed("")], ["FAILED"]],
    [
      "training",
      "spot taken away, with a checkpoint, until time is up",
      [{ ...run, end: "MaxRuntimeExceeded", endAfterEpochs: 3 }],
      ["READY"],
    ],
    [
      "training",
      "spot taken away, without a checkpoint, until time is up",
      [{ ...run, end: "MaxRuntimeExceeded", endAfterEpochs: 0 }],
      ["FAILED"],
    ],
    ["training", "ends without a model", [{ ...run, leavesModel: false }], ["FAILED"]],
  ];
  const outcomes: Outcome[] = [];
  for (const [step, fault, plans, ends] of cases) {
    const lived = await liveOnce({ ...runsThrough, plans });
    outcomes.push(outcomeOf({ life, step, fault, where: "" }, lived, { ends, hadToStrike: false }));
  }
  const vanished = await liveOnce(runsThrough, {}, ({ harness }) => {
    const describe = harness.sageMaker.describe.bind(harness.sageMaker);
    harness.sageMaker.describe = async (name) =>
      harness.row(1).progress.epoch >= 2 ? undefined : await describe(name);
  });
  const details = { life, step: "training", fault: "the job is not known any more", where: "" };
  outcomes.push(outcomeOf(details, vanished, { ends: ["FAILED"], hadToStrike: false }));
  return outcomes;
}

/** Every fault of the training plane, in one fixed order. */
export async function trainingFaults(): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const life of lives) outcomes.push(...(await everyCall(life)));
  outcomes.push(...(await everyStop()));
  outcomes.push(...(await everyOutage()));
  outcomes.push(...(await everyCorruption()));
  outcomes.push(...(await everySageMakerFault()));
  return outcomes;
}
