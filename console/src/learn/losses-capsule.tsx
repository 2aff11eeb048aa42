import { useState } from "react";
import { SmallRoll } from "../stage/small-roll";
import { learnTexts } from "../texts/en-learn";
import { trainingTexts } from "../texts/en-training";
import { CurveCard } from "../training/curve-card";
import { type MetricName, overlay } from "../training/curve-data";
import { EpochPlayer } from "./epoch-player";
import { learnedEpochs, learnedMetrics } from "./learned-epochs";
import { Observations, Paragraphs } from "./paragraphs";

const { losses: words } = learnTexts.capsules;
const lossNames: readonly MetricName[] = ["criticLoss", "generatorLoss", "reconstructionLoss"];
const epochs = learnedMetrics.items.map(({ epoch }) => epoch);
const lines = lossNames.map((name) => ({
  label: trainingTexts.metrics[name].name,
  values: overlay([learnedMetrics], name).values[0] ?? [],
}));
/** The places of two epochs in the order in which they are heard: the later one comes first. */
const guessed = [learnedEpochs.length - 1, 3] as const;
const later = 0;

/** Returns the place of the kept epoch that is nearest to an epoch. */
const nearestPlace = (epoch: number): number =>
  learnedEpochs.reduce(
    (best, one, place) =>
      Math.abs(one.epoch - epoch) < Math.abs((learnedEpochs[best]?.epoch ?? 0) - epoch) ? place : best,
    0,
  );

export function LossesCapsule() {
  const [index, setIndex] = useState(learnedEpochs.length - 1);
  return (
    <>
      <Paragraphs texts={words.game} />
      <section className="hear">
        <h2>{words.hearTitle}</h2>
        <p>{words.hear}</p>
        <CurveCard
          title={trainingTexts.job.losses}
          epochs={epochs}
          lines={lines}
          height={220}
          epoch={learnedEpochs[index]?.epoch}
          onEpoch={(epoch) => {
            setIndex(nearestPlace(epoch));
          }}
          metrics={lossNames}
        />
        <div className="card">
          <EpochPlayer index={index} choose={setIndex} />
        </div>
      </section>
      <Guess />
      <h2>{words.rulesTitle}</h2>
      <Observations texts={words.rules} />
      <p>{words.after}</p>
    </>
  );
}

function Guess() {
  const [answer, setAnswer] = useState<number>();
  const places = [words.first, words.second];
  const heard = guessed.map((place) => learnedEpochs[place]);
  return (
    <section className="card hear">
      <h2>{words.guessTitle}</h2>
      <p>{words.guess}</p>
      <div className="two">
        {heard.map((sample, place) => {
          const name = places[place] ?? "";
          return (
            sample !== undefined && (
              <div key={sample.epoch}>
                <h3>{name}</h3>
                <SmallRoll piece={sample.piece} title={name} isCovered={answer === undefined} />
                <button
                  type="button"
                  className="plain-button"
                  aria-pressed={answer === place}
                  onClick={() => {
                    setAnswer(place);
                  }}
                >
                  {name}
                </button>
              </div>
            )
          );
        })}
      </div>
      <p role="status">
        {answer !== undefined &&
          `${answer === later ? words.guessRight : words.guessWrong} ${words.guessAfter(heard[1]?.epoch ?? 0, heard[0]?.epoch ?? 0)}`}
      </p>
    </section>
  );
}
