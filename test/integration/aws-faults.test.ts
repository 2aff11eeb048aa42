/**
 * M6, H6: every operation of the API, and every call of the workflow's and the worker's stores, against the faults that
 * AWS has and the local cloud does not show: overload, conflicts, broken connections, silence.
 */
import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import { createDocumentClient, createS3Client } from "../../lambdas/aws/clients";
import { isPassingFault } from "../../lambdas/aws/passing-faults";
import { createCompositions } from "../../lambdas/stores/compositions";
import { createDynamoDBTable } from "../../lambdas/stores/dynamodb-table";
import { createObjectStore } from "../../lambdas/stores/objects";
import { createPendingChanges, pendingChange } from "../../lambdas/stores/pending-changes";
import { createRowsByKey } from "../../lambdas/stores/rows-by-key";
import { createSlots } from "../../lambdas/stores/slots";
import { TableBusy } from "../../lambdas/stores/table";
import { createTickets } from "../../lambdas/stores/tickets";
import { createTrainingJobs } from "../../lambdas/stores/training-jobs";
import { apiRoutes, isOperationId, type OperationId, routeKey } from "../../naming/api-routes";
import { openWorkOwner } from "../../naming/table-keys";
import { doneValue } from "../support/done-value";
import {
  type AwsFault,
  dynamodbFaults,
  type FaultyAws,
  s3Faults,
  silences,
  startFaultyAws,
} from "../support/faulty-aws";
import {
  correctedMidi,
  expectWhole,
  midi,
  reconcilePastGrace,
  type ResourceHarness,
  seededFile,
  seeds,
} from "../support/resource-harness";
import { type Call, httpEvent, type Reply } from "../unit/api/support/documented-api";
import { composition, finishedOutput, quotas, trainingJob } from "../unit/api/support/items";
import { type ApiFunctions, startApiFunctions } from "./support/api-functions";
import { localHarness } from "./support/local-harness";
import { type LocalTable, putStockRows, startLocalTable } from "./support/local-table";

let local: LocalTable;
let aws: FaultyAws;
let functions: ApiFunctions;

beforeAll(async () => {
  local = await startLocalTable();
  aws = await startFaultyAws(local.endpointUrl);
  functions = await startApiFunctions({ local, quotas, endpointUrl: aws.url });
  await putStockRows(local);
});
afterAll(async () => {
  functions.stop();
  await aws.stop();
  await local.stop();
});

interface ApiCall {
  readonly operation: OperationId;
  readonly request: (harness: ResourceHarness) => Promise<readonly [target: string, call?: Call]>;
  readonly usesS3?: boolean;
}

const upload: Call = { bytes: midi, headers: { "content-type": "audio/midi" } };
const of =
  (kind: keyof typeof seeds, path: string, more = "", call: Call = {}): ApiCall["request"] =>
  async (harness) => [`/${path}/${await seeds[kind](harness)}${more}`, call];
const at =
  (target: string, call: Call = {}): ApiCall["request"] =>
  async () => [target, call];

const composed = {
  json: {
    name: "A piece",
    technique: "unet-gan",
    modelId: "unet-gan-bach",
    input: { sampleMelodyId: "twinkle-twinkle" },
  },
};
const trained = {
  json: { name: "A job", technique: "unet-gan", topics: { mode: ["minor"] }, hyperparameters: { epochs: 3 } },
};
const rated = { json: { rating: "good" } };
const dataset = {
  json: { name: "My band", license: { kind: "own-work", text: "I wrote all of it.", confirmsRights: true } },
};
const offered = { json: { files: [{ path: "a.mid", bytes: 100, sha256: "a".repeat(64) }] } };
const archived = { json: { bytes: 100, sha256: "a".repeat(64), tagsFrom: "none" } };
const corrected = { bytes: correctedMidi, headers: { "content-type": "audio/midi", "if-match": "*" } };
const programs = { json: { programs: [{ index: 1, program: 40 }] } };

/** A composition that is shared. @returns its id */
async function sharedPiece(harness: ResourceHarness): Promise<string> {
  const id = await seeds.COMPOSITION(harness);
  const item = await harness.ports.compositions.get({ sub: harness.sub, id });
  if (item === undefined) throw new Error("the seed is gone");
  const times = { createdAt: "2026-01-31T12:00:00.000Z", expiresAt: "2099-01-31T12:00:00.000Z" };
  doneValue(await harness.ports.shares.create(item, { tokenSha256: randomBytes(32).toString("hex"), ...times }));
  return id;
}

