import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { Link } from "wouter";
import { Age } from "../lists/age";
import { texts } from "../texts/en";
import { datasetsTexts as words } from "../texts/en-datasets";
import { DatasetCounts } from "./dataset-counts";
import type { Dataset } from "./dataset-queries";

export type DatasetAction = "rename" | "delete";
const actions: readonly DatasetAction[] = ["rename", "delete"];

export function DatasetCard(props: {
  readonly dataset: Dataset;
  readonly act: (action: DatasetAction, dataset: Dataset) => void;
}) {
  const { dataset, act } = props;
  const { id, name, description, license, bytes, createdAt } = dataset;
  return (
    <li className="card piece-card">
      <div className="piece-card-head">
        <h2>
          <Link href={`/datasets/${id}`}>{name}</Link>
        </h2>
        <ButtonDropdown
          variant="icon"
          ariaLabel={texts.lists.actionsOf(name)}
          expandToViewport
          items={actions.map((action) => ({ id: action, text: words.actions[action] }))}
          onItemClick={({ detail }) => {
            act(detail.id as DatasetAction, dataset);
          }}
        />
      </div>
      {description !== undefined && <p className="dataset-about">{description}</p>}
      <DatasetCounts files={dataset.files} />
      <ul className="piece-facts">
        <li>{words.licenseKinds[license.kind].label}</li>
        <li>{words.size(bytes)}</li>
        <li>
          <Age instant={createdAt} />
        </li>
      </ul>
    </li>
  );
}
