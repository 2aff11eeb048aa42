/** The composing plane and the API's resources, broken in every way. */
import {
  compositionMidiKey,
  compositionScoreKey,
  modelCardFile,
  modelFile,
  modelPrefix,
  trackKey,
  trainingJobPrefix,
} from "../../domain/names/object-keys";
import { writeMidi, type Score } from "../../domain/music/score";
import { quotaHeld, type CompositionItem } from "../../domain/schemas/items";
import type { QuotaAmounts } from "../../domain/schemas/user-caps";
import type { Invocation } from "../../lambdas/aws/endpoint-invoker";
import type { Call, Reply } from "../unit/api/support/documented-api";
import { alice, composition, finishedOutput, model, track, trainingJob } from "../unit/api/support/items";
import { answerOf, ComposingWorld, type ComposingWorldOptions } from "./composing-world";
import { callTargets, deliveryFaults, type CallFault, type DeliveryFault } from "./fault-injector";
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

const note = (beat: number, pitch: number) => ({ startTick: beat * 480, durationTicks: 480, pitch, velocity: 90 });
const score: Score = {
  schemaVersion: 1,
  name: "A tune",
  ticksPerBeat: 480,
  tempo: 90,
  bars: 2,
  tracks: [
    {
      name: "Melody",
      program: 0,
      source: "input",
      notes: [0, 1, 2, 3, 4, 5, 6, 7].map((beat) => note(beat, 60 + beat)),
    },
    { name: "Bass", program: 32, source: "generated", notes: [note(0, 36)] },
    { name: "Silent", program: 32, source: "generated", notes: [] },
  ],
};
const midi = writeMidi(score);

const ids = {
  track: "01K0000000000000000000000A",
  composition: "01K0000000000000000000000B",
  model: "01K0000000000000000000000C",
  job: "01K0000000000000000000000D",
  runningJob: "01K0000000000000000000000E",
} as const;
const owned = (id: string) => ({ sub: alice, id });

/** One of everything, with its files and its place in the quota. */
function furnish({ api }: ComposingWorld, kinds: readonly (keyof typeof ids)[]): void {
  const hold = (row: Parameters<typeof quotaHeld>[0], open: QuotaAmounts = {}): void => {
    api.table.move(alice, quotaHeld(row), 1);
    api.table.move(alice, open, 1);
  };
  if (kinds.includes("track")) {
    const row = track({ ...owned(ids.track), bytes: midi.length, holds: { tracks: 1, storedBytes: midi.length } });
    api.tracks.put(row);
    api.files.objects.set(trackKey(row), midi);
    hold(row);
  }
  if (kinds.includes("composition")) {
    const file = { revision: 1, sha256: "a".repeat(64), bytes: midi.length };
    const row = composition({
      ...owned(ids.composition),
      state: "COMPLETED",
      attempt: 1,
      output: finishedOutput,
      midi: file,
    });
    api.compositions.put(row);
    api.files.objects.set(compositionScoreKey(owned(ids.composition)), Buffer.from(JSON.stringify(score)));
    api.files.objects.set(compositionMidiKey(row, file), midi);
    hold(row);
  }
  if (kinds.includes("model")) {
    const row = model({ ...owned(ids.model), bytes: 5, holds: { models: 1, storedBytes: 5 } });
    api.models.put(row);
    for (const name of [modelFile, modelCardFile]) {
      api.files.objects.set(`${modelPrefix(owned(ids.model))}${name}`, Buffer.from("model"));
    }
    hold(row);
  }
  if (kinds.includes("job")) {
    const row = trainingJob({ ...owned(ids.job), state: "STOPPED", resumable: true, holds: { trainingJobs: 1 } });
    api.trainingJobs.put(row);
    hold(row);
    api.files.objects.set(`${trainingJobPrefix(owned(ids.job))}progress.jsonl`, Buffer.from("{}"));
    api.work.objects.set(`${trainingJobPrefix(owned(ids.job))}checkpoints/last.pt`, Buffer.from("x"));
  }
  if (kinds.includes("runningJob")) {
    const holds = { trainingJobs: 1, models: 1 };
    const row = trainingJob({ ...owned(ids.runningJob), state: "TRAINING", holds });
    api.trainingJobs.put(row);
    hold(row, { openTrainingJobs: 1 });
  }
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly call?: Call;
}

