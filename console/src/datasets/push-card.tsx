/** Where a folder or files are dropped or chosen, and how far they have come. */
import Button from "@cloudscape-design/components/button";
import { useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useRef, useState } from "react";
import { useStore } from "zustand";
import type { TagSource } from "../../../client/client";
import { useApi } from "../api/api";
import { ProblemError } from "../api/problem-error";
import { ProblemAlert } from "../app/problem-alert";
import { useReasonToStay } from "../app/reasons-to-stay";
import { texts } from "../texts/en";
import { datasetsTexts, datasetTexts } from "../texts/en-datasets";
import { ArchiveChoice, ArchiveProgress } from "./archive-part";
import { archivePushes, startArchivePush } from "./archive-pushes";
import { type Dataset, datasetKeys } from "./dataset-queries";
import { chosenFiles, droppedFiles, type FolderFiles } from "./folder-files";
import { dealtWith, pushes, type PushState, startPush } from "./pushes";

const { push: words } = datasetTexts;
/** Of files that were not taken, so many are named. All that were rejected when they were read are in the list below. */
const mostNamed = 50;

export function PushCard({ dataset }: { readonly dataset: Dataset }) {
  const { id } = dataset;
  const api = useApi();
  const client = useQueryClient();
  const push = useStore(pushes, (all) => all.get(id));
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [isLooking, setLooking] = useState(false);
  const [hasNothing, setNothing] = useState(false);
  const archivePush = useStore(archivePushes, (all) => all.get(id));
  const [tagsFrom, setTagsFrom] = useState<TagSource>("folders");
  const isRunning = push?.isRunning === true;
  const isSendingArchive = archivePush !== undefined && archivePush.end === undefined;
  useReasonToStay(`push ${id}`, isRunning || isSendingArchive);

  const onNews = (): void => {
    void client.invalidateQueries({ queryKey: datasetKeys.one(id) });
    void client.invalidateQueries({ queryKey: datasetKeys.lists });
  };
  const beginArchive = (archive: File): void => {
    setNothing(false);
    void startArchivePush({ api, datasetId: id, archive, tagsFrom, onNews });
  };
  const begin = ({ files: found, archive, leftOut }: FolderFiles): void => {
    setNothing(found.length === 0 && archive === undefined);
    if (archive !== undefined) beginArchive(archive);
    else if (found.length > 0) void startPush({ api, datasetId: id, files: found, leftOut, onNews });
  };
  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    setOver(false);
    if (isRunning) return;
    setLooking(true);
    try {
      begin(await droppedFiles(event.dataTransfer));
    } finally {
      setLooking(false);
    }
  };
  const choose = (input: HTMLInputElement): void => {
    const chosen = chosenFiles(input.files ?? []);
    // The same folder can be chosen again.
    input.value = "";
    begin(chosen);
  };
  return (
    <section className="card push" aria-labelledby="push-heading">
      <h2 id="push-heading">{words.title}</h2>
      <div
        className={isOver ? "drop-place drop-place-over" : "drop-place"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => {
          setOver(false);
        }}
        onDrop={(event) => {
          void drop(event);
        }}
      >
        <input
          ref={(node) => {
            folder.current = node;
            if (node !== null) node.webkitdirectory = true;
          }}
          type="file"
          hidden
          multiple
          aria-label={words.folder}
          onChange={({ target }) => {
            choose(target);
          }}
        />
        <input
          ref={files}
          type="file"
          hidden
          multiple
          accept=".mid,.midi,.kar,.rmi,.smf,audio/midi"
          aria-label={words.files}
          onChange={({ target }) => {
            choose(target);
          }}
        />
        <p className="drop-words">{isLooking ? words.checking : words.drop}</p>
        <div className="drop-buttons">
          <Button iconName="folder-open" disabled={isRunning} onClick={() => folder.current?.click()}>
            {words.folder}
          </Button>
          <Button iconName="file" disabled={isRunning} onClick={() => files.current?.click()}>
            {words.files}
          </Button>
        </div>
        <p className="drop-hint-line">{words.hint}</p>
      </div>
      {hasNothing && (
        <p className="form-error" role="alert">
          {words.nothing}
        </p>
      )}
      {push !== undefined && <PushProgress push={push} />}
      <ArchiveChoice tagsFrom={tagsFrom} chooseTags={setTagsFrom} isDisabled={isSendingArchive} begin={beginArchive} />
      <ArchiveProgress push={archivePush} archive={dataset.archive} />
    </section>
  );
}

function PushProgress({ push }: { readonly push: PushState }) {
  const { isRunning, progress, leftOut, rejected, failed, end, stop } = push;
  const counts = (["sent", "known", "repeated", "rejected", "failed"] as const).filter((kind) => progress[kind] > 0);
  return (
    <div className="push-progress">
      <div className="push-progress-head">
        <p role="status">
          {isRunning ? (
            words.progress(dealtWith(progress), progress.files)
          ) : (
            <strong>{end === undefined ? words.done : end.kind === "stopped" ? words.stopped : null}</strong>
          )}
        </p>
        {isRunning && <Button onClick={stop}>{words.stop}</Button>}
      </div>
      <progress
        className="job-progress"
        aria-label={words.title}
        max={Math.max(1, progress.files)}
        value={dealtWith(progress)}
      />
      <ul className="piece-facts">
        {counts.map((kind) => (
          <li key={kind}>{words[kind](progress[kind])}</li>
        ))}
      </ul>
      {leftOut > 0 && <p className="listen-note">{words.leftOut(leftOut)}</p>}
      {end?.kind === "refused" && <ProblemAlert error={new ProblemError(end.problem)} />}
      {end?.kind === "broken" && <ProblemAlert error={end.error} />}
      {rejected.length > 0 && (
        <FileReasons
          title={words.notTaken}
          files={rejected.map(({ path, code, reason }) => ({ path, reason, code }))}
        />
      )}
      {failed.length > 0 && (
        <>
          <FileReasons title={words.notSent} files={failed} />
          <p className="listen-note">{words.again}</p>
        </>
      )}
    </div>
  );
}

function FileReasons(props: {
  readonly title: string;
  readonly files: readonly { readonly path: string; readonly reason: string; readonly code?: string }[];
}) {
  const { title, files } = props;
  return (
    <details className="file-reasons">
      <summary>
        {title}: {datasetsTexts.files(files.length)}
      </summary>
      <ul>
        {files.slice(0, mostNamed).map(({ path, reason, code }) => (
          <li key={path}>
            <strong>{path}</strong> {reason} {code !== undefined && <code>{code}</code>}
          </li>
        ))}
        {files.length > mostNamed && <li>{texts.lists.usedByMore(files.length - mostNamed)}</li>}
      </ul>
    </details>
  );
}
