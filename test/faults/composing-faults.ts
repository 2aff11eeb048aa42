/** The composing plane and the API's resources, broken in every way. */
import type { Invocation } from "../../lambdas/aws/endpoint-invoker";
import type { Compositions } from "../../lambdas/stores/compositions";
import type { CompositionItem } from "../../lambdas/stores/items";
import type { ObjectStore } from "../../lambdas/stores/objects";
import { compositionScoreKey, trackKey } from "../../naming/object-keys";
import {
  type Asked,
  type ChangingRequest,
  changingRequests,
  compose,
  remove,
  rename,
} from "../support/changing-requests";
import { type SeedKind, seeds } from "../support/resource-harness";
import type { Reply } from "../unit/api/support/documented-api";
import { alice } from "../unit/api/support/items";
import { resourceHarnessOf } from "../unit/resources/memory-harness";
import { ComposingHarness, type ComposingHarnessOptions, responseOf } from "./composing-harness";
import { type CallFault, callTargets, type DeliveryFault, deliveryFaults, isCallOf } from "./fault-injector";
import { faultsOfText, type Outcome } from "./outcomes";

const faultNames: Readonly<Record<CallFault | DeliveryFault, string>> = {
  THROWS_BEFORE: "throws before",
  THROWS_AFTER: "throws after",
  CUT_OFF_BEFORE: "time-out before",
  CUT_OFF_AFTER: "time-out after",
  TWICE: "delivered twice",
  TWICE_AT_ONCE: "twice at once",
  AGAIN_LATER: "out of order",
};

/** Of what is there before a life begins. */
const ids = {
  TRACK: "01K0000000000000000000000A",
  COMPOSITION: "01K0000000000000000000000B",
  MODEL: "01K0000000000000000000000C",
  TRAINING_JOB: "01K0000000000000000000000D",
  RUNNING_TRAINING_JOB: "01K0000000000000000000000E",
  DATASET: "01K0000000000000000000000F",
  FILLED_DATASET: "01K0000000000000000000000G",
} as const satisfies Readonly<Record<SeedKind, string>>;
const owned = (kind: SeedKind) => ({ sub: alice, id: ids[kind] });

/** One of each, with its files and its place in the quota. */
async function furnish({ api, clock }: ComposingHarness, kinds: readonly SeedKind[]): Promise<void> {
  const resources = resourceHarnessOf(api, clock);
  for (const kind of kinds) await seeds[kind](resources, ids[kind]);
}

interface RequestLife extends ChangingRequest {
  /** What comes between: another request of the same owner. */
  readonly overtaking: Readonly<Record<string, Asked>>;
}

/** Compositions of what is about to be deleted. */
const composedOf: Readonly<Partial<Record<SeedKind, Asked>>> = {
  TRACK: compose({ input: { trackId: ids.TRACK } }),
  COMPOSITION: compose({ input: { compositionId: ids.COMPOSITION } }),
  MODEL: compose({ modelId: ids.MODEL }),
};

const requestLives: readonly RequestLife[] = changingRequests.map((request) => {
  const { needs, operation } = request;
  const overtaking: Record<string, Asked> = {};
  if (needs !== undefined && needs !== "RUNNING_TRAINING_JOB")
    overtaking["overtaken by DELETE"] = remove(needs)(ids[needs]);
  if (needs === "TRACK" || needs === "COMPOSITION") overtaking["overtaken by PATCH"] = rename(needs)(ids[needs]);
  const isDeletion = operation.startsWith("delete");
  const composed = needs === undefined || !isDeletion ? undefined : composedOf[needs];
  if (composed !== undefined) overtaking["overtaken by POST"] = composed;
  return { ...request, overtaking };
});

function problemsOfReply(reply: Reply | undefined): readonly string[] {
  if (reply === undefined || reply.status < 400) return [];
  const { body } = reply;
  if (typeof body !== "object" || body === null || !("code" in body) || !("detail" in body)) {
    return [`a response ${reply.status} that tells nothing`];
  }
  return faultsOfText({ code: String(body.code), message: String(body.detail), retryable: false });
}

