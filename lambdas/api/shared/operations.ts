import type { OperationsOf } from "../../http/bind-operations";
import { getSharedComposition } from "./get-shared-composition";
import { getSharedCompositionMidi } from "./get-shared-composition-midi";
import { listSharedCompositionEditEvents } from "./list-shared-composition-edit-events";

export const sharedOperations = {
  getSharedComposition,
  getSharedCompositionMidi,
  listSharedCompositionEditEvents,
} satisfies OperationsOf<"shared">;
