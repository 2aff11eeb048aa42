import { pieceOfMelody, scoreOfPiece } from "../../../domain/music/given-piece";
import { findSampleMelody, sampleAsMelody } from "../../../domain/music/sample-melodies";
import { writeMidi } from "../../../domain/music/score";
import { midiBytesResponse } from "../../http/midi-bytes-response";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { notFound } from "../../problems/problem";

/** Returns a sample melody as a MIDI file, which is written anew for each request. */
export async function getSampleMelodyMidi({ request }: { readonly request: Request }): Promise<Response> {
  requireNoQuery(request);
  const id = request.pathParameter("sampleMelodyId");
  const melody = findSampleMelody(id);
  if (melody === undefined) throw notFound("sample melody", id);
  const { name } = melody;
  return await midiBytesResponse({
    request,
    bytes: writeMidi(scoreOfPiece({ name, piece: pieceOfMelody(sampleAsMelody(melody)) })),
    filename: name,
    headers: { "cache-control": "public, max-age=60" },
  });
}
