/** The edits by which the AR-CNN made a piece: seen one after the other, and heard at any moment. */
import { useMemo } from "react";
import type { Composition } from "../../../client/client";
import { useLook } from "../api/queries";
import { ProblemAlert } from "../app/problem-alert";
import type { Piece } from "../piece/piece";
import type { StageProps } from "../stage/stage";
import { texts } from "../texts/en";
import { compositionEditEvents } from "./edit-events";
import { EditReplay } from "./edit-replay";
import { tryReadPiece } from "./use-melody";

export interface HowItWasMadeProps {
  readonly composition: Composition;
  readonly piece: Piece;
  readonly shared: Pick<StageProps, "views" | "view" | "onView">;
}

export default function HowItWasMade({ composition, piece, shared }: HowItWasMadeProps) {
  const { id, name, edited } = composition;
  const events = useLook({
    key: ["compositions", "edit-events", id],
    look: compositionEditEvents(id),
    staleTime: Infinity,
  });
  // The edits lead to the machine's own piece, which a person may have corrected since.
  const original = useLook({
    key: ["compositions", "midi", id, "original"],
    look: async (api, signal) =>
      await api.GET("/compositions/{compositionId}/midi", {
        params: { path: { compositionId: id }, query: { revision: 0 } },
        headers: { accept: "audio/midi" },
        signal,
      }),
    enabled: edited === true,
    staleTime: Infinity,
  });
  const own = useMemo(() => tryReadPiece(original.data).piece, [original.data]);
  const made = edited === true ? own : piece;
  if (events.isError) return <ProblemAlert error={events.error} />;
  if (events.data === undefined || made === undefined) return <p role="status">{texts.studio.making.loading}</p>;
  return <EditReplay piece={made} name={name} edits={events.data.items} shared={shared} />;
}
