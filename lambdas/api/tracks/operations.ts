import type { OperationsOf } from "../../http/bind-operations";
import { createTrack } from "./create-track";
import { deleteTrack } from "./delete-track";
import { getTrack } from "./get-track";
import { listTracks } from "./list-tracks";
import { updateTrack } from "./update-track";

export const trackOperations = {
  createTrack,
  listTracks,
  getTrack,
  updateTrack,
  deleteTrack,
} satisfies OperationsOf<"tracks">;
