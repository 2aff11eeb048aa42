/** A {@link ResourceWorld} in memory. */
import type { CompositionItem, ModelItem, TrackItem, TrainingJobItem } from "../../../domain/schemas/items";
import { quotaHeld } from "../../../domain/schemas/items";
import { quotaCounterSchema } from "../../../domain/schemas/user-caps";
import { VirtualClock } from "../../fakes/clock";
import type { ResourceWorld } from "../../support/resource-world";
import { collectingLog } from "../api/support/documented-api";
import { FakeFiles } from "../api/support/fake-files";
import { FakeTable } from "../api/support/fake-table";
import { alice, caps, catalogue, stockModel } from "../api/support/items";
import { ulid } from "ulid";

export function memoryWorld(): ResourceWorld {
  const table = new FakeTable();
  table.addStockModel(stockModel());
  table.addCatalogue(catalogue());
  const clock = new VirtualClock();
  const tracks = table.owned<TrackItem>("TRACK");
  const compositions = table.owned<CompositionItem>("COMPOSITION");
  const models = table.owned<ModelItem>("MODEL");
  const trainingJobs = table.owned<TrainingJobItem>("TRAINING_JOB");
  const files = new FakeFiles();
  return {
    sub: alice,
    clock,
    ports: {
      tracks,
      compositions,
      models,
      trainingJobs,
      stockModels: table.stockModels,
      catalogues: table.cataloguesOfDatasets,
      pendingChanges: table.pendingChanges,
      idempotencyRecords: table.idempotencyRecords,
      openWork: table.openWork,
      files,
      artefacts: files,
      work: new FakeFiles(),
      caps,
      longestRunSeconds: 7_200,
      checkpointDays: 7,
      metrics: { record: () => undefined },
      newId: ulid,
      randomSeed: () => 1,
      newToken: () => ulid().toLowerCase(),
      now: clock.now,
      log: collectingLog(),
    },
    rows: async () => [...tracks.all(), ...compositions.all(), ...models.all(), ...trainingJobs.all()],
    objects: async () => [...files.objects.keys()],
    quota: async () =>
      Object.fromEntries(quotaCounterSchema.options.map((counter) => [counter, table.quota(alice, counter)])),
    changes: async () => [...table.changes.values()],
    seedRow: async (row) => {
      table.move(row.sub, quotaHeld(row), 1);
      if (row.kind === "TRACK") tracks.put(row);
      else if (row.kind === "COMPOSITION") compositions.put(row);
      else if (row.kind === "MODEL") models.put(row);
      else trainingJobs.put(row);
    },
  };
}
