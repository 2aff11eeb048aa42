/** Shows tracks in the API. */
import type { TrackResource } from "../../../domain/schemas/api/tracks";
import type { TrackItem } from "../../stores/items";

/** Returns the track in its shape of the API. */
export function trackResource(item: TrackItem): TrackResource {
  const { id, name, bars, tempo, timeSignature, noteCount, lowestPitch, highestPitch, trackIndex } = item;
  const { firstBarWithNotes = 1, otherMetres: otherTimeSignatures = [], tracks, changes, createdAt, updatedAt } = item;
  return {
    id,
    name,
    bars,
    firstBarWithNotes,
    otherTimeSignatures,
    tempo,
    timeSignature,
    noteCount,
    lowestPitch,
    highestPitch,
    trackIndex,
    tracks,
    changes,
    createdAt,
    updatedAt,
  };
}
