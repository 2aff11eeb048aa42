import { sampleMelodies } from "../../../domain/music/sample-melodies";
import { jsonAnswer, type Answer } from "../../http/answer";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";

export async function listSampleMelodies({ request }: { readonly request: Request }): Promise<Answer> {
  requireNoQuery(request);
  const items = sampleMelodies.map(({ id, name, origin, bars, tempo, notes }) => ({
    id,
    name,
    origin,
    bars,
    tempo,
    noteCount: notes.length,
  }));
  return jsonAnswer({ status: 200, body: { items }, headers: { "cache-control": "public, max-age=60" } });
}
