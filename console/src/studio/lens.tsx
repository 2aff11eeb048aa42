/** The lens: what a teacher would mark, and the piece's measures beside Bach's. */
import { useMemo, useState } from "react";
import type { Composition } from "../../../client/client";
import { bachFigures, bachParallelsPer100Bars } from "../models/bach-figures";
import type { Piece } from "../piece/piece";
import { Stage, type StageProps } from "../stage/stage";
import { texts } from "../texts/en";
import { studioViewTexts } from "../texts/studio-views";
import { beatParallelsPer100Bars } from "./beat-parallels";
import { type Mark, markNotes, withMarkedTrack } from "./marked-notes";

const words = studioViewTexts.lens;
/** Whole chorales on one roll, as the pieces are measured. */
const figures = bachFigures["ar-cnn"];
const marks: readonly Mark[] = ["dissonant", "parallels", "offScale"];

export interface LensProps {
  readonly composition: Composition;
  readonly piece: Piece;
  readonly shared: Pick<StageProps, "views" | "view" | "onView">;
}

export default function Lens({ composition, piece, shared }: LensProps) {
  const [mark, setMark] = useState<Mark>("dissonant");
  const { notes, scale } = useMemo(() => markNotes(piece), [piece]);
  const marked = notes[mark];
  const parallels = useMemo(() => beatParallelsPer100Bars(piece), [piece]);
  const seen = useMemo(() => withMarkedTrack(piece, marked, words[mark]), [mark, marked, piece]);
  const metrics: Readonly<Record<string, number>> = composition.output?.metrics ?? {};
  const measures = Object.entries(words.measures).filter(([name]) => metrics[name] !== undefined);
  return (
    <>
      <Stage piece={seen} title={`${composition.name}: ${texts.studio.views.lens}`} {...shared}>
        <div className="stage-foot">
          <span className="stage-group" role="group" aria-label={texts.studio.views.lens}>
            {marks.map((one) => (
              <button
                key={one}
                type="button"
                className="stage-button"
                aria-pressed={mark === one}
                onClick={() => {
                  setMark(one);
                }}
              >
                {words[one]}
              </button>
            ))}
          </span>
          <span role="status">
            {marked.size === 0 ? words.none : words.marked(marked.size)}. {mark === "offScale" && words.scale(scale)}
          </span>
        </div>
      </Stage>
      <section className="card">
        <p className="hint">{words.explanation}</p>
        <table className="measures figures">
          <thead>
            <tr>
              <th scope="col">{words.measure}</th>
              <th scope="col">{words.piece}</th>
              <th scope="col">{words.bach}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{words.parallelsPer100Bars}</th>
              <td>{parallels.toFixed(1)}</td>
              <td>{bachParallelsPer100Bars.toFixed(1)}</td>
            </tr>
            {measures.map(([name, label]) => (
              <tr key={name}>
                <th scope="row">{label}</th>
                <td>{metrics[name]?.toFixed(2)}</td>
                <td>{figures?.[name]?.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
