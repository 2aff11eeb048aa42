import type { TrainingMetrics } from "./training-resources";

/** Puts epochs that were read later behind those that are known. An epoch that is in both is taken as it was read last. */
export function joinEpochs(known: TrainingMetrics, later: TrainingMetrics): TrainingMetrics {
  const byEpoch = new Map([...known.items, ...later.items].map((item) => [item.epoch, item]));
  return {
    items: [...byEpoch.values()].sort((one, other) => one.epoch - other.epoch),
    reference: Object.keys(later.reference).length > 0 ? later.reference : known.reference,
  };
}
