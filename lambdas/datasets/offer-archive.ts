/** Answers for an archive that its owner offers to a data set: where to send it, or why there is nothing to send. */
import { setTimeout as wait } from "node:timers/promises";
import type { ArchiveOffer } from "../../domain/schemas/api/datasets";
import type { TagSource } from "../../domain/schemas/dataset-parts";
import { incomingArchiveKey, type OwnedBy } from "../../naming/object-keys";
import { uploadSeconds } from "../../naming/time-limits";
import { ownedItem } from "../problems/owned-item";
import { Problem } from "../problems/problem";
import type { DatasetFiles } from "../stores/dataset-files";
import type { Datasets } from "../stores/datasets";
import type { ArchiveItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import type { UploadSigner } from "../stores/upload-urls";

export interface OfferedArchive {
  readonly bytes: number;
  readonly sha256: string;
  readonly tagsFrom: TagSource;
}

export interface OfferArchiveParams {
  readonly dataset: OwnedBy;
  readonly archive: OfferedArchive;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "replace">;
  /** The bucket to which clients send archives. */
  readonly work: Pick<ObjectStore, "delete">;
  readonly uploads: UploadSigner;
  readonly now: () => Date;
}

const maxTries = 8;

/**
 * Notes the archive in the data set, and returns where to send it. Offering it again gives another URL, also when it was
 * read: files that the data set knows are not read twice.
 * @throws Problem NOT_FOUND; NOT_READY while another archive is read
 */
export async function offerArchive(params: OfferArchiveParams): Promise<ArchiveOffer> {
  const { dataset, archive, datasets, datasetFiles, work, uploads, now } = params;
  const { sha256, bytes, tagsFrom } = archive;
  const key = incomingArchiveKey(dataset, sha256);
  for (let tries = 1; ; tries += 1) {
    const item = await ownedItem("DATASET", datasets, dataset);
    const known = item.archive;
    const isSame = known?.sha256 === sha256 && known.tagsFrom === tagsFrom;
    if (known?.state === "REFUSED" && isSame && known.code !== "DATASET_FULL") {
      return { sha256, kind: "rejected", code: known.code, reason: known.reason };
    }
    const isLate =
      known !== undefined &&
      now().getTime() - Math.max(Date.parse(known.offeredAt), Date.parse(item.updatedAt)) > uploadSeconds * 1_000;
    if (known?.state === "READING" && !(isSame && isLate)) {
      if (isSame) return { sha256, kind: "known" };
      throw new Problem("NOT_READY", {
        detail: "Another archive of the data set is still being read. Offer this one when it is read.",
        retryAfterSeconds: 5,
      });
    }
    const offeredAt = now().toISOString();
    const next: ArchiveItem =
      known?.state === "READING" ? { ...known, offeredAt } : { sha256, bytes, tagsFrom, offeredAt, state: "PENDING" };
    const outcome = await datasetFiles.replace({ dataset: item, before: [], after: [], counts: item, archive: next });
    if (isDone(outcome)) {
      // What was lost between the bucket and the reader would refuse the second upload.
      const isSentAnew = known?.state !== "PENDING" || !isSame || isLate;
      if (isSentAnew) await work.delete([key]);
      if (known !== undefined && known.sha256 !== sha256)
        await work.delete([incomingArchiveKey(dataset, known.sha256)]);
      const { url, headers, expiresAt } = await uploads.signUpload({
        ...{ key, bytes, sha256, expiresInSeconds: uploadSeconds },
      });
      return { sha256, kind: "upload", url, headers: { ...headers }, expiresAt };
    }
    if (tries === maxTries) throw new TableBusy("the data set changed with every try to offer an archive to it");
    await wait(Math.random() * 20 * 2 ** tries);
  }
}
