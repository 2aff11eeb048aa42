/** The controls of a replay: how the piece was made, edit by edit. */
import { useCallback, useMemo, useState } from "react";
import { texts } from "../texts/en";
import { stageColors, trackColors } from "../theme/palette";
import type { EditFilter, Replay } from "./replay";
import { useReducedMotion } from "./use-reduced-motion";
import { useReplayClock } from "./use-replay-clock";

const legend = [
  [texts.replay.input, trackColors[0]],
  [texts.replay.added, stageColors.added],
  [texts.replay.justAdded, stageColors.justAdded],
  [texts.replay.justRemoved, stageColors.justRemoved],
] as const;

export interface ReplayBarProps {
  readonly replay: Replay;
  /** The number of passes of all edits. */
  readonly passes: number;
  readonly filter: EditFilter;
  readonly onFilter: (filter: EditFilter) => void;
  /** Called after the replay's position has changed. */
  readonly onPosition: (position: number) => void;
}

export function ReplayBar({ replay, passes, filter, onFilter, onPosition }: ReplayBarProps) {
  const [position, setPosition] = useState(replay.position);
  const [direction, setDirection] = useState<1 | -1>();
  const isReduced = useReducedMotion();
  const length = replay.edits.length;
  const stops = useMemo(() => (isReduced ? replay.passEnds() : undefined), [isReduced, replay]);
  const seek = useCallback(
    (to: number): void => {
      replay.seek(to);
      setPosition(replay.position);
      onPosition(replay.position);
    },
    [onPosition, replay],
  );
  const stop = useCallback(() => {
    setDirection(undefined);
  }, []);
  const now = useCallback(() => replay.position, [replay]);
  useReplayClock({
    isRunning: direction !== undefined,
    direction: direction ?? 1,
    length,
    position: now,
    onPosition: seek,
    onEnd: stop,
    stops,
  });
  const run = (to: 1 | -1): void => {
    if (direction === to) {
      stop();
      return;
    }
    // A replay that has come to its end begins again at the other one.
    if (to === 1 && replay.position >= length) seek(0);
    if (to === -1 && replay.position <= 0) seek(length);
    setDirection(to);
  };
  return (
    <div className="replay">
      <button
        type="button"
        className="stage-button"
        aria-label={texts.replay.back}
        aria-pressed={direction === -1}
        onClick={() => {
          run(-1);
        }}
      >
        ◀
      </button>
      <button
        type="button"
        className="stage-button"
        aria-label={texts.replay.forward}
        aria-pressed={direction === 1}
        onClick={() => {
          run(1);
        }}
      >
        ▶
      </button>
      <input
        className="replay-position"
        type="range"
        min={0}
        max={length}
        value={Math.min(position, length)}
        aria-label={texts.replay.position}
        aria-valuetext={texts.replay.at(position, length)}
        onChange={({ target }) => {
          stop();
          seek(Number(target.value));
        }}
      />
      <output className="stage-time">{texts.replay.at(position, length)}</output>
      <label className="replay-filter">
        {texts.replay.passes(filter.lastPass + 1, passes)}
        <input
          type="range"
          min={0}
          max={Math.max(0, passes - 1)}
          value={filter.lastPass}
          onChange={({ target }) => {
            onFilter({ ...filter, lastPass: Number(target.value) });
          }}
        />
      </label>
      <label className="replay-filter">
        {texts.replay.probability(Math.round(filter.leastProbability * 100))}
        <input
          type="range"
          min={0}
          max={100}
          value={Math.round(filter.leastProbability * 100)}
          onChange={({ target }) => {
            onFilter({ ...filter, leastProbability: Number(target.value) / 100 });
          }}
        />
      </label>
      <ul className="replay-legend">
        {legend.map(([name, color]) => (
          <li key={name}>
            <i style={{ background: color }} />
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