const remove = (path: string, more: Call = {}): Asked => ({ method: "DELETE", path, call: more });
const rename = (path: string): Asked => ({ method: "PATCH", path, call: { json: { name: "Another name" } } });
const compose = (more: object = {}): Asked => ({
  method: "POST",
  path: "/compositions",
  call: {
    json: {
      name: "Evening",
      technique: "unet-gan",
      modelId: "unet-gan-bach",
      input: { sampleMelodyId: "twinkle-twinkle" },
      ...more,
    },
  },
});

const paths = {
  track: `/tracks/${ids.track}`,
  composition: `/compositions/${ids.composition}`,
  model: `/models/${ids.model}`,
  job: `/training-jobs/${ids.job}`,
} as const;
const firstTag = { headers: { "if-match": '"1"' } };

interface RequestLife {
  readonly name: string;
  /** As the operation is called. */
  readonly actor: string;
  readonly kinds: readonly (keyof typeof ids)[];
  readonly asked: Asked;
  /** Answers that are right when one thing breaks once and the client asks again. */
  readonly statuses: readonly number[];
  /** How many there are at the end: tracks, compositions, models, training jobs. */
  readonly counts: readonly [number, number, number, number];
  /** What comes between: another request of the same owner. */
  readonly overtaking?: Readonly<Record<string, Asked>>;
}

const upload = { bytes: midi, headers: { "content-type": "audio/midi" } };

const requestLives: readonly RequestLife[] = [
  {
    name: "upload a track",
    actor: "createTrack",
    kinds: [],
    asked: { method: "POST", path: "/tracks", call: upload },
    statuses: [201],
    counts: [1, 0, 0, 0],
  },
  {
    name: "rename a track",
    actor: "updateTrack",
    kinds: ["track"],
    asked: rename(paths.track),
    statuses: [200],
    counts: [1, 0, 0, 0],
    overtaking: { "overtaken by DELETE": remove(paths.track), "overtaken by PATCH": rename(paths.track) },
  },
  {
    name: "delete a track",
    actor: "deleteTrack",
    kinds: ["track"],
    asked: remove(paths.track),
    // The second try of a deletion that was done finds nothing.
    statuses: [204, 404],
    counts: [0, 0, 0, 0],
    overtaking: {
      "overtaken by DELETE": remove(paths.track),
      "overtaken by PATCH": rename(paths.track),
      "overtaken by POST": compose({ input: { trackId: ids.track } }),
    },
  },
  {
    name: "delete a track with If-Match",
    actor: "deleteTrack",
    kinds: ["track"],
    asked: remove(paths.track, firstTag),
    statuses: [204, 404],
    counts: [0, 0, 0, 0],
    overtaking: { "overtaken by DELETE": remove(paths.track), "overtaken by PATCH": rename(paths.track) },
  },
  {
    name: "rename a composition",
    actor: "updateComposition",
    kinds: ["composition"],
    asked: rename(paths.composition),
    statuses: [200],
    counts: [0, 1, 0, 0],
    overtaking: { "overtaken by DELETE": remove(paths.composition), "overtaken by PATCH": rename(paths.composition) },
  },
  {
    name: "delete a composition",
    actor: "deleteComposition",
    kinds: ["composition"],
    asked: remove(paths.composition),
    statuses: [204, 404],
    counts: [0, 0, 0, 0],
    overtaking: {
      "overtaken by DELETE": remove(paths.composition),
      "overtaken by PATCH": rename(paths.composition),
      "overtaken by POST": compose({ input: { compositionId: ids.composition } }),
    },
  },
  {
    name: "delete a composition with If-Match",
    actor: "deleteComposition",
    kinds: ["composition"],
    asked: remove(paths.composition, firstTag),
    statuses: [204, 404],
    counts: [0, 0, 0, 0],
    overtaking: { "overtaken by DELETE": remove(paths.composition), "overtaken by PATCH": rename(paths.composition) },
  },
  {
    name: "delete a model",
    actor: "deleteModel",
    kinds: ["model"],
    asked: remove(paths.model),
    statuses: [204, 404],
    counts: [0, 0, 0, 0],
    overtaking: { "overtaken by DELETE": remove(paths.model), "overtaken by POST": compose({ modelId: ids.model }) },
  },
  {
    name: "make a training job",
    actor: "createTrainingJob",
    kinds: [],
    asked: { method: "POST", path: "/training-jobs", call: { json: { name: "A job", technique: "unet-gan" } } },
    statuses: [202],
    counts: [0, 0, 0, 1],
  },
  {
    name: "stop a training job",
    actor: "stopTrainingJob",
    kinds: ["runningJob"],
    asked: { method: "POST", path: `/training-jobs/${ids.runningJob}/stop` },
    statuses: [202],
    counts: [0, 0, 0, 1],
  },
  {
    name: "delete a training job",
    actor: "deleteTrainingJob",
    kinds: ["job"],
    asked: remove(paths.job),
    statuses: [204, 404],
    counts: [0, 0, 0, 0],
    overtaking: { "overtaken by DELETE": remove(paths.job) },
  },
];

