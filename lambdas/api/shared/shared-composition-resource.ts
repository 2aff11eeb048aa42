import { publicTrackNames } from "../../../domain/music/public-track-names";
import { timeSignatureOf } from "../../../domain/music/time-signatures";
import type { SharedCompositionResource } from "../../../domain/schemas/api/shares";
import type { SharedComposition } from "../../compositions/shared-composition";

/**
 * Returns what everyone who has the link may know of a composition. Each member is named here one by one, so that a new
 * attribute of compositions is not published: no id of the owner, of the piece, of its input or of an own model, and no
 * name that an uploaded file gave a track.
 */
export function sharedCompositionResource(item: SharedComposition): SharedCompositionResource {
  const { name, technique, model, seed, input, inputOptions, parameters, performance, output } = item;
  const { bars, tempo, tracks, metrics, editEventCount } = output;
  const names = publicTrackNames(tracks);
  return {
    name,
    technique,
    ...(model?.stock === true ? { modelId: model.id } : {}),
    seed,
    ...(item.finishedAt === undefined ? {} : { finishedAt: item.finishedAt }),
    ...("sampleMelodyId" in input ? { sampleMelodyId: input.sampleMelodyId } : {}),
    inputOptions,
    parameters,
    ...(performance === undefined ? {} : { performance }),
    ...(item.correction === undefined ? {} : { edited: true }),
    output: {
      bars,
      tempo,
      timeSignature: timeSignatureOf(output),
      tracks: tracks.map((track, index) => ({ ...track, name: names[index] ?? "" })),
      metrics,
      ...(editEventCount === undefined ? {} : { editEventCount }),
    },
    expiresAt: item.share.expiresAt,
  };
}
