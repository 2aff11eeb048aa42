import Button from "@cloudscape-design/components/button";
import { useMemo, useState } from "react";
import { usePlayer } from "../sound/player";
import { SmallRoll } from "../stage/small-roll";
import { texts } from "../texts/en";
import { learnTexts } from "../texts/en-learn";
import { type BachExcerpts, useBachExcerpts } from "./bach-excerpts";
import modelVoices from "./pieces/model-voices.json";
import { makeRounds, type Round } from "./quiz";
import { pieceOf } from "./stored-piece";

const { bach: words } = learnTexts.capsules;

export function Quiz() {
  const excerpts = useBachExcerpts();
  return (
    <section className="card hear quiz" aria-label={words.quizTitle}>
      <h2>{words.quizTitle}</h2>
      <p>{words.quiz}</p>
      {excerpts.isPending && <p role="status">{texts.loading}</p>}
      {excerpts.isError && <p role="alert">{words.failed}</p>}
      {excerpts.data?.excerpts.length === 0 && <p>{words.missing}</p>}
      {excerpts.data !== undefined && excerpts.data.excerpts.length > 0 && <Rounds excerpts={excerpts.data} />}
    </section>
  );
}

function Rounds({ excerpts }: { readonly excerpts: BachExcerpts }) {
  const [rounds, setRounds] = useState(() => makeRounds(excerpts, modelVoices, Math.random));
  const [answers, setAnswers] = useState<readonly boolean[]>([]);
  const [place, setPlace] = useState(0);
  const round = rounds[place];
  return (
    <>
      {round === undefined ? (
        <Score
          answers={answers}
          again={() => {
            setRounds(makeRounds(excerpts, modelVoices, Math.random));
            setAnswers([]);
            setPlace(0);
          }}
        />
      ) : (
        <OneRound
          key={round.id}
          round={round}
          title={words.round(place + 1, rounds.length)}
          answer={(isRight) => {
            setAnswers([...answers, isRight]);
          }}
          next={() => {
            setPlace(place + 1);
          }}
        />
      )}
      <small className="quiz-source">{words.source(excerpts.source, excerpts.license)}</small>
    </>
  );
}

function OneRound(props: {
  readonly round: Round;
  readonly title: string;
  readonly answer: (isRight: boolean) => void;
  readonly next: () => void;
}) {
  const { round, title, answer, next } = props;
  const player = usePlayer();
  const [chosen, setChosen] = useState<number>();
  const pieces = useMemo(() => round.pieces.map(pieceOf), [round]);
  return (
    <>
      <h3>{title}</h3>
      <div className="two">
        {pieces.map((piece, index) => {
          const name = words.places[index] ?? "";
          const isBach = round.bach === index;
          return (
            <div key={name} data-bach={chosen !== undefined && isBach}>
              <h4>
                {name}
                {chosen !== undefined && ` · ${isBach ? "J. S. Bach" : round.model}`}
              </h4>
              <SmallRoll piece={piece} title={name} />
              <Button
                disabled={chosen !== undefined}
                onClick={() => {
                  setChosen(index);
                  answer(isBach);
                }}
              >
                {words.isBach(name)}
              </Button>
            </div>
          );
        })}
      </div>
      <p role="status">
        {chosen !== undefined &&
          `${chosen === round.bach ? words.right : words.wrong} ${words.reveal(round.title, round.id, round.model)}`}
      </p>
      {chosen !== undefined && (
        <Button
          variant="primary"
          onClick={() => {
            player.pause();
            next();
          }}
        >
          {words.next}
        </Button>
      )}
    </>
  );
}

function Score({ answers, again }: { readonly answers: readonly boolean[]; readonly again: () => void }) {
  const right = answers.filter((isRight) => isRight).length;
  const level = right === answers.length ? "all" : right * 2 > answers.length ? "some" : "chance";
  return (
    <>
      <p role="status">
        <strong>{words.score(right, answers.length)}</strong> {words.scoreWords[level]}
      </p>
      <Button onClick={again}>{words.again}</Button>
    </>
  );
}
