/** Answers for files that their owner offers to a data set: which are known, which are to be sent where, which are not taken. */
import { setTimeout as wait } from "node:timers/promises";
import {
  fullRefusal,
  type OfferedFile,
  type OfferRefusal,
  offerRefusal,
  tagsOfOffer,
} from "../../domain/datasets/offered-file";
import type { OfferAnswer } from "../../domain/schemas/api/datasets";
import { incomingFileKey, type OwnedBy } from "../../naming/object-keys";
import { uploadSeconds } from "../../naming/time-limits";
import { ownedItem } from "../problems/owned-item";
import { type DatasetFiles, maxOffersTogether, type PendingFile } from "../stores/dataset-files";
import type { Datasets } from "../stores/datasets";
import type { DatasetFileItem, DatasetItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { TableBusy } from "../stores/table";
import type { UploadSigner } from "../stores/upload-urls";
import { withOffered } from "./count-files";

export interface OfferFilesParams {
  readonly dataset: OwnedBy;
  readonly files: readonly OfferedFile[];
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "find" | "offer" | "offerAgain">;
  /** The bucket to which clients send files. */
  readonly work: Pick<ObjectStore, "delete">;
  readonly uploads: UploadSigner;
  readonly now: () => Date;
}

const maxTries = 8;

/**
 * Returns an answer for each file, in the order of the files. A file whose answer is `upload` is pending until it was
 * sent and read; offering it again gives another URL, so that is how a client goes on after it was cut off.
 * @throws Problem NOT_FOUND; TableBusy when the data set changed with every try
 */
export async function offerFiles(params: OfferFilesParams): Promise<readonly OfferAnswer[]> {
  const { dataset, files, datasets, datasetFiles } = params;
  const refusals = new Map(files.map((file) => [file, offerRefusal(file)]));
  /** The first offer of each file that may be taken. The same bytes under two paths are one file. */
  const first = new Map<string, OfferedFile>();
  for (const file of files) {
    if (refusals.get(file) === undefined && !first.has(file.sha256)) first.set(file.sha256, file);
  }
  for (let tries = 1; ; tries += 1) {
    const item = await ownedItem("DATASET", datasets, dataset);
    const known = new Map(await datasetFiles.find(dataset, [...first.keys()]));
    const full = await addNew(params, { item, known, offered: [...first.values()] });
    if (full !== undefined) {
      await sendAgain(params, known);
      return await Promise.all(
        files.map(async (file) => {
          const refusal = refusals.get(file) ?? full.get(file.sha256);
          return refusal === undefined ? await answer(params, file, known) : rejected(file, refusal);
        }),
      );
    }
    if (tries === maxTries) throw new TableBusy("the data set changed with every try to offer files to it");
    await wait(Math.random() * 20 * 2 ** tries);
  }
}

interface AddNewParams {
  readonly item: DatasetItem;
  /** The files that the data set knows. Those that are added become a part of it. */
  readonly known: Map<string, DatasetFileItem>;
  readonly offered: readonly OfferedFile[];
}

/**
 * Adds the files that the data set does not know, as far as there is room.
 * @returns why each of the others is not taken, by its digest; undefined if the data set changed meanwhile
 */
async function addNew(
  { datasetFiles, now }: OfferFilesParams,
  { item, known, offered }: AddNewParams,
): Promise<ReadonlyMap<string, OfferRefusal> | undefined> {
  const full = new Map<string, OfferRefusal>();
  const added: PendingFile[] = [];
  const { pending, accepted, rejected: refused } = item.files;
  let room = { files: pending + accepted + refused, bytes: item.bytes };
  for (const file of offered) {
    if (known.has(file.sha256)) continue;
    const refusal = fullRefusal(room, file);
    if (refusal !== undefined) full.set(file.sha256, refusal);
    else {
      room = { files: room.files + 1, bytes: room.bytes + file.bytes };
      added.push(pendingFile(file, now()));
    }
  }
  let dataset = item;
  for (let start = 0; start < added.length; start += maxOffersTogether) {
    const together = added.slice(start, start + maxOffersTogether);
    const outcome = await datasetFiles.offer({ dataset, files: together, counts: withOffered(dataset, together) });
    if (outcome.kind !== "DONE") return undefined;
    dataset = outcome.value;
    for (const file of together) known.set(file.sha256, file);
  }
  return full;
}

const pendingFile = (offered: OfferedFile, now: Date): PendingFile => ({
  ...{ schemaVersion: 1, kind: "DATASET_FILE", sha256: offered.sha256, bytes: offered.bytes, state: "PENDING" },
  // A path has one spelling, whatever the file system from which it comes.
  path: offered.path.normalize("NFC"),
  tags: Object.fromEntries(Object.entries(tagsOfOffer(offered)).map(([tag, values]) => [tag, [...values]])),
  offeredAt: now.toISOString(),
});

/**
 * Makes room for files that were offered long ago and are still not read. What was sent of them, if anything, was lost
 * between the bucket and the reader, and its object would refuse the second upload.
 */
async function sendAgain(
  { dataset, datasetFiles, work, now }: OfferFilesParams,
  known: ReadonlyMap<string, DatasetFileItem>,
): Promise<void> {
  const offeredAt = now().toISOString();
  const isLate = (file: PendingFile): boolean => now().getTime() - Date.parse(file.offeredAt) > uploadSeconds * 1_000;
  const late = [...known.values()].filter((file): file is PendingFile => file.state === "PENDING" && isLate(file));
  if (late.length === 0) return;
  await work.delete(late.map(({ sha256 }) => incomingFileKey(dataset, sha256)));
  for (const file of late) await datasetFiles.offerAgain(dataset, { ...file, offeredAt });
}

const rejected = (
  { path, sha256 }: OfferedFile,
  { code, reason }: { readonly code: string; readonly reason: string },
): OfferAnswer => ({
  ...{ path, sha256, kind: "rejected", code, reason },
});

async function answer(
  { dataset, uploads }: OfferFilesParams,
  file: OfferedFile,
  known: ReadonlyMap<string, DatasetFileItem>,
): Promise<OfferAnswer> {
  const { path, sha256, bytes } = file;
  const item = known.get(sha256);
  if (item?.state === "ACCEPTED") return { path, sha256, kind: "known" };
  if (item?.state === "REJECTED") return rejected(file, item);
  const key = incomingFileKey(dataset, sha256);
  const { url, headers, expiresAt } = await uploads.signUpload({ key, bytes, sha256, expiresInSeconds: uploadSeconds });
  return { path, sha256, kind: "upload", url, headers: { ...headers }, expiresAt };
}
