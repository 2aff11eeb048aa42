/** A {@link ResourceHarness} on a real table and real buckets: a user of its own each. */
import { quotaCounterSchema } from "../../../domain/schemas/user-quotas";
import { createCatalogues } from "../../../lambdas/stores/catalogues";
import { createCompositions } from "../../../lambdas/stores/compositions";
import { createDatasetFiles } from "../../../lambdas/stores/dataset-files";
import { createDatasetVersions } from "../../../lambdas/stores/dataset-versions";
import { createDatasets } from "../../../lambdas/stores/datasets";
import { createErasures } from "../../../lambdas/stores/erasures";
import { createIdempotencyRecords } from "../../../lambdas/stores/idempotency-records";
import { quotaHeld } from "../../../lambdas/stores/items";
import { createModels, createStockModels } from "../../../lambdas/stores/models";
import type { OwnedItem, OwnedRows } from "../../../lambdas/stores/owned-rows";
import { createPendingChanges } from "../../../lambdas/stores/pending-changes";
import { createPresigningObjectStore } from "../../../lambdas/stores/presigned-urls";
import { createQuotaCounters } from "../../../lambdas/stores/quotas";
import { createRatings } from "../../../lambdas/stores/ratings";
import { createShares } from "../../../lambdas/stores/shares";
import { createTracks } from "../../../lambdas/stores/tracks";
import { createTrainingJobs } from "../../../lambdas/stores/training-jobs";
import { createUploadSigner } from "../../../lambdas/stores/upload-urls";
import { ownedKey, quotaKey } from "../../../naming/table-keys";
import { VirtualClock } from "../../fakes/clock";
import type { ResourceHarness } from "../../support/resource-harness";
import { composerPorts } from "../../unit/api/support/composer-api";
import { collectingLog } from "../../unit/api/support/documented-api";
import type { LocalTable } from "./local-table";

let users = 0;

export function localHarness({ table, s3, artifactsBucket, workBucket }: LocalTable): ResourceHarness {
  users += 1;
  const sub = `user-of-harness-${users}`;
  // Records of first responses expire by the real clock.
  const clock = new VirtualClock(new Date().toISOString());
  const stores = { table, now: clock.now };
  const tracks = createTracks(stores);
  const compositions = createCompositions(stores);
  const models = createModels(stores);
  const trainingJobs = createTrainingJobs(stores);
  const datasets = createDatasets(stores);
  const pendingChanges = createPendingChanges(stores);
  const files = createPresigningObjectStore({ client: s3, bucket: artifactsBucket, now: clock.now });
  const rowsOf = async <Item extends OwnedItem>(
    store: Pick<OwnedRows<Item>, "summaries" | "getMany">,
  ): Promise<readonly Item[]> =>
    await store.getMany(
      sub,
      (await store.summaries(sub)).map(({ id }) => id),
    );
  return {
    sub,
    clock,
    ports: composerPorts(
      {
        tracks,
        compositions,
        models,
        trainingJobs,
        datasets,
        datasetFiles: createDatasetFiles(stores),
        datasetVersions: createDatasetVersions(stores),
        stockModels: createStockModels(table),
        catalogues: createCatalogues({ table, artifacts: files }),
        ratings: createRatings(stores),
        shares: createShares(stores),
        quotaCounters: createQuotaCounters(table),
        pendingChanges,
        idempotencyRecords: createIdempotencyRecords(stores),
        erasures: createErasures(stores),
        files,
        work: createPresigningObjectStore({ client: s3, bucket: workBucket, now: clock.now }),
        uploads: createUploadSigner({ client: s3, bucket: workBucket, now: clock.now }),
      },
      { now: clock.now, metrics: { record: () => undefined }, log: collectingLog() },
    ),
    rows: async () => [
      ...(await rowsOf(tracks)),
      ...(await rowsOf(compositions)),
      ...(await rowsOf(models)),
      ...(await rowsOf(trainingJobs)),
      ...(await rowsOf(datasets)),
    ],
    objects: async () => (await files.list(`users/${sub}/`, 10_000)).map(({ key }) => key),
    quota: async () => {
      const row = (await table.read(quotaKey(sub))) ?? {};
      return Object.fromEntries(quotaCounterSchema.options.map((counter) => [counter, Number(row[counter] ?? 0)]));
    },
    changes: async () => {
      const found = [];
      for await (const change of pendingChanges.list()) if (change.sub === sub) found.push(change);
      return found;
    },
    seedRow: async (row) => {
      const add = quotaHeld(row);
      await table.write([
        { kind: "PUT", key: ownedKey(row.kind, sub, row.id), row: { ...row } },
        ...(Object.keys(add).length === 0 ? [] : [{ kind: "UPDATE" as const, key: quotaKey(sub), changes: { add } }]),
      ]);
    },
  };
}