function problemsOfReply(reply: Reply | undefined): readonly string[] {
  if (reply === undefined || reply.status < 400) return [];
  const { body } = reply;
  if (typeof body !== "object" || body === null || !("code" in body) || !("detail" in body)) {
    return [`an answer ${reply.status} that tells nothing`];
  }
  return faultsOfText({ code: String(body.code), message: String(body.detail), retryable: false });
}

async function everyRequest(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, actor, kinds, asked, statuses, counts, overtaking = {} } of requestLives) {
    const ask = async (
      options: ComposingWorldOptions,
      prepare: (world: ComposingWorld) => void = () => undefined,
    ): Promise<{ readonly world: ComposingWorld; readonly reply: Reply | undefined }> => {
      const world = new ComposingWorld(options);
      furnish(world, kinds);
      prepare(world);
      const reply = await world.request(actor, asked.method, asked.path, asked.call);
      await world.live();
      return { world, reply };
    };
    const tell = (
      told: Pick<Outcome, "fault" | "where">,
      { world, reply }: { readonly world: ComposingWorld; readonly reply: Reply | undefined },
      { mayEndOtherwise, mustStrike }: { readonly mayEndOtherwise: boolean; readonly mustStrike: boolean },
    ): void => {
      const { tracks, compositions, models, trainingJobs } = world.api;
      const found = [tracks, compositions, models, trainingJobs].map((all) => all.all().length);
      const isAsExpected = found.every((count, index) => count === counts[index]);
      outcomes.push({
        life: "Requests that create, change and delete",
        step: name,
        ended: reply === undefined ? "no answer" : String(reply.status),
        ...told,
        wrong: [
          ...world.problems(),
          ...problemsOfReply(reply),
          ...(mayEndOtherwise || isAsExpected ? [] : [`lost or doubled: there are ${found.join(", ")}`]),
          ...(mayEndOtherwise || (reply !== undefined && statuses.includes(reply.status))
            ? []
            : [`the answer should be ${statuses.join(" or ")}`]),
          ...(reply !== undefined &&
          mayEndOtherwise &&
          reply.status >= 500 &&
          mustStrike &&
          world.options.isPatient !== false
            ? ["a request that was overtaken is no fault of the service"]
            : []),
          ...(!mustStrike || world.injector.struck ? [] : ["the fault did not come to pass"]),
        ],
      });
    };
    const dry = await ask({});
    tell({ fault: "none", where: "" }, dry, { mayEndOtherwise: false, mustStrike: false });
    const recorded = dry.world.injector.recorded.filter((one) => one.actor === actor);
    // What the request has left to do is the sweeper's.
    const finishing = dry.world.injector.recorded.filter(
      (one) => one.actor === "SweepOpenWork" && one.calls.some((port) => port.startsWith("pendingChanges.remove")),
    );
    for (const call of callTargets(finishing)) {
      const swept = finishing.find(({ invocation }) => invocation === call.invocation)?.calls[call.call - 1] ?? "?";
      const told = { fault: `${faultNames[call.fault]}, in the sweep that finishes it`, where: swept };
      tell(told, await ask({ call }), { mayEndOtherwise: false, mustStrike: true });
    }
    for (const call of callTargets(recorded)) {
      const where = recorded[0]?.calls[call.call - 1] ?? "?";
      const told = { fault: faultNames[call.fault], where };
      tell(told, await ask({ call }), { mayEndOtherwise: false, mustStrike: true });
      const givesUp = { fault: `${faultNames[call.fault]}, not tried again`, where };
      tell(givesUp, await ask({ call, isPatient: false }), { mayEndOtherwise: true, mustStrike: true });
    }
    const calls = recorded[0]?.calls ?? [];
    for (const [fault, other] of Object.entries(overtaking)) {
      for (const [index, where] of calls.entries()) {
        const overtaken = await ask({}, (world) => {
          world.injector.meanwhile = {
            target: { actor, invocation: 1, call: index + 1 },
            act: async () => {
              await world.api.call(other.method, other.path, other.call);
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
  readonly kinds: readonly (keyof typeof ids)[];
  readonly asked: Asked;
  readonly options?: ComposingWorldOptions;
  readonly actors: readonly string[];
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
    kinds: ["track", "model"],
    asked: compose({ input: { trackId: ids.track }, modelId: ids.model }),
    actors: ["createComposition", "ExecuteComposition"],
  },
  {
    name: "A composition with another composition",
    kinds: ["composition"],
    asked: compose({ input: { compositionId: ids.composition } }),
    actors: ["createComposition", "ExecuteComposition"],
  },
  {
    name: "A composition whose stream record is lost",
    kinds: [],
    asked: compose(),
    options: { isDispatchLost: true },
    actors: ["SweepOpenWork", "ExecuteComposition"],
  },
];

async function composeOnce(
  { kinds, asked, options }: Pick<ComposingLife, "kinds" | "asked" | "options">,
  more: ComposingWorldOptions = {},
  prepare: (world: ComposingWorld) => void = () => undefined,
): Promise<ComposingWorld> {
  const world = new ComposingWorld({ ...options, ...more });
  furnish(world, kinds);
  prepare(world);
  await world.request("createComposition", asked.method, asked.path, asked.call);
  await world.live();
  return world;
}

/** The one that was asked for: not the one that it was made from. */
const made = ({ api }: ComposingWorld): readonly CompositionItem[] =>
  api.compositions.all().filter(({ id }) => id !== ids.composition);

function outcomeOf(
  told: Pick<Outcome, "life" | "step" | "fault" | "where">,
  world: ComposingWorld,
  {
    ends,
    mustStrike = true,
    count = 1,
  }: { readonly ends: readonly string[]; readonly mustStrike?: boolean; readonly count?: number },
): Outcome {
  const all = made(world);
  const [row] = all;
  const ended = row === undefined ? "deleted" : [row.state, row.failure?.code].filter(Boolean).join(" ");
  return {
    ...told,
    ended,
    wrong: [
      ...world.problems(),
      ...(all.length === count ? [] : [`lost or doubled: there are ${all.length}`]),
      ...(row === undefined || ends.includes(row.state) ? [] : [`lost: it should have ended ${ends.join(" or ")}`]),
      ...(!mustStrike || world.injector.struck ? [] : ["the fault did not come to pass"]),
    ],
  };
}

async function everyCall(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const life of composingLives) {
    const dry = await composeOnce(life);
    const ends = ["COMPLETED"];
    const told = { life: life.name, step: "none", fault: "none", where: "" };
    outcomes.push(outcomeOf(told, dry, { ends, mustStrike: false }));
    const { recorded } = dry.injector;
    for (const call of callTargets(recorded).filter(({ actor }) => life.actors.includes(actor))) {
      const { actor, invocation } = call;
      const port = recorded.find((one) => one.actor === actor && one.invocation === invocation)?.calls[call.call - 1];
      const where = `${port ?? "?"}, call ${call.call} of invocation ${invocation}`;
      const world = await composeOnce(life, { call });
      outcomes.push(outcomeOf({ life: life.name, step: actor, fault: faultNames[call.fault], where }, world, { ends }));
    }
    for (const delivery of deliveryFaults) {
      const world = await composeOnce(life, { delivery });
      const at = { life: life.name, step: "ExecuteComposition", fault: faultNames[delivery], where: "" };
      outcomes.push(outcomeOf(at, world, { ends }));
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
      const world = await composeOnce(life, {}, (one) => {
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
      const count = isDeleted ? made(world).length : 1;
      const told = { life: life.name, step: "ExecuteComposition", fault, where };
      outcomes.push(outcomeOf(told, world, { ends: ["COMPLETED"], count }));
    }
  }
  return outcomes;
}

const unavailable = (reason: string): Invocation => ({ kind: "UNAVAILABLE", reason });
const modelError = (status: number, body = ""): Invocation => ({ kind: "MODEL_ERROR", status, body });
const bytes = (text: string): Invocation => ({ kind: "ANSWER", body: new TextEncoder().encode(text) });

/** Whatever is answered, or read, is judged by the worker: nothing of it waits for the sweeper to give up. */
const atOnce = (outcome: Outcome): Outcome => ({
  ...outcome,
  wrong: [...outcome.wrong, ...(outcome.ended.includes("COMPOSITION_ABANDONED") ? ["stuck: nobody judged it"] : [])],
});

/** What the endpoint and the files it works on do. */
async function everyEndpointFault(): Promise<Outcome[]> {
  const life = "What the endpoint answers";
  const times = (count: number, answer: Invocation): readonly Invocation[] =>
    Array.from({ length: count }, () => answer);
  const cases: readonly (readonly [string, readonly Invocation[], Invocation | undefined, string])[] = [
    ["cold for 30 s", times(4, unavailable("TimeoutError")), undefined, "COMPLETED"],
    ["refuses connections twice", times(2, unavailable("ECONNREFUSED")), undefined, "COMPLETED"],
    ["crashes with the request inside", times(1, unavailable("ECONNRESET")), undefined, "COMPLETED"],
    ["throttles three times", times(3, unavailable("ThrottlingException")), undefined, "COMPLETED"],
    ["HTTP 500 twice", times(2, modelError(500, "arn:aws:x Traceback")), undefined, "COMPLETED"],
    ["HTTP 429 twice", times(2, modelError(429)), undefined, "COMPLETED"],
    ["never answers", [], unavailable("TimeoutError"), "FAILED"],
    ["crashes always", [], modelError(500), "FAILED"],
    [
      "a corrupted model",
      [],
      modelError(422, '{"code":"MODEL_UNREADABLE","message":"The model cannot be read."}'),
      "FAILED",
    ],
    ["refuses without a reason", [], modelError(400, "<html>"), "FAILED"],
    ["an answer that is no JSON", [], bytes("\u0000\u0001"), "FAILED"],
    ["an answer that is empty", [], bytes(""), "FAILED"],
    ["an answer of another shape", [], bytes('{"schemaVersion":1,"tracks":"none"}'), "FAILED"],
    ["an answer that is too large", [], bytes("x".repeat(5_000_000)), "FAILED"],
  ];
  const outcomes: Outcome[] = [];
  for (const [fault, answers, always, end] of cases) {
    const world = await composeOnce({ kinds: [], asked: compose() }, {}, (one) => {
      one.answers.push(...answers);
      one.always = always;
    });
    outcomes.push(
      atOnce(outcomeOf({ life, step: "endpoint", fault, where: "" }, world, { ends: [end], mustStrike: false })),
    );
  }
  const another = await composeOnce({ kinds: [], asked: compose() }, {}, (one) => {
    one.answers.push((row) => answerOf(row, { modelSha256: "0".repeat(64) }));
  });
  const told = { life, step: "endpoint", fault: "an answer of another model", where: "" };
  outcomes.push(outcomeOf(told, another, { ends: ["FAILED"], mustStrike: false }));

  const files: readonly (readonly [string, "track" | "composition", (world: ComposingWorld) => void])[] = [
    ["the track's file is gone", "track", ({ api }) => api.files.objects.delete(trackKey(owned(ids.track)))],
    [
      "the track's file is garbage",
      "track",
      ({ api }) => api.files.objects.set(trackKey(owned(ids.track)), Buffer.from("MThd no")),
    ],
    [
      "the score is gone",
      "composition",
      ({ api }) => api.files.objects.delete(compositionScoreKey(owned(ids.composition))),
    ],
    [
      "the score is garbage",
      "composition",
      ({ api }) => api.files.objects.set(compositionScoreKey(owned(ids.composition)), Buffer.from("{")),
    ],
  ];
  for (const [fault, kind, spoil] of files) {
    const input = kind === "track" ? { trackId: ids.track } : { compositionId: ids.composition };
    const world = await composeOnce({ kinds: [kind], asked: compose({ input }) }, {}, spoil);
    // What the harness spoilt is not the service's to mend.
    const outcome = outcomeOf({ life, step: "input", fault, where: "" }, world, {
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
    ["writing files", (call) => call === "artefacts.write"],
    ["reading files", (call) => call === "artefacts.read"],
    ["completing the row", (call) => call === "compositions.complete"],
  ];
  const outcomes: Outcome[] = [];
  for (const [step, isOf] of parts) {
    for (const fault of ["THROWS_BEFORE", "CUT_OFF_BEFORE"] as const) {
      const world = await composeOnce(
        { kinds: ["track"], asked: compose({ input: { trackId: ids.track } }) },
        {},
        (one) => {
          one.injector.always = (actor, call) => (actor === "ExecuteComposition" && isOf(call) ? fault : undefined);
        },
      );
      outcomes.push(
        outcomeOf({ life, step, fault: `${faultNames[fault]}, always`, where: "" }, world, { ends: ["FAILED"] }),
      );
    }
  }
  return outcomes;
}

/** Every fault of the composing plane and of the resources, in one fixed order. */
export async function composingFaults(): Promise<readonly Outcome[]> {
  return [...(await everyRequest()), ...(await everyCall()), ...(await everyEndpointFault()), ...(await everyOutage())];
}
