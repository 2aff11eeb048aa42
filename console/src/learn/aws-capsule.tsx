import { SmallRoll } from "../stage/small-roll";
import { learnTexts } from "../texts/en-learn";
import { Paragraphs } from "./paragraphs";
import ode from "./pieces/gan-piece.json";
import { pieceOf } from "./stored-piece";

const { aws: words } = learnTexts.capsules;
const piece = pieceOf(ode);

export function AwsCapsule() {
  return (
    <>
      <section className="card hear">
        <h2>{words.hearTitle}</h2>
        <SmallRoll piece={piece} title={words.hearTitle} />
        <p>{words.hear}</p>
        <ol className="way">
          {words.steps.map(({ title, says }) => (
            <li key={title}>
              <strong>{title}</strong> {says}
            </li>
          ))}
        </ol>
      </section>
      <Paragraphs texts={words.training} />
      <p>{words.after}</p>
    </>
  );
}
