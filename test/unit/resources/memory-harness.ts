/** A {@link ResourceHarness} in memory. */
import { quotaCounterSchema } from "../../../domain/schemas/user-quotas";
import { quotaHeld } from "../../../lambdas/stores/items";
import { VirtualClock } from "../../fakes/clock";
import type { ResourceHarness } from "../../support/resource-harness";
import { type ComposerApi, composerApi } from "../api/support/composer-api";
import { alice } from "../api/support/items";

/** What an API in memory has of its one user's. */
export function resourceHarnessOf(api: ComposerApi, clock: VirtualClock): ResourceHarness {
  const { stores, tracks, compositions, models, trainingJobs, files, ports } = api;
  const { datasets } = stores;
  return {
    sub: alice,
    clock,
    ports,
    rows: async () => [
      ...tracks.all(),
      ...compositions.all(),
      ...models.all(),
      ...trainingJobs.all(),
      ...datasets.all(),
    ],
    objects: async () => [...files.objects.keys()],
    quota: async () =>
      Object.fromEntries(quotaCounterSchema.options.map((counter) => [counter, stores.quotaOf(alice, counter)])),
    changes: async () => stores.pending(),
    seedRow: async (row) => {
      stores.moveQuota(row.sub, quotaHeld(row));
      if (row.kind === "TRACK") tracks.put(row);
      else if (row.kind === "COMPOSITION") compositions.put(row);
      else if (row.kind === "MODEL") models.put(row);
      else if (row.kind === "DATASET") datasets.put(row);
      else trainingJobs.put(row);
    },
  };
}

export function memoryHarness(): ResourceHarness {
  const clock = new VirtualClock();
  return resourceHarnessOf(composerApi({ clock: clock.now }), clock);
}
