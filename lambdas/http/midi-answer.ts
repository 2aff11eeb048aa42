/** MIDI files as the API sends them: the bytes, or a short-lived URL of the object for those who ask for JSON. */
import { createHash } from "node:crypto";
import { negotiate } from "./accept";
import { jsonAnswer, type Answer } from "./answer";
import { digestTag, taggedAnswer } from "./entity-tag";
import type { Request } from "./request";

export const midiType = "audio/midi";

export interface PresignedUrl {
  readonly url: string;
  readonly expiresAt: string;
}

export interface MidiAnswerParams {
  readonly request: Request;
  /** Of the bytes, where it is known without reading them: a 304 then costs no read. */
  readonly sha256?: string;
  readonly filename: string;
  readonly read: () => Promise<Uint8Array>;
  readonly presign: () => Promise<PresignedUrl>;
}

/** Names are their owner's free text: only plain characters may stand in a header. */
const headerSafe = (name: string): string => name.replace(/[^A-Za-z0-9 ._-]/g, "_").slice(0, 100);

export async function midiAnswer({ request, sha256, filename, read, presign }: MidiAnswerParams): Promise<Answer> {
  if (negotiate(request, [midiType, "application/json"]) === "application/json") {
    // It expires, so it has no ETag and is kept by nobody.
    return jsonAnswer({ status: 200, body: await presign(), headers: { vary: "accept", "cache-control": "no-store" } });
  }
  const bytes = sha256 === undefined ? await read() : undefined;
  const digest =
    sha256 ??
    createHash("sha256")
      .update(bytes ?? "")
      .digest("hex");
  return await taggedAnswer({
    request,
    tag: digestTag(digest),
    headers: { vary: "accept" },
    answer: async () => ({
      status: 200,
      headers: {
        "content-type": midiType,
        "content-disposition": `attachment; filename="${headerSafe(filename)}.mid"`,
      },
      body: bytes ?? (await read()),
    }),
  });
}