async function everyRequest(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, operation: actor, needs, leaves, asked, statuses, overtaking } of requestLives) {
    const { method, path, call } = asked(needs === undefined ? "" : ids[needs]);
    const ask = async (
      options: ComposingHarnessOptions,
      prepare: (harness: ComposingHarness) => void = () => undefined,
    ): Promise<{ readonly harness: ComposingHarness; readonly reply: Reply | undefined }> => {
      const harness = new ComposingHarness(options);
      await furnish(harness, needs === undefined ? [] : [needs]);
      prepare(harness);
      const reply = await harness.request(actor, method, path, call);
      await harness.live();
      return { harness, reply };
    };
    const tell = (
      details: Pick<Outcome, "fault" | "where">,
      { harness, reply }: { readonly harness: ComposingHarness; readonly reply: Reply | undefined },
      { mayEndOtherwise, mustStrike }: { readonly mayEndOtherwise: boolean; readonly mustStrike: boolean },
    ): void => {
      const { tracks, compositions, models, trainingJobs, stores } = harness.api;
      const found = [tracks, compositions, models, trainingJobs, stores.datasets].flatMap((all) =>
        all.all().map(({ kind }) => kind),
      );
      const isAsExpected = leaves === undefined ? found.length === 0 : found.length === 1 && found[0] === leaves;
      outcomes.push({
        life: "Requests that create, change and delete",
        step: name,
        ended: reply === undefined ? "no response" : String(reply.status),
        ...details,
        wrong: [
          ...harness.problems(),
          ...problemsOfReply(reply),
          ...(mayEndOtherwise || isAsExpected ? [] : [`lost or doubled: there are ${found.join(", ") || "none"}`]),
          ...(mayEndOtherwise || (reply !== undefined && statuses.includes(reply.status))
            ? []
            : [`the response should be ${statuses.join(" or ")}`]),
          ...(reply !== undefined &&
          mayEndOtherwise &&
          reply.status >= 500 &&
          mustStrike &&
          harness.options.isPatient !== false
            ? ["a request that was overtaken is no fault of the service"]
            : []),
          ...(!mustStrike || harness.injector.struck ? [] : ["the fault did not come to pass"]),
        ],
      });
    };
    const dry = await ask({});
    tell({ fault: "none", where: "" }, dry, { mayEndOtherwise: false, mustStrike: false });
    const recorded = dry.harness.injector.recorded.filter((one) => one.actor === actor);
    // What the request has left to do is the reconciler's.
    const finishing = dry.harness.injector.recorded.filter(
      (one) => one.actor === "ReconcileOpenWork" && one.calls.some((port) => port.startsWith("pendingChanges.remove")),
    );
    for (const call of callTargets(finishing)) {
      const finished = finishing.find(({ invocation }) => invocation === call.invocation)?.calls[call.call - 1] ?? "?";
      const details = { fault: `${faultNames[call.fault]}, in the reconciliation that finishes it`, where: finished };
      tell(details, await ask({ call }), { mayEndOtherwise: false, mustStrike: true });
    }
    for (const call of callTargets(recorded)) {
      const where = recorded[0]?.calls[call.call - 1] ?? "?";
      const details = { fault: faultNames[call.fault], where };
      tell(details, await ask({ call }), { mayEndOtherwise: false, mustStrike: true });
      const givesUp = { fault: `${faultNames[call.fault]}, not tried again`, where };
      tell(givesUp, await ask({ call, isPatient: false }), { mayEndOtherwise: true, mustStrike: true });
    }
    const calls = recorded[0]?.calls ?? [];
    for (const [fault, other] of Object.entries(overtaking)) {
      for (const [index, where] of calls.entries()) {
        const overtaken = await ask({}, (harness) => {
          harness.injector.meanwhile = {
            target: { actor, invocation: 1, call: index + 1 },
            act: async () => {
              await harness.api.call(other.method, other.path, other.call);
            },
          };
        });
        tell({ fault, where }, overtaken, { mayEndOtherwise: true, mustStrike: true });
      }
    }
  }
  return outcomes;
}

