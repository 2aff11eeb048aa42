/** The edits of a piece on the stage, and the piece as it is heard at any moment of them. */
import { useCallback, useRef } from "react";
import type { Piece } from "../piece/piece";
import { usePlayer } from "../sound/player";
import type { EditEvent, Replay } from "../stage/replay";
import { Stage, type StageProps } from "../stage/stage";
import { texts } from "../texts/en";
import { editedPiece } from "./edit-events";

export interface EditReplayProps {
  /** The piece to which the edits lead. */
  readonly piece: Piece;
  readonly name: string;
  readonly edits: readonly EditEvent[];
  readonly shared: Pick<StageProps, "views" | "view" | "onView">;
}

export function EditReplay({ piece, name, edits, shared }: EditReplayProps) {
  const player = usePlayer();
  const replay = useRef<Replay>(undefined);
  const hear = useCallback((): void => {
    if (replay.current === undefined) return;
    player.load(editedPiece(piece, replay.current));
    void player.play();
  }, [piece, player]);
  return (
    <Stage
      piece={piece}
      title={`${name}: ${texts.studio.views.edits}`}
      edits={edits}
      onReplay={(next) => {
        replay.current = next;
      }}
      {...shared}
    >
      <div className="stage-foot">
        <span>{texts.studio.making.edits(edits.length)}</span>
        <button type="button" className="stage-button" onClick={hear}>
          {texts.studio.making.hear}
        </button>
      </div>
    </Stage>
  );
}
