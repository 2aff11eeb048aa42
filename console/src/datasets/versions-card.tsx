/** The versions of a data set: one is frozen in a line-up, and a model is trained on it. */
import Button from "@cloudscape-design/components/button";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { useLocation } from "wouter";
import { ProblemAlert } from "../app/problem-alert";
import { Age } from "../lists/age";
import { texts } from "../texts/en";
import { datasetsTexts, datasetTexts } from "../texts/en-datasets";
import {
  type Dataset,
  type DatasetVersion,
  type LineUp,
  useDatasetVersions,
  useFreezeVersion,
} from "./dataset-queries";
import { trainingPathOf } from "./training-path";

const { versions: words } = datasetTexts;
const lineUps = Object.keys(datasetsTexts.lineUps) as LineUp[];
const splits = ["train", "validation", "test"] as const;
const none = { files: 0, pieces: 0, bars: 0 };

export function VersionsCard({ dataset }: { readonly dataset: Dataset }) {
  const { id, files } = dataset;
  const list = useDatasetVersions(id);
  const freeze = useFreezeVersion(id);
  const most = lineUps.reduce((one, next) =>
    (dataset.lineUps[next]?.bars ?? 0) > (dataset.lineUps[one]?.bars ?? 0) ? next : one,
  );
  const [chosen, setChosen] = useState<LineUp>();
  const lineUp = chosen ?? most;
  const amounts = dataset.lineUps[lineUp] ?? none;
  if (files.accepted === 0 && dataset.versions === 0) return null;
  const hindrance = files.pending > 0 ? words.whileReading : amounts.pieces === 0 ? words.nothingToFreeze : undefined;
  const { items = [] } = list.data ?? {};
  return (
    <section className="card versions" aria-labelledby="versions-heading">
      <h2 id="versions-heading">{words.title}</h2>
      <p className="listen-note">{words.about}</p>
      <Tiles
        ariaLabel={datasetTexts.read.lineUp}
        value={lineUp}
        columns={3}
        items={lineUps.map((value) => {
          const { files: of, pieces, bars } = dataset.lineUps[value] ?? none;
          const { name, voices } = datasetsTexts.lineUps[value];
          return {
            value,
            label: name,
            description: `${voices} – ${pieces === 0 ? words.gives : datasetTexts.read.amounts(of, pieces, bars)}`,
            disabled: pieces === 0,
          };
        })}
        onChange={({ detail }) => {
          freeze.reset();
          setChosen(detail.value as LineUp);
        }}
      />
      <div className="versions-freeze">
        <Button
          variant="primary"
          loading={freeze.isPending}
          disabled={hindrance !== undefined}
          disabledReason={hindrance ?? ""}
          onClick={() => {
            freeze.mutate(lineUp);
          }}
        >
          {words.freeze}
        </Button>
        {hindrance !== undefined && <p className="listen-note">{hindrance}</p>}
      </div>
      {freeze.error !== null && <ProblemAlert error={freeze.error} />}
      {list.isError && <ProblemAlert error={list.error} />}
      {list.isPending && <p role="status">{texts.loading}</p>}
      {items.length > 0 && (
        <ul className="versions-list" aria-label={words.title}>
          {items.map((version) => (
            <VersionRow key={version.id} version={version} />
          ))}
        </ul>
      )}
    </section>
  );
}

function VersionRow({ version }: { readonly version: DatasetVersion }) {
  const { id, datasetId, state, lineUp, tags = {}, files, content, failure, createdAt } = version;
  const [, navigate] = useLocation();
  const chosenBy = Object.entries(tags).map(([tag, values]) => `${tag}: ${values.join(", ")}`);
  return (
    <li>
      <div className="versions-row-head">
        <h3>
          {datasetsTexts.lineUps[lineUp].name} <code>{id}</code>
        </h3>
        <span role="status" className={`file-state dataset-count-${colors[state]}`}>
          {words.states[state]}
        </span>
      </div>
      <ul className="piece-facts">
        <li>{datasetsTexts.files(files)}</li>
        {content !== undefined && (
          <li>
            {datasetsTexts.pieces(content.pieces)}, {datasetsTexts.bars(content.bars)}
          </li>
        )}
        {chosenBy.map((choice) => (
          <li key={choice}>{choice}</li>
        ))}
        <li>
          <Age instant={createdAt} />
        </li>
      </ul>
      {failure !== undefined && <p className="file-reason">{failure.message}</p>}
      {content !== undefined && (
        <>
          <details className="file-reasons">
            <summary>{words.content}</summary>
            <Content content={content} />
          </details>
          <Button
            ariaLabel={words.trainOn(datasetsTexts.lineUps[lineUp].name, id)}
            onClick={() => {
              navigate(trainingPathOf({ datasetId, versionId: id }));
            }}
          >
            {words.train}
          </Button>
        </>
      )}
    </li>
  );
}
const colors = { READY: "accepted", FREEZING: "pending", FAILED: "rejected" } as const;

function Content({ content }: { readonly content: NonNullable<DatasetVersion["content"]> }) {
  const { voices, barsLeftOut, sameNotes, sha256 } = content;
  const leftOut = Object.entries(barsLeftOut).filter(([, bars]) => bars > 0);
  return (
    <dl className="versions-content figures">
      {splits.map((split) => {
        const { pieces = 0, bars = 0 } = content.splits[split] ?? {};
        return (
          <div key={split}>
            <dt>{words.splits[split]}</dt>
            <dd>
              {datasetsTexts.pieces(pieces)}, {datasetsTexts.bars(bars)}
            </dd>
          </div>
        );
      })}
      <div>
        <dt>{words.voices}</dt>
        <dd>{voices.map(({ name }) => name).join(", ")}</dd>
      </div>
      {leftOut.length > 0 && (
        <div>
          <dt>{words.leftOut}</dt>
          <dd>{leftOut.map(([name, bars]) => `${datasetsTexts.bars(bars)} ${name}`).join(", ")}</dd>
        </div>
      )}
      {sameNotes > 0 && (
        <div>
          <dt>{words.sameNotes}</dt>
          <dd>{datasetsTexts.files(sameNotes)}</dd>
        </div>
      )}
      <div>
        <dt>{words.digest}</dt>
        <dd>
          <code>{sha256}</code>
        </dd>
      </div>
    </dl>
  );
}
