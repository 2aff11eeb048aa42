/** A {@link ResourceWorld} on a real table and real buckets: a user of its own each. */
import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { ownedKey, quotaKey } from "../../../naming/table-keys";
import {
  compositionItemSchema,
  modelItemSchema,
  quotaHeld,
  trackItemSchema,
  trainingJobItemSchema,
} from "../../../domain/schemas/items";
import { quotaCounterSchema } from "../../../domain/schemas/user-caps";
import { createIdempotencyRecords } from "../../../lambdas/stores/idempotency-records";
import { createOpenWork } from "../../../lambdas/stores/open-work";
import { createOwnedRows } from "../../../lambdas/stores/owned-rows";
import { createPendingChanges } from "../../../lambdas/stores/pending-changes";
import { createCatalogues, createStockModels } from "../../../lambdas/stores/stock-models";
import { createPresigningObjectStore } from "../../../lambdas/stores/presigned-urls";
import { VirtualClock } from "../../fakes/clock";
import type { ResourceWorld } from "../../support/resource-world";
import { collectingLog } from "../../unit/api/support/documented-api";
import { composerPorts } from "../../unit/api/support/composer-api";
import type { LocalTable } from "./local-table";

let users = 0;

export function localWorld({ table, s3, artefactsBucket, workBucket }: LocalTable): ResourceWorld {
  users += 1;
  const sub = `user-of-world-${users}`;
  // Records of first answers expire by the real clock.
  const clock = new VirtualClock(new Date().toISOString());
  const tracks = createOwnedRows({ table, kind: "TRACK", schema: trackItemSchema });
  const compositions = createOwnedRows({ table, kind: "COMPOSITION", schema: compositionItemSchema });
  const models = createOwnedRows({ table, kind: "MODEL", schema: modelItemSchema });
  const trainingJobs = createOwnedRows({ table, kind: "TRAINING_JOB", schema: trainingJobItemSchema });
  const pendingChanges = createPendingChanges(table);
  const files = createPresigningObjectStore({ client: s3, bucket: artefactsBucket, now: clock.now });
  const all = { sub, limit: 50 };
  return {
    sub,
    clock,
    ports: composerPorts(
      {
        tracks,
        compositions,
        models,
        trainingJobs,
        stockModels: createStockModels(table),
        catalogues: createCatalogues(table),
        pendingChanges,
        idempotencyRecords: createIdempotencyRecords(table),
        openWork: createOpenWork(table),
        files,
        work: createPresigningObjectStore({ client: s3, bucket: workBucket, now: clock.now }),
      },
      { now: clock.now, metrics: { record: () => undefined }, log: collectingLog() },
    ),
    rows: async () => [
      ...(await tracks.list(all)).items,
      ...(await compositions.list(all)).items,
      ...(await models.list(all)).items,
      ...(await trainingJobs.list(all)).items,
    ],
    objects: async () => (await files.list(`users/${sub}/`, 10_000)).map(({ key }) => key),
    quota: async () => {
      const { Item = {} } = await table.client.send(
        new GetCommand({ TableName: table.tableName, Key: quotaKey(sub), ConsistentRead: true }),
      );
      return Object.fromEntries(quotaCounterSchema.options.map((counter) => [counter, Number(Item[counter] ?? 0)]));
    },
    changes: async () => {
      const found = [];
      for await (const change of pendingChanges.list()) if (change.sub === sub) found.push(change);
      return found;
    },
    seedRow: async (row) => {
      const { tableName: TableName } = table;
      await table.client.send(new PutCommand({ TableName, Item: { ...ownedKey(row.kind, sub, row.id), ...row } }));
      for (const [counter, by] of Object.entries(quotaHeld(row))) {
        await table.client.send(
          new UpdateCommand({
            TableName,
            Key: quotaKey(sub),
            UpdateExpression: "ADD #counter :by",
            ExpressionAttributeNames: { "#counter": counter },
            ExpressionAttributeValues: { ":by": by },
          }),
        );
      }
    },
  };
}
