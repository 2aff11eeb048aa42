/** Sends MIDI files of a bucket: the bytes, or a short-lived URL of the object to a client that asks for JSON. */
import { sha256Of } from "../../domain/digest";
import { midiType } from "../../naming/media-types";
import { DamagedFile, maxFileBytes } from "../problems/lost-file";
import type { PresignedUrl, PresigningObjectStore } from "../stores/presigned-urls";
import { negotiate } from "./accept";
import { contentDisposition } from "./content-disposition";
import { digestTag, taggedResponse } from "./entity-tag";
import type { Request } from "./request";
import { jsonResponse, type Response } from "./response";

const urlLifetimeSeconds = 300;

export interface MidiResponseParams {
  readonly request: Request;
  /** The digest of the bytes, if it is known without reading them. A 304 then costs no read. */
  readonly sha256?: string;
  readonly filename: string;
  readonly read: () => Promise<Uint8Array>;
  readonly presign: (expiresInSeconds: number) => Promise<PresignedUrl>;
}

/** Returns true if the bytes have the digest or, if none is known, begin like a MIDI file. */
function isWhole(bytes: Uint8Array, sha256: string | undefined): boolean {
  if (sha256 !== undefined) return sha256Of(bytes) === sha256;
  return Buffer.from(bytes.subarray(0, 4)).toString("latin1") === "MThd";
}

/**
 * Returns the response with a MIDI file.
 * @throws DamagedFile when the bytes cannot be what was written. A URL is given without reading the bytes.
 */
export async function midiResponse({
  request,
  sha256,
  filename,
  read,
  presign,
}: MidiResponseParams): Promise<Response> {
  if (negotiate(request, [midiType, "application/json"]) === "application/json") {
    // The URL expires, so the response has no ETag and must not be stored.
    const body = await presign(urlLifetimeSeconds);
    return jsonResponse({ status: 200, body, headers: { vary: "accept", "cache-control": "no-store" } });
  }
  const whole = async (): Promise<Uint8Array> => {
    const bytes = await read();
    if (!isWhole(bytes, sha256)) throw new DamagedFile("the file is not the MIDI file that was written");
    return bytes;
  };
  const bytes = sha256 === undefined ? await whole() : undefined;
  return await taggedResponse({
    request,
    tag: digestTag(sha256 ?? sha256Of(bytes ?? new Uint8Array())),
    headers: { vary: "accept" },
    response: async () => ({
      status: 200,
      headers: {
        "content-type": midiType,
        "content-disposition": contentDisposition(filename),
      },
      body: bytes ?? (await whole()),
    }),
  });
}

export interface StoredMidiResponseParams extends Pick<MidiResponseParams, "request" | "filename"> {
  readonly files: Pick<PresigningObjectStore, "exists" | "read" | "presign">;
  readonly key: string;
  readonly sha256: string;
}

/** Thrown inside {@link storedMidiResponse} when the file is not there. */
class FileGone extends Error {}

/**
 * Returns the response with a MIDI file of a bucket; undefined if it is not there.
 * @throws DamagedFile when the bytes are not those of the digest
 */
export async function storedMidiResponse({
  files,
  key,
  ...params
}: StoredMidiResponseParams): Promise<Response | undefined> {
  try {
    return await midiResponse({
      ...params,
      read: async () => {
        const bytes = await files.read(key, maxFileBytes);
        if (bytes === undefined) throw new FileGone();
        return bytes;
      },
      presign: async (expiresInSeconds) => {
        // S3 would refuse a URL of a lost file without a reason that helps.
        if (!(await files.exists(key))) throw new FileGone();
        return await files.presign(key, expiresInSeconds);
      },
    });
  } catch (error) {
    if (error instanceof FileGone) return undefined;
    throw error;
  }
}
