import { versionTag } from "../../http/entity-tag";
import { respondOnce } from "../../http/idempotency";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import type { IdempotencyRecords } from "../../stores/idempotency-records";
import type { TrackItem } from "../../stores/items";
import { addTrack, type AddTrackParams } from "../../tracks/add-track";
import { trackResource } from "./track-resource";
import { readUpload } from "./upload";

export interface CreateTrackParams extends Omit<AddTrackParams, "sub" | "upload" | "idempotency"> {
  readonly request: Request;
  readonly idempotencyRecords: IdempotencyRecords;
}

/** Accepts a MIDI upload, and returns 201 with the track. */
export async function createTrack({ request, idempotencyRecords, ...ports }: CreateTrackParams): Promise<Response> {
  const sub = request.subject();
  const { content, ...upload } = readUpload(request);
  return await respondOnce({
    request,
    records: idempotencyRecords,
    now: ports.now,
    content,
    create: async (idempotency) => await addTrack({ ...ports, sub, upload, idempotency }),
    respond: (item: TrackItem) => {
      const response = jsonResponse({ status: 201, body: trackResource(item) });
      return {
        ...response,
        headers: { ...response.headers, location: `/tracks/${item.id}`, etag: versionTag(item) },
      };
    },
  });
}