const apiCalls: readonly ApiCall[] = [
  { operation: "createTrack", request: at("/tracks", upload), usesS3: true },
  { operation: "listTracks", request: at("/tracks") },
  { operation: "getTrack", request: of("TRACK", "tracks") },
  { operation: "updateTrack", request: of("TRACK", "tracks", "", { json: { name: "New" } }) },
  { operation: "deleteTrack", request: of("TRACK", "tracks"), usesS3: true },
  { operation: "getTrackMidi", request: of("TRACK", "tracks", "/midi"), usesS3: true },
  { operation: "createComposition", request: at("/compositions", composed) },
  { operation: "listCompositions", request: at("/compositions") },
  { operation: "getComposition", request: of("COMPOSITION", "compositions") },
  { operation: "updateComposition", request: of("COMPOSITION", "compositions", "", programs), usesS3: true },
  { operation: "deleteComposition", request: of("COMPOSITION", "compositions"), usesS3: true },
  { operation: "getCompositionMidi", request: of("COMPOSITION", "compositions", "/midi"), usesS3: true },
  { operation: "getCompositionInputMidi", request: of("COMPOSITION", "compositions", "/input/midi"), usesS3: true },
  { operation: "correctComposition", request: of("COMPOSITION", "compositions", "/midi", corrected), usesS3: true },
  { operation: "listCompositionEditEvents", request: of("COMPOSITION", "compositions", "/edit-events") },
  { operation: "rateComposition", request: of("COMPOSITION", "compositions", "/rating", rated) },
  { operation: "shareComposition", request: of("COMPOSITION", "compositions", "/share", { json: {} }) },
  { operation: "revokeShare", request: async (harness) => [`/compositions/${await sharedPiece(harness)}/share`] },
  { operation: "getUsage", request: at("/usage") },
  { operation: "listTechniqueRatings", request: at("/technique-ratings") },
  { operation: "listModels", request: at("/models") },
  { operation: "getModel", request: of("MODEL", "models") },
  { operation: "updateModel", request: of("MODEL", "models", "", { json: { name: "New" } }) },
  { operation: "deleteModel", request: of("MODEL", "models"), usesS3: true },
  { operation: "listModelSamples", request: of("MODEL", "models", "/samples"), usesS3: true },
  { operation: "getModelSample", request: of("MODEL", "models", "/samples/ode-to-joy"), usesS3: true },
  { operation: "createDataset", request: at("/datasets", dataset) },
  { operation: "listDatasets", request: at("/datasets") },
  { operation: "getDataset", request: of("DATASET", "datasets") },
  { operation: "updateDataset", request: of("DATASET", "datasets", "", { json: { name: "New" } }) },
  { operation: "deleteDataset", request: of("DATASET", "datasets"), usesS3: true },
  { operation: "offerDatasetFiles", request: of("DATASET", "datasets", "/uploads", offered) },
  { operation: "offerDatasetArchive", request: of("DATASET", "datasets", "/archives", archived), usesS3: true },
  { operation: "getDatasetFile", request: of("DATASET", "datasets", `/files/${seededFile}`), usesS3: true },
  {
    operation: "overrideDatasetFile",
    request: of("DATASET", "datasets", `/files/${seededFile}`, { json: { overrides: [] } }),
    usesS3: true,
  },
  { operation: "withdrawDatasetFile", request: of("DATASET", "datasets", `/files/${seededFile}`), usesS3: true },
  { operation: "listDatasetFiles", request: of("DATASET", "datasets", "/files") },
  {
    operation: "createDatasetVersion",
    request: of("FILLED_DATASET", "datasets", "/versions", { json: { lineUp: "band" } }),
  },
  { operation: "listDatasetVersions", request: of("DATASET", "datasets", "/versions") },
  { operation: "getDatasetVersion", request: of("DATASET", "datasets", `/versions/${"0".repeat(16)}`) },
  { operation: "listTrainingTopics", request: at("/training-topics") },
  { operation: "createTrainingJob", request: at("/training-jobs", trained) },
  { operation: "estimateTrainingJob", request: at("/training-jobs/estimate", trained) },
  { operation: "eraseUserData", request: at("/me/data") },
  { operation: "getUserData", request: at("/me/data") },
  { operation: "listTrainingJobs", request: at("/training-jobs") },
  { operation: "getTrainingJob", request: of("TRAINING_JOB", "training-jobs") },
  { operation: "deleteTrainingJob", request: of("TRAINING_JOB", "training-jobs"), usesS3: true },
  {
    operation: "stopTrainingJob",
    request: async (harness) => {
      const job = trainingJob({ sub: harness.sub });
      await harness.ports.trainingJobs.create({ item: job, takes: { openTrainingJobs: 1 }, quotas });
      return [`/training-jobs/${job.id}/stop`, {}];
    },
  },
  { operation: "listTrainingJobMetrics", request: of("TRAINING_JOB", "training-jobs", "/metrics"), usesS3: true },
  { operation: "listTrainingJobSamples", request: of("TRAINING_JOB", "training-jobs", "/samples"), usesS3: true },
  {
    operation: "getTrainingJobSample",
    request: of("TRAINING_JOB", "training-jobs", "/samples/1/ode-to-joy"),
    usesS3: true,
  },
];

