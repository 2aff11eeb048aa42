/**
 * The keys of the one DynamoDB table.
 *
 * | Item               | pk             | sk                         |
 * | ------------------ | -------------- | -------------------------- |
 * | Track              | USER#{sub}     | TRACK#{id}                 |
 * | Composition        | USER#{sub}     | COMPOSITION#{id}           |
 * | Model of a user    | USER#{sub}     | MODEL#{id}                 |
 * | Training job       | USER#{sub}     | TRAINING_JOB#{id}          |
 * | Data set           | USER#{sub}     | DATASET#{id}               |
 * | File of a data set | USER#{sub}     | DATASET_FILE#{datasetId}#{state}#{sha256} |
 * | Version of a data set | USER#{sub}  | DATASET_VERSION#{datasetId}#{versionId} |
 * | Idempotency record | USER#{sub}     | IDEMPOTENCY#{route}#{key}  |
 * | Quota of a user    | USER#{sub}     | QUOTA                      |
 * | Pending change     | USER#{sub}     | PENDING_CHANGE#{kind}#{id} |
 * | Variation group    | USER#{sub}     | VARIATION_GROUP#{id}       |
 * | Share              | SHARE#{digest} | SHARE                      |
 * | Erasure            | ERASURE#{sub}  | ERASURE                    |
 * | Stock model        | STOCK          | MODEL#{id}                 |
 * | Rating totals      | RATINGS        | TECHNIQUE#{id}             |
 * | Rating totals      | RATINGS        | MODEL#{id}#{sha256}        |
 * | Data set catalogue | CATALOGUE      | DATASET#{id}               |
 * | Training slot      | SLOTS          | SLOT#{k}                   |
 * | Order of the slots | SLOTS          | ORDER                      |
 * | Slot ticket        | TICKETS        | TICKET#{jobId}             |
 *
 * Everything of a user lies in the user's partition, where an erasure finds it without knowing its kind. What names a
 * user elsewhere is in test/unit/erasure/keys-of-users.test.ts, with how it is erased.
 *
 * Ids of users' resources are ULIDs, so a partition that is read backwards lists the newest first.
 */
export const partitionKey = "pk";
export const sortKey = "sk";
/** Name of the attribute that holds the time (epoch seconds) after which DynamoDB deletes an item. */
export const timeToLiveAttribute = "expiresAt";

/**
 * The index that finds unfinished work. It is sparse: an item is in it while it carries `openWork`. The reconciler
 * reads a whole partition. A user's own part of it, in which sort keys begin with the sub, shows whether a model or a
 * track is in use.
 */
export const openWorkIndex = {
  indexName: "OpenWork",
  partitionKey: "openWork",
  sortKey: "openWorkOwner",
} as const;

/** The partition key and the sort key of an item. */
export interface TableKey {
  readonly pk: string;
  readonly sk: string;
}

export const ownedKinds = ["TRACK", "COMPOSITION", "MODEL", "TRAINING_JOB", "DATASET"] as const;
export type OwnedKind = (typeof ownedKinds)[number];

export const userPartition = (sub: string): string => `USER#${sub}`;
/** Returns the beginning of every sort key of a kind. */
export const kindPrefix = (kind: OwnedKind): string => `${kind}#`;
export const ownedKey = (kind: OwnedKind, sub: string, id: string): TableKey => ({
  pk: userPartition(sub),
  sk: `${kindPrefix(kind)}${id}`,
});
/** The states of a file of a data set. Each is the beginning of the sort keys of its files, so one query lists them. */
export const datasetFileStates = ["PENDING", "ACCEPTED", "REJECTED"] as const;
export type DatasetFileState = (typeof datasetFileStates)[number];

/** Returns the beginning of the sort keys of the files of a data set, or of those in one state. */
export const datasetFilePrefix = (datasetId: string, state?: DatasetFileState): string =>
  `DATASET_FILE#${datasetId}#${state === undefined ? "" : `${state}#`}`;
