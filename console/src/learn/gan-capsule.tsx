import { useState } from "react";
import { SmallRoll } from "../stage/small-roll";
import { learnTexts } from "../texts/en-learn";
import { EpochPlayer } from "./epoch-player";
import { Observations, Paragraphs } from "./paragraphs";
import ode from "./pieces/gan-piece.json";
import { pieceOf } from "./stored-piece";

const { gan: words } = learnTexts.capsules;
const stockPiece = pieceOf(ode);

export function GanCapsule() {
  const [index, setIndex] = useState(0);
  return (
    <>
      <Paragraphs texts={words.game} />
      <section className="card hear">
        <h2>{words.hearTitle}</h2>
        <p>{words.hear}</p>
        <EpochPlayer index={index} choose={setIndex} />
      </section>
      <Observations texts={words.whatToHear} />
      <section className="card hear">
        <h2>{words.stockTitle}</h2>
        <SmallRoll piece={stockPiece} title={words.stockTitle} />
      </section>
      <p>{words.after}</p>
    </>
  );
}
