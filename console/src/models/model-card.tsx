import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { Link, useLocation } from "wouter";
import type { Model } from "../api/queries";
import { useWasInView } from "../lists/in-view";
import { PiecePreview } from "../lists/piece-preview";
import { texts } from "../texts/en";
import { modelsTexts } from "../texts/en-models";
import { bachFigures } from "./bach-figures";
import { megabytes } from "./model-figures";
import { ModelMetrics } from "./model-metrics";
import { useModelSampleMidi, useModelSamples } from "./model-queries";

export type ModelAction = "rename" | "delete";
const actions: readonly ModelAction[] = ["rename", "delete"];

export const studioWith = ({ id, technique }: Pick<Model, "id" | "technique">): string =>
  `/studio?technique=${technique}&model=${id}`;

export function ModelCard(props: {
  readonly model: Model;
  readonly technique: string;
  readonly act: (action: ModelAction, model: Model) => void;
}) {
  const { model, technique, act } = props;
  const { id, name, stock, bytes, dataset, metrics } = model;
  const [, navigate] = useLocation();
  const [card, wasSeen] = useWasInView<HTMLLIElement>();
  const samples = useModelSamples(wasSeen ? id : undefined);
  const [melody] = samples.data?.melodies ?? [];
  const midi = useModelSampleMidi(id, melody?.id);
  return (
    <li ref={card} className="card piece-card">
      <div className="piece-card-head">
        <h2>
          <Link href={`/models/${id}`}>{name}</Link>
        </h2>
        {!stock && (
          <ButtonDropdown
            variant="icon"
            ariaLabel={texts.lists.actionsOf(name)}
            expandToViewport
            items={actions.map((action) => ({ id: action, text: modelsTexts.actions[action] }))}
            onItemClick={({ detail }) => {
              act(detail.id as ModelAction, model);
            }}
          />
        )}
      </div>
      {samples.data !== undefined && melody === undefined ? (
        <div className="piece-place">{modelsTexts.noSamples}</div>
      ) : (
        <PiecePreview title={modelsTexts.sampleTitle(name, melody?.name ?? "")} midi={midi} />
      )}
      <ul className="piece-facts">
        <li>{stock ? modelsTexts.stock : modelsTexts.own}</li>
        <li>{technique}</li>
        <li>{modelsTexts.size(megabytes(bytes))}</li>
        <li>{modelsTexts.pieces(dataset.pieces, dataset.id)}</li>
      </ul>
      <ModelMetrics metrics={metrics} reference={bachFigures[model.technique] ?? {}} isShort />
      <p className="model-license">{dataset.license}</p>
      <div className="model-compose">
        <Button
          ariaLabel={modelsTexts.composeWith(name)}
          onClick={() => {
            navigate(studioWith(model));
          }}
        >
          {modelsTexts.compose}
        </Button>
      </div>
    </li>
  );
}
