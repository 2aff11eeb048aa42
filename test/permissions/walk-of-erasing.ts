/** Estimates a training, and erases everything of a user, in every way that calls AWS in a way of its own. */
import { ulid } from "ulid";
import { userDataSchema } from "../../domain/schemas/api/erasure";
import {
  checkpointsPrefix,
  incomingArchiveKey,
  incomingFileKey,
  prefixesOfUser,
  trackKey,
  userObjectsPrefix,
} from "../../naming/object-keys";
import { erasureKey, ownedKey, shareKey, slotKey, slotOrderKey, ticketKey } from "../../naming/table-keys";
import { composition, track, trainingJob } from "../unit/api/support/items";
import type { RecordedFunctions } from "./recorded-functions";

const sub = "44444444-4444-4444-8444-444444444444";
const share = {
  tokenSha256: "c".repeat(64),
  createdAt: "2026-01-31T12:00:00.000Z",
  expiresAt: "2099-01-31T12:00:00.000Z",
};

export async function walkThroughErasing({ local, artifacts, work, call, invoke }: RecordedFunctions): Promise<void> {
  const put = async (key: { readonly pk: string; readonly sk: string }, row: object): Promise<void> => {
    await local.table.write([{ kind: "PUT", key, row: { ...row } }]);
  };
  const erasure = async () => userDataSchema.parse((await call("GET", "/me/data", { sub })).body).erasure;

  const job = trainingJob({
    sub,
    state: "TRAINING",
    instanceType: "ml.m5.xlarge",
    latestMetrics: { epoch: 1, samplesPerSecond: 100, seconds: 10 },
  });
  await put(ownedKey("TRAINING_JOB", sub, job.id), job);
  const body = { name: "Job", technique: job.technique };
  expect(await call("POST", "/training-jobs/estimate", { sub, json: body })).toMatchObject({
    status: 200,
    body: { measured: { trainingJobId: job.id } },
  });

  const piece = composition({ sub, state: "COMPLETED", share });
  await put(ownedKey("COMPOSITION", sub, piece.id), piece);
  await put(shareKey(share.tokenSha256), {
    schemaVersion: 1,
    kind: "SHARE",
    sub,
    compositionId: piece.id,
    expiresAt: 1,
  });
  const uploaded = track({ sub });
  for (const content of ["first", "second"]) {
    await artifacts.write({ key: trackKey(uploaded), body: content, contentType: "audio/midi" });
  }
  await artifacts.delete([trackKey(uploaded)]);
  await work.write({ key: `${checkpointsPrefix(job)}last.pt`, body: "weights", contentType: "application/x" });
  for (const keyOf of [incomingFileKey, incomingArchiveKey]) {
    const key = keyOf({ sub, id: ulid() }, "0".repeat(64));
    await work.write({ key, body: "on its way", contentType: "audio/midi" });
  }
  // A kind of file that no present code makes.
  for (const store of [artifacts, work]) {
    await store.write({ key: `${userObjectsPrefix(sub)}unknown/${ulid()}`, body: "file", contentType: "text/plain" });
  }
  const jobId = ulid();
  await put(ticketKey(jobId), {
    schemaVersion: 1,
    kind: "TICKET",
    sub,
    jobId,
    heartbeatAt: 1,
    asksAgainBy: 1,
    expiresAt: 1,
  });
  await put(slotKey(7), { schemaVersion: 1, kind: "SLOT", holder: { sub, jobId }, leasedUntil: 1 });
  await put(slotOrderKey, { schemaVersion: 1, kind: "SLOT_ORDER", version: 1_000, turns: [sub] });

  for (const status of [202, 202]) expect(await call("DELETE", "/me/data", { sub })).toMatchObject({ status });
  expect(await invoke("events/erase-user-data", {})).toMatchObject({ open: 1, failed: 0 });
  expect(await erasure()).toMatchObject({ state: "STOPPING" });
  await local.table.write([
    {
      kind: "UPDATE",
      key: ownedKey("TRAINING_JOB", sub, job.id),
      changes: { set: { state: "STOPPED" }, remove: ["openWork", "openWorkOwner"] },
    },
  ]);
  expect(await invoke("events/erase-user-data", {})).toMatchObject({ open: 1, failed: 0 });
  expect(await erasure()).toMatchObject({ state: "WATCHING" });
  const changes = { set: { emptySince: new Date(Date.now() - 3_600_000).toISOString() } };
  await local.table.write([{ kind: "UPDATE", key: erasureKey(sub), changes }]);
  expect(await invoke("events/erase-user-data", {})).toMatchObject({ open: 1, erased: 1 });
  expect(await erasure()).toMatchObject({
    state: "ERASED",
    proof: {
      prefixes: (["artifacts", "work"] as const).flatMap((bucket) =>
        prefixesOfUser(bucket, sub).map((prefix) => ({ bucket, prefix })),
      ),
    },
  });
}
