import type { OperationsOf } from "../../http/bind-operations";
import { correctComposition } from "./correct-composition";
import { createComposition } from "./create-composition";
import { deleteComposition } from "./delete-composition";
import { getComposition } from "./get-composition";
import { getCompositionInputMidi } from "./get-composition-input-midi";
import { getCompositionMidi } from "./get-composition-midi";
import { getUsage } from "./get-usage";
import { listCompositionEditEvents } from "./list-composition-edit-events";
import { listCompositions } from "./list-compositions";
import { listTechniqueRatings } from "./list-technique-ratings";
import { rateComposition } from "./rate-composition";
import { revokeShare } from "./revoke-share";
import { shareComposition } from "./share-composition";
import { updateComposition } from "./update-composition";

export const compositionOperations = {
  createComposition,
  listCompositions,
  getComposition,
  updateComposition,
  deleteComposition,
  getCompositionMidi,
  getCompositionInputMidi,
  correctComposition,
  listCompositionEditEvents,
  rateComposition,
  shareComposition,
  revokeShare,
  listTechniqueRatings,
  getUsage,
} satisfies OperationsOf<"compositions">;
