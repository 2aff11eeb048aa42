/** A {@link ResourceWorld} in memory. */
import { quotaHeld } from "../../../domain/schemas/items";
import { quotaCounterSchema } from "../../../domain/schemas/user-caps";
import { VirtualClock } from "../../fakes/clock";
import type { ResourceWorld } from "../../support/resource-world";
import { composerApi, type ComposerApi } from "../api/support/composer-api";
import { alice } from "../api/support/items";

/** What an API in memory has of its one user's. */
export function resourceWorldOf(api: ComposerApi, clock: VirtualClock): ResourceWorld {
  const { stores, tracks, compositions, models, trainingJobs, files, ports } = api;
  return {
    sub: alice,
    clock,
    ports,
    rows: async () => [...tracks.all(), ...compositions.all(), ...models.all(), ...trainingJobs.all()],
    objects: async () => [...files.objects.keys()],
    quota: async () =>
      Object.fromEntries(quotaCounterSchema.options.map((counter) => [counter, stores.quotaOf(alice, counter)])),
    changes: async () => stores.pending(),
    seedRow: async (row) => {
      stores.moveQuota(row.sub, quotaHeld(row));
      if (row.kind === "TRACK") tracks.put(row);
      else if (row.kind === "COMPOSITION") compositions.put(row);
      else if (row.kind === "MODEL") models.put(row);
      else trainingJobs.put(row);
    },
  };
}

export function memoryWorld(): ResourceWorld {
  const clock = new VirtualClock();
  return resourceWorldOf(composerApi({ clock: clock.now }), clock);
}