interface ComposingLife {
  readonly name: string;
  readonly kinds: readonly SeedKind[];
  readonly asked: Asked;
  readonly options?: ComposingHarnessOptions;
  readonly actors: readonly string[];
  /** The number of compositions that there are in the end: one, unless it is said. */
  readonly count?: number;
}

const composingLives: readonly ComposingLife[] = [
  {
    name: "A composition with a sample melody",
    kinds: [],
    asked: compose(),
    actors: ["createComposition", "DispatchWork", "ExecuteComposition"],
  },
  {
    name: "A composition with a track and a trained model",
    kinds: ["TRACK", "MODEL"],
    asked: compose({ input: { trackId: ids.TRACK }, modelId: ids.MODEL }),
    actors: ["createComposition", "ExecuteComposition"],
  },
  {
    name: "A composition with another composition",
    kinds: ["COMPOSITION"],
    asked: compose({ input: { compositionId: ids.COMPOSITION } }),
    actors: ["createComposition", "ExecuteComposition"],
  },
  {
    name: "Three variations of a sample melody",
    kinds: [],
    asked: compose({ variations: 3 }),
    actors: ["createComposition", "DispatchWork", "ExecuteComposition"],
    count: 3,
  },
  {
    name: "Two variations whose stream records are lost",
    kinds: [],
    asked: compose({ variations: 2 }),
    options: { isDispatchLost: true },
    actors: ["ReconcileOpenWork", "ExecuteComposition"],
    count: 2,
  },
  {
    name: "A composition whose stream record is lost",
    kinds: [],
    asked: compose(),
    options: { isDispatchLost: true },
    actors: ["ReconcileOpenWork", "ExecuteComposition"],
  },
];

async function composeOnce(
  { kinds, asked, options }: Pick<ComposingLife, "kinds" | "asked" | "options">,
  more: ComposingHarnessOptions = {},
  prepare: (harness: ComposingHarness) => void = () => undefined,
): Promise<ComposingHarness> {
  const harness = new ComposingHarness({ ...options, ...more });
  await furnish(harness, kinds);
  prepare(harness);
  await harness.request("createComposition", asked.method, asked.path, asked.call);
  await harness.live();
  return harness;
}

/** The one that was asked for: not the one that it was made from. */
const made = ({ api }: ComposingHarness): readonly CompositionItem[] =>
  api.compositions.all().filter(({ id }) => id !== ids.COMPOSITION);

function outcomeOf(
  details: Pick<Outcome, "life" | "step" | "fault" | "where">,
  harness: ComposingHarness,
  {
    ends,
    mustStrike = true,
    count = 1,
  }: { readonly ends: readonly string[]; readonly mustStrike?: boolean; readonly count?: number },
): Outcome {
  const all = made(harness);
  const [row] = all;
  const ended = row === undefined ? "deleted" : [row.state, row.failure?.code].filter(Boolean).join(" ");
  return {
    ...details,
    ended,
    wrong: [
      ...harness.problems(),
      ...(all.length === count ? [] : [`lost or doubled: there are ${all.length}`]),
      ...(all.every(({ state }) => ends.includes(state)) ? [] : [`lost: it should have ended ${ends.join(" or ")}`]),
      ...(!mustStrike || harness.injector.struck ? [] : ["the fault did not come to pass"]),
    ],
  };
}

async function everyCall(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const life of composingLives) {
    const dry = await composeOnce(life);
    const ends = ["COMPLETED"];
    const { count = 1 } = life;
    const details = { life: life.name, step: "none", fault: "none", where: "" };
    outcomes.push(outcomeOf(details, dry, { ends, mustStrike: false, count }));
    const { recorded } = dry.injector;
    for (const call of callTargets(recorded).filter(({ actor }) => life.actors.includes(actor))) {
      const { actor, invocation } = call;
      const port = recorded.find((one) => one.actor === actor && one.invocation === invocation)?.calls[call.call - 1];
      const where = `${port ?? "?"}, call ${call.call} of invocation ${invocation}`;
      const harness = await composeOnce(life, { call });
      outcomes.push(
        outcomeOf({ life: life.name, step: actor, fault: faultNames[call.fault], where }, harness, { ends, count }),
      );
    }
    for (const delivery of deliveryFaults) {
      const harness = await composeOnce(life, { delivery });
      const at = { life: life.name, step: "ExecuteComposition", fault: faultNames[delivery], where: "" };
      outcomes.push(outcomeOf(at, harness, { ends, count }));
    }
    outcomes.push(
      ...(await everyTakeOver(life, recorded.find(({ actor }) => actor === "ExecuteComposition")?.calls ?? [])),
    );
  }
  return outcomes;
}

