import type { UserQuotas } from "../../domain/schemas/user-quotas";
import { midiType } from "../../naming/media-types";
import { briefVersionsTag, trackKey } from "../../naming/object-keys";
import { createWithFiles } from "../resources/create-with-files";
import type { Compositions } from "../stores/compositions";
import type { IdempotencyOf } from "../stores/idempotency-records";
import { quotaHeld, type TrackItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { doneWith, isDone, type Outcome, type QuotaReached, type Repeated, type Stale } from "../stores/outcome";
import type { PendingChanges } from "../stores/pending-changes";
import type { Tracks } from "../stores/tracks";
import type { Log } from "../telemetry/logger";
import { checkOrigin } from "./check-origin";
import { describeTrack } from "./describe-track";
import { readUploadedMelody, type UploadedFile } from "./uploaded-melody";

export interface AddTrackParams {
  readonly sub: string;
  readonly upload: UploadedFile;
  readonly idempotency: IdempotencyOf<TrackItem>;
  readonly tracks: Pick<Tracks, "begin" | "create">;
  readonly compositions: Pick<Compositions, "get">;
  readonly pendingChanges: Pick<PendingChanges, "abandon" | "remove">;
  readonly files: Pick<ObjectStore, "write" | "delete" | "deleteAllUnder">;
  readonly quotas: UserQuotas;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * Reads a MIDI file, chooses its melody and stores the file as it was sent.
 * @throws Problem 422 when the file cannot be read or has no melody, or is no edit of what it is said to be
 */
export async function addTrack(params: AddTrackParams): Promise<Outcome<TrackItem, Repeated | QuotaReached | Stale>> {
  const { sub, upload, idempotency, tracks, compositions, pendingChanges, files, quotas, newId, now, log } = params;
  const read = readUploadedMelody(upload);
  const origin = await checkOrigin({ sub, origin: upload.origin, compositions });
  const createdAt = now().toISOString();
  const item = describeTrack({ sub, id: newId(), createdAt, upload, origin, read });
  const outcome = await createWithFiles({
    item,
    items: tracks,
    holds: quotaHeld(item),
    quotas,
    idempotency: idempotency(item),
    writeFiles: async () => {
      await files.write({
        key: trackKey(item),
        body: upload.bytes,
        contentType: midiType,
        tags: { [briefVersionsTag.key]: briefVersionsTag.value },
      });
    },
    pendingChanges,
    removal: { artifacts: files },
    log,
  });
  return isDone(outcome) ? doneWith(item) : outcome;
}
