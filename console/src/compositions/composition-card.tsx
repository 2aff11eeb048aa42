import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Link, useLocation } from "wouter";
import type { Composition } from "../../../client/client";
import { isFinal, useComposition, useCompositionMidi } from "../api/queries";
import { Age } from "../lists/age";
import { useWasInView } from "../lists/in-view";
import { PiecePreview } from "../lists/piece-preview";
import { texts } from "../texts/en";

export type CompositionAction = "rename" | "use" | "lineage" | "delete";

const statusTypes = { PENDING: "pending", RUNNING: "in-progress", COMPLETED: "success", FAILED: "error" } as const;
const actions: readonly CompositionAction[] = ["rename", "lineage", "delete"];

export function CompositionCard(props: {
  readonly composition: Composition;
  readonly technique: string;
  readonly model: string | undefined;
  readonly act: (action: CompositionAction, composition: Composition) => void;
}) {
  const { composition: listed, technique, model, act } = props;
  const [, navigate] = useLocation();
  const [card, wasSeen] = useWasInView<HTMLLIElement>();
  // The list does not change by itself. What is being composed is looked at until it is finished.
  const looked = useComposition(isFinal(listed) ? undefined : listed.id);
  const composition = looked.data === undefined ? listed : { ...looked.data, name: listed.name };
  const { id, name, state, output, createdAt, failure } = composition;
  const midi = useCompositionMidi(wasSeen ? composition : undefined);
  return (
    <li ref={card} className="card piece-card">
      <div className="piece-card-head">
        <h2>
          <Link href={`/studio/${id}`}>{name}</Link>
        </h2>
        <ButtonDropdown
          variant="icon"
          ariaLabel={texts.lists.actionsOf(name)}
          expandToViewport
          items={[
            ...(state === "COMPLETED" ? [{ id: "use", text: texts.compositions.actions.use }] : []),
            ...actions.map((action) => ({ id: action, text: texts.compositions.actions[action] })),
          ]}
          onItemClick={({ detail }) => {
            if (detail.id === "use") navigate(`/studio?melody=composition:${id}`);
            else act(detail.id as CompositionAction, composition);
          }}
        />
      </div>
      {state === "COMPLETED" ? (
        <PiecePreview title={name} midi={midi} />
      ) : (
        <div className="piece-place">{failure?.message ?? texts.compositions.notYet}</div>
      )}
      <StatusIndicator type={statusTypes[state]}>{texts.compositions.states[state]}</StatusIndicator>
      <ul className="piece-facts">
        <li>{technique}</li>
        {model !== undefined && <li>{model}</li>}
        {output !== undefined && <li>{texts.lists.bars(output.bars)}</li>}
        <li>
          <Age instant={createdAt} />
        </li>
      </ul>
    </li>
  );
}
