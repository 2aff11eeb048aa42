/** A slider over the epochs that were kept, and what the model played after the chosen one. */
import { useEffect, useState } from "react";
import { usePlayer } from "../sound/player";
import { SmallRoll } from "../stage/small-roll";
import { learnTexts } from "../texts/en-learn";
import { journeyOf } from "../training/epoch-samples";
import { learnedEpochs } from "./learned-epochs";

import "../theme/range.css";

const { gan: words } = learnTexts.capsules;
const journey = journeyOf(learnedEpochs);

export function EpochPlayer(props: { readonly index: number; readonly choose: (index: number) => void }) {
  const { index, choose } = props;
  const player = usePlayer();
  const [playsAll, setPlaysAll] = useState(false);
  const shown = learnedEpochs[index] ?? learnedEpochs[0];
  useEffect(() => {
    if (!playsAll || journey === undefined) return undefined;
    return player.subscribePosition((tick) => {
      if (player.state.getState().piece !== journey.piece) return;
      choose(learnedEpochs.findIndex(({ epoch }) => epoch === journey.epochAt(tick)));
    });
  }, [playsAll, player, choose]);
  useEffect(() => (journey === undefined ? undefined : player.show(journey.piece)), [player]);
  if (shown === undefined) return null;
  const { epoch, piece } = shown;
  const title = words.hearEpoch(epoch);
  return (
    <div className="epoch-player">
      <div className="epoch-player-head">
        <strong className="figures" role="status">
          {title}
        </strong>
        <button
          type="button"
          className="plain-button"
          onClick={() => {
            if (journey === undefined) return;
            setPlaysAll(true);
            player.load(journey.piece);
            void player.play();
          }}
        >
          {words.playAll}
        </button>
      </div>
      <input
        type="range"
        className="epoch-range"
        aria-label={title}
        aria-valuetext={title}
        min={0}
        max={learnedEpochs.length - 1}
        step={1}
        value={index}
        onChange={({ target }) => {
          setPlaysAll(false);
          const next = Number(target.value);
          choose(next);
          const chosen = learnedEpochs[next];
          // What plays goes on in the epoch that was chosen.
          if (chosen !== undefined && player.state.getState().status === "playing")
            player.load(chosen.piece, { isEdit: !playsAll });
        }}
      />
      <SmallRoll piece={piece} title={title} />
    </div>
  );
}
