/** Shows tracks in the API. */
import { barRanges, usableBars } from "../../../domain/music/bar-lines";
import { fromFirstNotes } from "../../../domain/music/bars-with-notes";
import type { TrackResource } from "../../../domain/schemas/api/tracks";
import { techniquesTaking } from "../../../domain/techniques/time-signatures";
import type { TrackItem } from "../../stores/items";

/** Returns the track in its shape of the API. */
export function trackResource(item: TrackItem): TrackResource {
  const { id, name, bars, tempo, timeSignature, noteCount, lowestPitch, highestPitch, trackIndex } = item;
  const { firstBarWithNotes = 1, otherMetres: otherTimeSignatures = [], tracks, changes, createdAt, updatedAt } = item;
  const { origin = { kind: "upload" } } = item;
  return {
    id,
    name,
    bars,
    firstBarWithNotes,
    otherTimeSignatures,
    usableBars: fromFirstNotes(usableBars(barRanges(bars, otherTimeSignatures)), item).map((range) => ({
      ...range,
      techniques: techniquesTaking(range.timeSignature),
    })),
    tempo,
    timeSignature,
    noteCount,
    lowestPitch,
    highestPitch,
    trackIndex,
    tracks,
    changes,
    origin,
    createdAt,
    updatedAt,
  };
}
