/** A small, still roll of a whole piece, with Play: for lists, samples and pages that teach. */
import { useEffect, useRef } from "react";
import { noteCount, type Piece } from "../piece/piece";
import { usePlayer, usePlayerState } from "../sound/player";
import { texts } from "../texts/en";
import { PlayIcon } from "./play-icon";
import { RollPainter } from "./roll-painter";
import { smallView } from "./roll-view";
import { useElementSize } from "./use-element-size";

import "../theme/stage.css";

export interface SmallRollProps {
  readonly piece: Piece;
  /** What is played, for those who do not see the picture. */
  readonly title: string;
  /** True while the notes are not to be seen, because they would tell what is asked. */
  readonly isCovered?: boolean;
  /** True if the roll is a picture alone. */
  readonly isSilent?: boolean;
}

const noTracks: ReadonlySet<number> = new Set();

export function SmallRoll({ piece, title, isCovered = false, isSilent = false }: SmallRollProps) {
  const player = usePlayer();
  const isMine = usePlayerState((state) => state.piece === piece);
  const isPlaying = usePlayerState((state) => state.piece === piece && state.status !== "paused");
  const error = usePlayerState((state) => (state.piece === piece ? state.error : undefined));
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<RollPainter>(undefined);
  const size = useElementSize(canvas);
  useEffect(() => {
    const { current } = canvas;
    if (current === null || size.width === 0) return undefined;
    painter.current ??= new RollPainter(current);
    painter.current.resize(size, devicePixelRatio);
    const draw = (tick?: number): void => {
      if (painter.current === undefined) return;
      painter.current.playhead = tick;
      const shown = isCovered ? { ...piece, tracks: [] } : piece;
      painter.current.draw({ piece: shown, view: smallView(piece, size), silentTracks: noTracks, isSmall: true });
    };
    draw();
    return isMine ? player.subscribePosition(draw) : undefined;
  }, [isCovered, isMine, piece, player, size]);
  useEffect(() => player.show(piece), [piece, player]);
  const toggle = (): void => {
    player.load(piece);
    void player.toggle();
  };
  return (
    <div className="small-roll">
      {!isSilent && (
        <button
          type="button"
          className="round-button"
          aria-label={isPlaying ? texts.stage.pauseOf(title) : texts.stage.playOf(title)}
          onClick={toggle}
          onPointerEnter={() => {
            player.prepare(piece);
          }}
        >
          <PlayIcon isPlaying={isPlaying} />
        </button>
      )}
      <canvas
        ref={canvas}
        className="small-roll-picture"
        role="img"
        aria-label={
          isCovered ? title : `${title}. ${texts.roll.counts(piece.tracks.length, piece.bars, noteCount(piece))}`
        }
      />
      {error !== undefined && (
        <p className="stage-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
