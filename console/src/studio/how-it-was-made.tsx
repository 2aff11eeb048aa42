/** The edits by which the AR-CNN made a piece: seen one after the other, and heard at any moment. */
import { useCallback, useMemo, useRef } from "react";
import type { Composition } from "../../../client/client";
import { useLook } from "../api/queries";
import { ProblemAlert } from "../app/problem-alert";
import type { Piece } from "../piece/piece";
import { usePlayer } from "../sound/player";
import type { Replay } from "../stage/replay";
import { Stage, type StageProps } from "../stage/stage";
import { texts } from "../texts/en";
import { compositionEditEvents, editedPiece } from "./edit-events";
import { tryReadPiece } from "./use-melody";

export interface HowItWasMadeProps {
  readonly composition: Composition;
  readonly piece: Piece;
  readonly shared: Pick<StageProps, "views" | "view" | "onView">;
}

export default function HowItWasMade({ composition, piece, shared }: HowItWasMadeProps) {
  const { id, name, edited } = composition;
  const player = usePlayer();
  const replay = useRef<Replay>(undefined);
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
  const hear = useCallback((): void => {
    if (made === undefined || replay.current === undefined) return;
    player.load(editedPiece(made, replay.current));
    void player.play();
  }, [made, player]);
  if (events.isError) return <ProblemAlert error={events.error} />;
  if (events.data === undefined || made === undefined) return <p role="status">{texts.studio.making.loading}</p>;
  return (
    <Stage
      piece={made}
      title={`${name}: ${texts.studio.views.edits}`}
      edits={events.data.items}
      onReplay={(next) => {
        replay.current = next;
      }}
      {...shared}
    >
      <div className="stage-foot">
        <span>{texts.studio.making.edits(events.data.items.length)}</span>
        <button type="button" className="stage-button" onClick={hear}>
          {texts.studio.making.hear}
        </button>
      </div>
    </Stage>
  );
}
