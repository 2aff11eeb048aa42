/**
 * Sends MIDI files that are in no bucket. It stands apart from midi-response.ts, which would bring the client of S3 into
 * a function that has no bucket.
 */
import { sha256Of } from "../../domain/digest";
import { midiType } from "../../naming/media-types";
import { negotiate } from "./accept";
import { contentDisposition } from "./content-disposition";
import { digestTag, taggedResponse } from "./entity-tag";
import type { Request } from "./request";
import type { Headers, Response } from "./response";

export interface MidiBytesResponseParams {
  readonly request: Request;
  readonly bytes: Uint8Array;
  readonly filename: string;
  readonly headers?: Headers;
}

/** Returns the response with a MIDI file. There is no URL of it. */
export async function midiBytesResponse({
  request,
  bytes,
  filename,
  headers = {},
}: MidiBytesResponseParams): Promise<Response> {
  const type = negotiate(request, [midiType]);
  return await taggedResponse({
    request,
    tag: digestTag(sha256Of(bytes)),
    headers,
    response: () => ({
      status: 200,
      headers: { "content-type": type, "content-disposition": contentDisposition(filename) },
      body: bytes,
    }),
  });
}