/** Sends the request while AWS has the fault. */
async function send(
  harness: ResourceHarness,
  { operation, request }: ApiCall,
  fault?: AwsFault,
  times?: number,
): Promise<Reply> {
  const [target, call = {}] = await request(harness);
  const { method } = apiRoutes[operation];
  expect(httpEvent(method, target).routeKey).toBe(routeKey(apiRoutes[operation]));
  aws.meet(fault, times);
  try {
    return await functions.call(method, target, { ...call, sub: harness.sub });
  } finally {
    aws.meet(undefined);
  }
}

async function expectWholeAfterwards(harness: ResourceHarness, when: string): Promise<void> {
  await reconcilePastGrace(harness);
  await expectWhole(harness, when);
}

test("every operation that needs a token is here", () => {
  const listed = new Set<string>(apiCalls.map(({ operation }) => operation));
  const all = Object.keys(apiRoutes).filter((id) => isOperationId(id) && !apiRoutes[id].public);
  expect([...listed].sort()).toEqual(all.sort());
});

/** A read meets no transaction, and what the SDK tries again is tried again for every operation alike. */
const ofReads = /ThrottlingException|503|connection|InternalError/;
const faultsOf = ({ operation, usesS3 = false }: ApiCall, faults: readonly AwsFault[]): readonly AwsFault[] =>
  faults.filter(
    ({ service, name, only }) =>
      (service === "dynamodb" || usesS3) &&
      (apiRoutes[operation].method !== "GET" || (only === undefined && ofReads.test(name))),
  );
const allFaults = [...dynamodbFaults, ...s3Faults];

// First: a client whose tries have failed for long saves them up (the SDK's retry quota).
test.each(apiCalls.map((call) => [call.operation, call] as const))(
  "%s: one fault of AWS is not seen",
  async (operation, call) => {
    const { status: usual } = await send(localHarness(local), call);
    for (const fault of faultsOf(call, allFaults)) {
      const harness = localHarness(local);
      const { status } = await send(harness, call, fault, 1);
      expect([fault.name, status]).toEqual([fault.name, usual]);
      if (operation !== "stopTrainingJob") await expectWholeAfterwards(harness, `${operation}, ${fault.name} once`);
    }
  },
  300_000,
);

/**
 * A deletion is done when its row is gone: what S3 does not do is left to the reconciler. It knows nothing of a single
 * file of a data set, so whoever takes one out is told to ask again.
 */
const deletes = (operation: OperationId): boolean =>
  apiRoutes[operation].method === "DELETE" && operation !== "withdrawDatasetFile";