/** A worker that hangs is overtaken by the next one, and maybe by the owner, who deletes the piece. It then goes on. */
async function everyTakeOver(life: ComposingLife, calls: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const isDeleted of [false, true]) {
    for (const [index, where] of calls.entries()) {
      const harness = await composeOnce(life, {}, (one) => {
        one.injector.meanwhile = {
          target: { actor: "ExecuteComposition", invocation: 1, call: index + 1 },
          act: async () => {
            one.clock.advance(150);
            const [row] = made(one);
            const [message] = one.queue;
            if (row === undefined || message === undefined) return;
            await one.deliver({ ...message });
            if (isDeleted) await one.api.call("DELETE", `/compositions/${row.id}`);
          },
        };
      });
      const fault = isDeleted ? "lease taken over, piece deleted" : "lease taken over";
      const count = isDeleted ? made(harness).length : (life.count ?? 1);
      const details = { life: life.name, step: "ExecuteComposition", fault, where };
      outcomes.push(outcomeOf(details, harness, { ends: ["COMPLETED"], count }));
    }
  }
  return outcomes;
}

const unavailable = (reason: string): Invocation => ({ kind: "UNAVAILABLE", reason });
const modelError = (status: number, body = ""): Invocation => ({ kind: "MODEL_ERROR", status, body });
const bytes = (text: string): Invocation => ({ kind: "RESPONSE", body: new TextEncoder().encode(text) });

/** The worker judges every response and every file that it reads. Nothing waits for the reconciler to give it up. */
const atOnce = (outcome: Outcome): Outcome => ({
  ...outcome,
  wrong: [...outcome.wrong, ...(outcome.ended.includes("COMPOSITION_ABANDONED") ? ["stuck: nobody judged it"] : [])],
});

