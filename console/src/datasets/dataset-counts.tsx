import { datasetsTexts as words } from "../texts/en-datasets";
import type { Dataset } from "./dataset-queries";

const order = ["accepted", "pending", "rejected"] as const;

/** What became of a data set's files: as a bar in three parts, and in words. */
export function DatasetCounts({ files }: Pick<Dataset, "files">) {
  const all = files.accepted + files.pending + files.rejected;
  if (all === 0) return <p className="dataset-counts-empty">{words.noFiles}</p>;
  const shown = order.filter((state) => files[state] > 0);
  return (
    <div className="dataset-counts">
      <div className="dataset-bar" aria-hidden="true">
        {shown.map((state) => (
          <span key={state} className={`dataset-bar-${state}`} style={{ flexGrow: files[state] }} />
        ))}
      </div>
      <ul className="figures">
        {shown.map((state) => (
          <li key={state} className={`dataset-count-${state}`}>
            {words[state](files[state])}
          </li>
        ))}
      </ul>
    </div>
  );
}
