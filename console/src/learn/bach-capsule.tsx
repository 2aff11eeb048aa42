import { SmallRoll } from "../stage/small-roll";
import { learnTexts } from "../texts/en-learn";
import ode from "./pieces/gan-piece.json";
import { Quiz } from "./quiz-card";
import { spoil, spoilings } from "./spoiled";
import { pieceOf } from "./stored-piece";

const { bach: words } = learnTexts.capsules;
const heard = [
  { ...words.original, piece: pieceOf(ode) },
  ...spoilings.map((spoiling) => ({ ...words.spoilings[spoiling], piece: pieceOf(spoil(ode, spoiling)) })),
];

export function BachCapsule() {
  return (
    <>
      <section className="hear">
        <h2>{words.hearTitle}</h2>
        <p>{words.hear}</p>
        <ul className="spoiled">
          {heard.map(({ title, says, piece }) => (
            <li key={title} className="card">
              <h3>{title}</h3>
              <SmallRoll piece={piece} title={title} />
              <p>{says}</p>
            </li>
          ))}
        </ul>
      </section>
      <Quiz />
    </>
  );
}
