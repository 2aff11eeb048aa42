/** The edits of a piece on the stage, and the piece as it is heard at any moment of them. */
import type { Piece } from "../piece/piece";
import type { EditEvent } from "../stage/replay";
import { Stage, type StageProps } from "../stage/stage";
import { texts } from "../texts/en";
import { studioViewTexts } from "../texts/studio-views";

export interface EditReplayProps {
  /** The piece to which the edits lead. */
  readonly piece: Piece;
  readonly name: string;
  readonly edits: readonly EditEvent[];
  /** What the technique was given, where the API tells it. */
  readonly input?: Piece | undefined;
  readonly shared: Pick<StageProps, "views" | "view" | "onView">;
}

export function EditReplay({ piece, name, edits, input, shared }: EditReplayProps) {
  return (
    <Stage piece={piece} title={`${name}: ${texts.studio.views.edits}`} edits={edits} input={input} {...shared}>
      <div className="stage-foot">
        <span>{studioViewTexts.making.edits(edits.length)}</span>
        <span>{studioViewTexts.making.hear}</span>
      </div>
    </Stage>
  );
}
