/**
 * Whatever is kept of a user lies where an erasure looks for it: rows in the user's partition, files under the user's
 * prefix. Whoever adds a key says here which of these it is; a key that names a user elsewhere needs its own erasure.
 */
import { ulid } from "ulid";
import * as objectKeys from "../../../naming/object-keys";
import * as tableKeys from "../../../naming/table-keys";

const sub = "33333333-3333-4333-8333-333333333333";
const id = ulid();
const owned = { sub, id };

/** Keys of rows in a user's partition. */
const inPartition: Readonly<Record<string, { readonly pk: string }>> = {
  ownedKey: tableKeys.ownedKey("TRACK", sub, id),
  idempotencyKey: tableKeys.idempotencyKey(sub, "POST /tracks", "key"),
  pendingChangeKey: tableKeys.pendingChangeKey("TRACK", sub, id),
  variationGroupKey: tableKeys.variationGroupKey(sub, id),
  datasetVersionKey: tableKeys.datasetVersionKey(owned, "a".repeat(16)),
  datasetFileKey: tableKeys.datasetFileKey(owned, { state: "PENDING", sha256: "a".repeat(64) }),
  quotaKey: tableKeys.quotaKey(sub),
};

/** Keys of rows elsewhere, and what becomes of a user's name in them. */
const elsewhere: Readonly<Record<string, string>> = {
  stockModelKey: "belongs to no user",
  techniqueRatingsKey: "counts ratings and says nothing of whose they are",
  stockModelRatingsKey: "counts ratings and says nothing of whose they are",
  catalogueKey: "belongs to no user",
  shareKey: "is deleted in the transaction that deletes the shared row",
  slotKey: "names the user while a training runs, and the erasure frees it",
  slotOrderKey: "names the users by their turns, and the erasure takes the user out",
  ticketKey: "names the user while a training waits, and the erasure deletes it",
  erasureKey: "is the erasure itself, which time-to-live deletes",
};

/** Exports that are no keys of rows. */
const noKeys = [
  "partitionKey",
  "sortKey",
  "timeToLiveAttribute",
  "openWorkIndex",
  "datasetFileStates",
  "datasetFilePrefix",
  "datasetVersionPrefix",
  "ownedKinds",
  "userPartition",
  "kindPrefix",
  "stockPartition",
  "ratingsPartition",
  "slotsPartition",
  "ticketsPartition",
  "openWorkKinds",
  "freezingMark",
  "pendingChangeMark",
  "erasureMark",
  "openWorkOwner",
];

/** Keys and prefixes of a user's objects. */
const underPrefix: Readonly<Record<string, string>> = {
  userObjectsPrefix: objectKeys.userObjectsPrefix(sub),
  trackKey: objectKeys.trackKey(owned),
  compositionPrefix: objectKeys.compositionPrefix(owned),
  compositionScoreKey: objectKeys.compositionScoreKey(owned),
  compositionMidiKey: objectKeys.compositionMidiKey(owned, { revision: 1 }),
  compositionEditEventsKey: objectKeys.compositionEditEventsKey(owned),
  compositionInputMidiKey: objectKeys.compositionInputMidiKey(owned),
  compositionCorrectionKey: objectKeys.compositionCorrectionKey(owned, { revision: 2, token: "a" }),
  presentScoreKey: objectKeys.presentScoreKey(owned),
  modelPrefix: objectKeys.modelPrefix(owned),
  trainingJobPrefix: objectKeys.trainingJobPrefix(owned),
  checkpointsPrefix: objectKeys.checkpointsPrefix(owned),
  selectionPrefix: objectKeys.selectionPrefix(owned),
  selectionManifestKey: objectKeys.selectionManifestKey(owned),
  trainingOutputPrefix: objectKeys.trainingOutputPrefix(owned),
  ownDatasetPrefix: objectKeys.ownDatasetPrefix(owned),
  datasetFileObjectKey: objectKeys.datasetFileObjectKey(owned, "a".repeat(64)),
  datasetPiecesKey: objectKeys.datasetPiecesKey(owned, "a".repeat(64)),
  ownVersionPrefix: objectKeys.ownVersionPrefix(owned, "a".repeat(16)),
  ownVersionCatalogueKey: objectKeys.ownVersionCatalogueKey(owned, "a".repeat(16)),
  trainingDataPrefix: objectKeys.trainingDataPrefix({ sub, dataset: { id: owned.id, version: "a".repeat(16) } }),
  incomingDatasetPrefix: objectKeys.incomingDatasetPrefix(owned),
  incomingFileKey: objectKeys.incomingFileKey(owned, "a".repeat(64)),
  incomingDatasetArchivesPrefix: objectKeys.incomingDatasetArchivesPrefix(owned),
  incomingArchiveKey: objectKeys.incomingArchiveKey(owned, "a".repeat(64)),
};

/** Exports that make no key of a user's object: names inside a folder, keys of nobody's objects, and readers of keys. */
const notOfUsers = [
  "briefVersionsTag",
  "ownedObjectsPrefix",
  "stockModelPrefix",
  "modelFile",
  "modelCardFile",
  "datasetPrefix",
  "datasetCatalogueKey",
  "everyDatasetCatalogue",
  "everyOwnVersion",
  "everyOwnCatalogue",
  "versionIdPattern",
  "datasetManifestFile",
  "progressFile",
  "referenceFile",
  "samplesFolder",
  "sampleFile",
  "parseSampleFile",
  "stockSamplesPrefix",
  "stockSampleKey",
  "parseStockSampleKey",
  "incomingPrefix",
  "incomingArchivesPrefix",
  "prefixesOfUser",
  "parseIncomingFileKey",
  "parseIncomingArchiveKey",
  "parseTrainingJobKey",
  "parseOwnedObjectKey",
  "parseMidiRevision",
  "parseCorrection",
  "isNamedByRow",
  "isWorkOfRow",
];

test("every key of a row lies in its user's partition, or it is known what becomes of it", () => {
  for (const [name, { pk }] of Object.entries(inPartition))
    expect([name, pk]).toEqual([name, tableKeys.userPartition(sub)]);
  const known = [...Object.keys(inPartition), ...Object.keys(elsewhere), ...noKeys];
  expect(Object.keys(tableKeys).sort()).toEqual(known.sort());
});

test("every key of a user's object lies under one of its user's prefixes", () => {
  const prefixes = objectKeys.prefixesOfUser("work", sub);
  for (const [name, key] of Object.entries(underPrefix)) {
    expect([name, prefixes.some((prefix) => key.startsWith(prefix))]).toEqual([name, true]);
  }
  expect(Object.keys(objectKeys).sort()).toEqual([...Object.keys(underPrefix), ...notOfUsers].sort());
});
