import type { OperationsOf } from "../../http/bind-operations";
import { createTrack } from "./create-track";
import { deleteTrack } from "./delete-track";
import { getTrack } from "./get-track";
import { getTrackMidi } from "./get-track-midi";
import { listTracks } from "./list-tracks";
import { updateTrack } from "./update-track";

export const trackOperations = {
  createTrack,
  listTracks,
  getTrack,
  updateTrack,
  deleteTrack,
  getTrackMidi,
} satisfies OperationsOf<"tracks">;
