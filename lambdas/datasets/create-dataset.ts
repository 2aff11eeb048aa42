import type * as z from "zod";
import type { createDatasetSchema } from "../../domain/schemas/api/datasets";
import { rightsStatementVersion } from "../../domain/schemas/dataset-parts";
import type { UserQuotas } from "../../domain/schemas/user-quotas";
import type { Datasets } from "../stores/datasets";
import type { IdempotencyOf } from "../stores/idempotency-records";
import type { DatasetItem } from "../stores/items";
import { doneWith, isDone, type Outcome, type QuotaReached, type Repeated, type Stale } from "../stores/outcome";
import { noFiles } from "./count-files";

export interface CreateDatasetParams {
  readonly sub: string;
  readonly wanted: z.output<typeof createDatasetSchema>;
  readonly idempotency: IdempotencyOf<DatasetItem>;
  readonly datasets: Pick<Datasets, "create">;
  readonly quotas: UserQuotas;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** Creates a data set without files. Its owner has confirmed that they have the rights. */
export async function createDataset(
  params: CreateDatasetParams,
): Promise<Outcome<DatasetItem, Repeated | QuotaReached | Stale>> {
  const { sub, wanted, idempotency, datasets, quotas, newId, now } = params;
  const createdAt = now().toISOString();
  const { kind, spdx, text, source } = wanted.license;
  const item: DatasetItem = {
    ...{
      schemaVersion: 1,
      kind: "DATASET",
      sub,
      id: newId(),
      name: wanted.name,
      version: 1,
      createdAt,
      updatedAt: createdAt,
    },
    ...(wanted.description === undefined ? {} : { description: wanted.description }),
    state: "OPEN",
    license: {
      ...{ kind, text },
      ...(spdx === undefined ? {} : { spdx }),
      ...(source === undefined ? {} : { source }),
      ...{ confirmedAt: createdAt, statementVersion: rightsStatementVersion },
    },
    ...noFiles,
    holds: { datasets: 1 },
  };
  const takes = { datasets: 1 };
  const outcome = await datasets.create({ item, takes, quotas, idempotency: idempotency(item) });
  if (outcome.kind === "REFERENCE_GONE") throw new Error("a data set refers to nothing that may be gone");
  return isDone(outcome) ? doneWith(item) : outcome;
}