test.each(apiCalls.map((call) => [call.operation, call] as const))(
  "%s: a fault that lasts gets 503 and Retry-After, and nothing is half-written",
  async (operation, call) => {
    for (const fault of faultsOf(call, allFaults)) {
      const harness = localHarness(local);
      const asked = aws.calls[fault.service];
      const { status, headers } = await send(harness, call, fault);
      const when = `${operation}, ${fault.name}`;
      const meets = fault.only === undefined || status === 503;
      if (fault.service === "s3" && deletes(operation)) expect([when, status]).toEqual([when, 204]);
      else if (meets) {
        expect([when, status]).toEqual([when, 503]);
        expect(Number(headers["retry-after"])).toBeGreaterThan(0);
        expect(aws.calls[fault.service]).toBeGreaterThan(asked);
      } else expect([when, status < 500]).toEqual([when, true]);
      if (operation !== "stopTrainingJob") await expectWholeAfterwards(harness, when);
    }
  },
  300_000,
);

const silent = apiCalls.filter(({ operation }) =>
  ["createTrack", "deleteTrack", "updateComposition", "deleteTrainingJob"].includes(operation),
);
test.each(silent.map((call) => [call.operation, call] as const))(
  "%s: a service that never responds ends in a response of ours before the function's time is over",
  async (operation, call) => {
    for (const fault of silences) {
      const harness = localHarness(local);
      const { status, headers } = await send(harness, call, fault);
      if (fault.service === "s3" && deletes(operation)) expect(status).toBe(204);
      else {
        expect(status).toBe(503);
        expect(Number(headers["retry-after"])).toBeGreaterThan(0);
      }
      await expectWholeAfterwards(harness, `${operation}, ${fault.name}`);
    }
  },
  120_000,
);

/** Reads to the end. */
async function isRead(items: AsyncIterable<unknown>): Promise<boolean> {
  for await (const item of items) expect(item).toBeDefined();
  return true;
}

