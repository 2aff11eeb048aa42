import { Stage } from "../stage/stage";
import { learnTexts } from "../texts/en-learn";
import { Observations, Paragraphs } from "./paragraphs";
import stored from "./pieces/ar-cnn-edits.json";
import { pieceOf } from "./stored-piece";

const { notes: words } = learnTexts.capsules;
const piece = pieceOf(stored.piece);
const edits = stored.edits.map(([step = 0, pitch = 0, added, original, pass = 0, probability = 0]) => ({
  step,
  pitch,
  kind: added === 1 ? ("add" as const) : ("remove" as const),
  original: original === 1,
  pass,
  probability,
}));

export function NotesCapsule() {
  return (
    <>
      <Paragraphs texts={words.game} />
      <h2>{words.hearTitle}</h2>
      <p>{words.hear}</p>
      <Stage piece={piece} title={words.hearTitle} edits={edits} />
      <Observations texts={words.whatToHear} />
      <p>{words.after}</p>
    </>
  );
}
