import { sampleMelodies } from "../../../domain/music/sample-melodies";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";

/** Lists the sample melodies. */
export async function listSampleMelodies({ request }: { readonly request: Request }): Promise<Response> {
  requireNoQuery(request);
  const items = sampleMelodies.map(({ id, name, origin, bars, timeSignature, tempo, notes }) => ({
    id,
    name,
    origin,
    bars,
    timeSignature,
    tempo,
    noteCount: notes.length,
  }));
  return jsonResponse({ status: 200, body: { items }, headers: { "cache-control": "public, max-age=60" } });
}