export const datasetFileKey = (
  { sub, id }: { readonly sub: string; readonly id: string },
  { state, sha256 }: { readonly state: DatasetFileState; readonly sha256: string },
): TableKey => ({ pk: userPartition(sub), sk: `${datasetFilePrefix(id, state)}${sha256}` });
/** Returns the beginning of the sort keys of the versions of a data set. */
export const datasetVersionPrefix = (datasetId: string): string => `DATASET_VERSION#${datasetId}#`;
export const datasetVersionKey = (
  { sub, id }: { readonly sub: string; readonly id: string },
  versionId: string,
): TableKey => ({ pk: userPartition(sub), sk: `${datasetVersionPrefix(id)}${versionId}` });
export const idempotencyKey = (sub: string, route: string, key: string): TableKey => ({
  pk: userPartition(sub),
  sk: `IDEMPOTENCY#${route}#${key}`,
});
/**
 * Returns the key of a resource's pending change, whose files and row are not both done yet
 * (docs/adr/0020-rows-before-files.md).
 */
export const pendingChangeKey = (kind: OwnedKind, sub: string, id: string): TableKey => ({
  pk: userPartition(sub),
  sk: `PENDING_CHANGE#${kindPrefix(kind)}${id}`,
});
/** Returns the key of a group of variations (docs/adr/0051-variations-share-a-place.md). */
export const variationGroupKey = (sub: string, groupId: string): TableKey => ({
  pk: userPartition(sub),
  sk: `VARIATION_GROUP#${groupId}`,
});
export const quotaKey = (sub: string): TableKey => ({ pk: userPartition(sub), sk: "QUOTA" });

export const stockPartition = "STOCK";
export const stockModelKey = (modelId: string): TableKey => ({
  pk: stockPartition,
  sk: `${kindPrefix("MODEL")}${modelId}`,
});
export const ratingsPartition = "RATINGS";
export const techniqueRatingsKey = (technique: string): TableKey => ({
  pk: ratingsPartition,
  sk: `TECHNIQUE#${technique}`,
});
/** Returns the key of the ratings of a stock model's file. A model that is trained anew begins with none. */
export const stockModelRatingsKey = ({ id, sha256 }: { readonly id: string; readonly sha256: string }): TableKey => ({
  pk: ratingsPartition,
  sk: `${kindPrefix("MODEL")}${id}#${sha256}`,
});
export const catalogueKey = (datasetId: string): TableKey => ({ pk: "CATALOGUE", sk: `DATASET#${datasetId}` });

/** Returns the key of a share. The table has the token's digest only, so nobody who reads it can open what is shared. */
export const shareKey = (tokenSha256: string): TableKey => ({ pk: `SHARE#${tokenSha256}`, sk: "SHARE" });

/**
 * Returns the key of the erasure of a user's data. It lies outside of the user's partition, because it tells of it when
 * the partition is empty.
 */
export const erasureKey = (sub: string): TableKey => ({ pk: `ERASURE#${sub}`, sk: "ERASURE" });

export const slotsPartition = "SLOTS";
export const slotKey = (index: number): TableKey => ({ pk: slotsPartition, sk: `SLOT#${index}` });
export const slotOrderKey: TableKey = { pk: slotsPartition, sk: "ORDER" };
export const ticketsPartition = "TICKETS";
/**
 * Returns the key of a job's ticket. Job ids are ULIDs, so tickets sort by the time at which their job was made: first
 * come, first served.
 */
export const ticketKey = (jobId: string): TableKey => ({ pk: ticketsPartition, sk: `TICKET#${jobId}` });

/** Kinds of work that a stream record starts and the reconciler repairs. */
export const openWorkKinds = ["COMPOSITION", "TRAINING_JOB"] as const;
export type OpenWorkKind = (typeof openWorkKinds)[number];
/**
 * The mark of versions of data sets that are being frozen in the index of open work. The stream sends them to the queue
 * of freezing, and the reconciler sends them again.
 */
export const freezingMark = "DATASET_VERSION";
/**
 * The mark of pending changes in the index of open work. The stream starts nothing for them; the reconciler finishes
 * them.
 */
export const pendingChangeMark = "PENDING_CHANGE";
/** The mark of erasures that have not ended in the index of open work. The function that erases reads them from there. */
export const erasureMark = "ERASURE";
export const openWorkOwner = (sub: string, id: string): string => `${sub}#${id}`;
