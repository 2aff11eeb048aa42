/** The files of a data set, page by page: accepted with what they give, rejected with the reason. */
import { ProblemAlert } from "../app/problem-alert";
import { ListPages } from "../lists/list-pages";
import { ListFilter } from "../lists/list-tools";
import { useListView } from "../lists/list-view";
import { texts } from "../texts/en";
import { datasetsTexts, datasetTexts } from "../texts/en-datasets";
import { type Dataset, type DatasetFile, useDatasetFiles } from "./dataset-queries";
import { FileDetails } from "./file-report";

const { list: words } = datasetTexts;
const states = ["accepted", "rejected", "pending"] as const;
const allowed = { state: states } as const;

export function DatasetFiles({ dataset }: { readonly dataset: Dataset }) {
  const view = useListView(allowed);
  const { filters, limit, cursor } = view;
  const list = useDatasetFiles(dataset, { ...filters, limit, cursor });
  const { items = [], total = 0, nextCursor } = list.data ?? {};
  const { files } = dataset;
  if (files.accepted + files.pending + files.rejected === 0) return null;
  return (
    <section className="list-section" aria-labelledby="files-heading">
      <div className="dataset-files-head">
        <h2 id="files-heading">{words.title}</h2>
        <ListFilter
          label={words.state}
          value={filters.state}
          choices={states.map((value) => ({ value, label: datasetsTexts.states[value] }))}
          choose={(state) => {
            view.choose({ state });
          }}
        />
      </div>
      {list.isError && <ProblemAlert error={list.error} />}
      {list.isPending && <p role="status">{texts.loading}</p>}
      {list.isSuccess && items.length === 0 && (
        <p className="listen-note" role="status">
          {words.empty}
        </p>
      )}
      {items.length > 0 && (
        <ul className="card dataset-files" aria-label={words.title} aria-busy={list.isPlaceholderData}>
          {items.map((file) => (
            <FileRow key={file.sha256} dataset={dataset} file={file} />
          ))}
        </ul>
      )}
      <ListPages
        view={view}
        count={items.length}
        total={total}
        nextCursor={nextCursor}
        isTurning={list.isPlaceholderData}
      />
    </section>
  );
}

function FileRow({ dataset, file }: { readonly dataset: Dataset; readonly file: DatasetFile }) {
  const { path, state, code, reason } = file;
  return (
    <li>
      <span className={`file-state dataset-count-${state}`}>{datasetsTexts.states[state]}</span>
      <span className="file-path">{path}</span>
      {state === "accepted" && <Given file={file} />}
      {state === "rejected" && (
        <span className="file-reason">
          {reason} {code !== undefined && <code>{code}</code>}
        </span>
      )}
      <FileDetails dataset={dataset} file={file} />
    </li>
  );
}

function Given({ file: { bars = {}, lineUps = {} } }: { readonly file: DatasetFile }) {
  const names = (Object.keys(datasetsTexts.lineUps) as (keyof typeof lineUps)[])
    .filter((lineUp) => lineUps[lineUp] !== undefined)
    .map((lineUp) => datasetsTexts.lineUps[lineUp].name);
  const counts = Object.entries(bars)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${datasetsTexts.bars(count)} ${name === "other" ? datasetTexts.read.otherBars : name}`);
  return <span className="file-reason figures">{[...names, ...counts].join(" · ")}</span>;
}