/** Each call of a store of the workflow or the worker, on rows of its own; it gives what can be compared. */
function storeCalls(): readonly (readonly [string, () => Promise<() => Promise<unknown>>])[] {
  const now = () => new Date();
  const table = createDynamoDBTable({ client: createDocumentClient(), tableName: local.tableName });
  const stores = { table, now };
  const trainingJobs = createTrainingJobs(stores);
  const compositions = createCompositions(stores);
  const slots = createSlots(table);
  const tickets = createTickets(table);
  const store = createObjectStore({ client: createS3Client(), bucket: local.artifactsBucket });
  const newJob = async () => {
    const harness = localHarness(local);
    const item = trainingJob({ sub: harness.sub, holds: { trainingJobs: 1, models: 1 } });
    await harness.seedRow(item);
    return { sub: item.sub, id: item.id, attempt: item.attempt };
  };
  const newComposition = async (more: Parameters<typeof composition>[0] = {}) => {
    const harness = localHarness(local);
    const item = composition({ sub: harness.sub, ...more });
    await harness.seedRow(item);
    return { sub: item.sub, id: item.id, attempt: item.attempt };
  };
  const running = { state: "RUNNING", attempt: 1, runningUntil: "2020-01-01T00:00:00.000Z" } as const;
  const failure = { code: "X", message: "x", retryable: false };
  let slot = 0;
  const newSlot = async () => {
    slot += 1;
    const index = slot;
    const holder = { sub: "holder", jobId: ulid() };
    await slots.acquire({ index, holder, leasedUntil: 1, order: await slots.order() });
    return { index, jobId: holder.jobId };
  };
  const key = `users/someone/compositions/${ulid()}/score.json`;
  return [
    [
      "trainingJobs.get",
      async () =>
        (
          (owned) => async () =>
            (await trainingJobs.get(owned))?.state
        )(await newJob()),
    ],
    [
      "trainingJobs.advance",
      async () =>
        (
          (owned) => async () =>
            doneValue(await trainingJobs.advance(owned, { to: "QUEUED" })).state
        )(await newJob()),
    ],
    [
      "trainingJobs.beginModel",
      async () =>
        (
          (owned) => async () =>
            doneValue(await trainingJobs.beginModel(owned, owned.id)).state
        )(await newJob()),
    ],
    [
      "trainingJobs.finish",
      async () =>
        (
          (owned) => async () =>
            await trainingJobs.finish(owned, { state: "FAILED", failure, stopRequested: false })
        )(await newJob()),
    ],
    [
      "compositions.get",
      async () =>
        (
          (owned) => async () =>
            (await compositions.get(owned))?.state
        )(await newComposition()),
    ],
    [
      "compositions.claim",
      async () =>
        (
          (owned) => async () =>
            doneValue(await compositions.claim(owned, now())).state
        )(await newComposition()),
    ],
    [
      "compositions.release",
      async () =>
        ((owned) => async () => {
          await compositions.release(owned);
          return (await compositions.get(owned))?.runningUntil;
        })(await newComposition(running)),
    ],
    [
      "compositions.complete",
      async () =>
        (
          (owned) => async () =>
            await compositions.complete(owned, {
              output: finishedOutput,
              barsWithNotes: [],
              pitchSpans: [],
              midi: { revision: 1, sha256: "0".repeat(64), bytes: 1 },
              inputMidi: { sha256: "0".repeat(64), bytes: 1 },
            })
        )(await newComposition(running)),
    ],
    [
      "compositions.fail",
      async () =>
        (
          (owned) => async () =>
            await compositions.fail(owned, failure)
        )(await newComposition(running)),
    ],
    [
      "compositions.abandon",
      async () =>
        (
          (owned) => async () =>
            await compositions.abandon(owned, failure)
        )(await newComposition()),
    ],
    [
      "slots.acquire",
      async () =>
        (
          (holder) => async () =>
            await slots.acquire({ index: (slot += 1), holder, leasedUntil: 1, order: await slots.order() })
        )({ sub: "a", jobId: ulid() }),
    ],
    [
      "slots.renew",
      async () =>
        (
          (held) => async () =>
            await slots.renew({ ...held, leasedUntil: 2 })
        )(await newSlot()),
    ],
    [
      "slots.release",
      async () =>
        (
          (held) => async () =>
            await slots.release(held)
        )(await newSlot()),
    ],
    ["slots.held", async () => async () => (await slots.held()).length > 0],
    [
      "tickets.heartbeat",
      async () => async () => {
        await tickets.heartbeat({ sub: "a", jobId: ulid(), heartbeatAt: 1, asksAgainBy: 2 });
      },
    ],
    ["tickets.waiting", async () => async () => Array.isArray(await tickets.waiting())],
    [
      "tickets.remove",
      async () => async () => {
        await tickets.remove(ulid());
      },
    ],
    [
      "pendingChanges.remove",
      async () => async () => {
        const change = pendingChange({ of: "TRACK", sub: "a", id: ulid(), state: "DELETING", now: now() });
        return await createPendingChanges(stores).remove(change);
      },
    ],
    ["pendingChanges.list", async () => async () => await isRead(createPendingChanges(stores).list())],
    ["compositions.listOpen", async () => async () => await isRead(createCompositions(stores).listOpen())],
    [
      "rowsByKey.find",
      async () => async () => await createRowsByKey(table).find([{ pk: "no", sk: openWorkOwner("no", "no") }]),
    ],
    [
      "objects.write",
      async () => async () => {
        await store.write({ key, body: "{}", contentType: "application/json" });
      },
    ],
    ["objects.read", async () => async () => (await store.read(key, 100))?.length],
    ["objects.list", async () => async () => (await store.list("users/", 1)).length],
    [
      "objects.delete",
      async () => async () => {
        await store.delete([`${key}.not-there`]);
      },
    ],
  ];
}

const serviceOf = (call: string): AwsFault["service"] => (call.startsWith("objects") ? "s3" : "dynamodb");

test("every call of the workflow's and the worker's stores is made again after one fault", async () => {
  for (const [name, prepare] of storeCalls()) {
    const expected = await (await prepare())();
    for (const fault of allFaults.filter(({ service }) => service === serviceOf(name))) {
      const work = await prepare();
      aws.meet(fault, 1);
      const response = await work().catch((error: unknown) => error);
      aws.meet(undefined);
      expect([name, fault.name, response]).toEqual([name, fault.name, expected]);
    }
  }
}, 600_000);

test("a fault that lasts is known as one that passes, whichever call meets it", async () => {
  const faults = allFaults.filter(({ only, name }) => only === undefined && ofReads.test(name));
  for (const [name, prepare] of storeCalls()) {
    for (const fault of faults.filter(({ service }) => service === serviceOf(name))) {
      const work = await prepare();
      aws.meet(fault);
      const error: unknown = await work().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      aws.meet(undefined);
      expect([name, fault.name, error instanceof TableBusy || isPassingFault(error)]).toEqual([name, fault.name, true]);
    }
  }
}, 600_000);