/** What the endpoint and the files it works on do. */
async function everyEndpointFault(): Promise<Outcome[]> {
  const life = "What the endpoint responds";
  const times = (count: number, response: Invocation): readonly Invocation[] =>
    Array.from({ length: count }, () => response);
  const cases: readonly (readonly [string, readonly Invocation[], Invocation | undefined, string])[] = [
    ["cold for 30 s", times(4, unavailable("TimeoutError")), undefined, "COMPLETED"],
    ["refuses connections twice", times(2, unavailable("ECONNREFUSED")), undefined, "COMPLETED"],
    ["crashes with the request inside", times(1, unavailable("ECONNRESET")), undefined, "COMPLETED"],
    ["throttles three times", times(3, unavailable("ThrottlingException")), undefined, "COMPLETED"],
    ["HTTP 500 twice", times(2, modelError(500, "arn:aws:x Traceback")), undefined, "COMPLETED"],
    ["HTTP 429 twice", times(2, modelError(429)), undefined, "COMPLETED"],
    ["never responds", [], unavailable("TimeoutError"), "FAILED"],
    ["crashes always", [], modelError(500), "FAILED"],
    [
      "a corrupted model",
      [],
      modelError(422, '{"code":"MODEL_UNREADABLE","message":"The model cannot be read."}'),
      "FAILED",
    ],
    ["refuses without a reason", [], modelError(400, "<html>"), "FAILED"],
    ["a response that is no JSON", [], bytes("\u0000\u0001"), "FAILED"],
    ["a response that is empty", [], bytes(""), "FAILED"],
    ["a response of another shape", [], bytes('{"schemaVersion":1,"tracks":"none"}'), "FAILED"],
    ["a response that is too large", [], bytes("x".repeat(5_000_000)), "FAILED"],
  ];
  const outcomes: Outcome[] = [];
  for (const [fault, responses, always, end] of cases) {
    const harness = await composeOnce({ kinds: [], asked: compose() }, {}, (one) => {
      one.responses.push(...responses);
      one.always = always;
    });
    outcomes.push(
      atOnce(outcomeOf({ life, step: "endpoint", fault, where: "" }, harness, { ends: [end], mustStrike: false })),
    );
  }
  const another = await composeOnce({ kinds: [], asked: compose() }, {}, (one) => {
    one.responses.push((row) => responseOf(row, { modelSha256: "0".repeat(64) }));
  });
  const details = { life, step: "endpoint", fault: "a response of another model", where: "" };
  outcomes.push(outcomeOf(details, another, { ends: ["FAILED"], mustStrike: false }));

  const files: readonly (readonly [string, "TRACK" | "COMPOSITION", (harness: ComposingHarness) => void])[] = [
    ["the track's file is gone", "TRACK", ({ api }) => api.files.objects.delete(trackKey(owned("TRACK")))],
    [
      "the track's file is garbage",
      "TRACK",
      ({ api }) => api.files.objects.set(trackKey(owned("TRACK")), Buffer.from("MThd no")),
    ],
    [
      "the score is gone",
      "COMPOSITION",
      ({ api }) => api.files.objects.delete(compositionScoreKey(owned("COMPOSITION"))),
    ],
    [
      "the score is garbage",
      "COMPOSITION",
      ({ api }) => api.files.objects.set(compositionScoreKey(owned("COMPOSITION")), Buffer.from("{")),
    ],
  ];
  for (const [fault, kind, corrupt] of files) {
    const input = kind === "TRACK" ? { trackId: ids.TRACK } : { compositionId: ids.COMPOSITION };
    // After the request was accepted: of a file that is gone before, the API tells at once (lost-files.test.ts).
    const harness = await composeOnce({ kinds: [kind], asked: compose({ input }) }, {}, (one) => {
      let isCorrupt = false;
      one.injector.always = (actor) => {
        if (actor === "ExecuteComposition" && !isCorrupt) corrupt(one);
        isCorrupt ||= actor === "ExecuteComposition";
        return undefined;
      };
    });
    // What the harness corrupted is not the service's to mend.
    const outcome = outcomeOf({ life, step: "input", fault, where: "" }, harness, {
      ends: ["FAILED"],
      mustStrike: false,
    });
    outcomes.push({
      ...atOnce(outcome),
      wrong: atOnce(outcome).wrong.filter((problem) => !/^lost: a (?:track|composition) without/.test(problem)),
    });
  }
  return outcomes;
}

/** A part that does not come back. */
async function everyOutage(): Promise<Outcome[]> {
  const life = "A part of the composing plane that stays away";
  const parts: readonly (readonly [string, (call: string) => boolean])[] = [
    ["writing files", isCallOf("artifacts", ["write"] satisfies (keyof ObjectStore)[])],
    ["reading files", isCallOf("artifacts", ["read"] satisfies (keyof ObjectStore)[])],
    ["completing the row", isCallOf("compositions", ["complete"] satisfies (keyof Compositions)[])],
  ];
  const outcomes: Outcome[] = [];
  for (const [step, isOf] of parts) {
    for (const fault of ["THROWS_BEFORE", "CUT_OFF_BEFORE"] as const) {
      const harness = await composeOnce(
        { kinds: ["TRACK"], asked: compose({ input: { trackId: ids.TRACK } }) },
        {},
        (one) => {
          one.injector.always = (actor, call) => (actor === "ExecuteComposition" && isOf(call) ? fault : undefined);
        },
      );
      outcomes.push(
        outcomeOf({ life, step, fault: `${faultNames[fault]}, always`, where: "" }, harness, { ends: ["FAILED"] }),
      );
    }
  }
  return outcomes;
}

/** Every fault of the composing plane and of the resources, in one fixed order. */
export async function composingFaults(): Promise<readonly Outcome[]> {
  return [...(await everyRequest()), ...(await everyCall()), ...(await everyEndpointFault()), ...(await everyOutage())];
}
