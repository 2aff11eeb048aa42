/** Where one ZIP archive is chosen, and how far it is sent and read. */
import Button from "@cloudscape-design/components/button";
import Select from "@cloudscape-design/components/select";
import { useRef } from "react";
import type { TagSource } from "../../../client/client";
import { ProblemError } from "../api/problem-error";
import { ProblemAlert } from "../app/problem-alert";
import { datasetsTexts, datasetTexts } from "../texts/en-datasets";
import type { ArchivePush } from "./archive-pushes";
import type { Dataset } from "./dataset-queries";

const { archive: words } = datasetTexts;
const tagSources: readonly TagSource[] = ["folders", "csv", "none"];

export function ArchiveChoice(props: {
  readonly tagsFrom: TagSource;
  readonly chooseTags: (tagsFrom: TagSource) => void;
  readonly isDisabled: boolean;
  readonly begin: (archive: File) => void;
}) {
  const { tagsFrom, chooseTags, isDisabled, begin } = props;
  const input = useRef<HTMLInputElement>(null);
  const options = tagSources.map((value) => ({ value, ...words.tagSources[value] }));
  return (
    <div className="archive">
      <h3>{words.title}</h3>
      <input
        ref={input}
        type="file"
        hidden
        accept=".zip,application/zip"
        aria-label={words.choose}
        onChange={({ target }) => {
          const archive = target.files?.[0];
          // The same archive can be chosen again.
          target.value = "";
          if (archive !== undefined) begin(archive);
        }}
      />
      <div className="archive-tags">
        <Select
          inlineLabelText={words.tags}
          selectedOption={options.find(({ value }) => value === tagsFrom) ?? null}
          options={options}
          onChange={({ detail }) => {
            chooseTags(detail.selectedOption.value as TagSource);
          }}
        />
      </div>
      <Button iconName="upload" disabled={isDisabled} onClick={() => input.current?.click()}>
        {words.choose}
      </Button>
      <p className="drop-hint-line">{words.hint}</p>
    </div>
  );
}

/** How far the archive is: sent from this page, and read by the cloud. */
export function ArchiveProgress(props: {
  readonly push: ArchivePush | undefined;
  readonly archive: Dataset["archive"];
}) {
  const { push, archive } = props;
  const isSending = push !== undefined && push.end === undefined;
  if (!isSending && push === undefined && archive === undefined) return null;
  return (
    <div className="push-progress">
      {isSending ? (
        <div className="push-progress-head">
          <p role="status">{words.sending(push.name, datasetsTexts.size(push.bytes))}</p>
          <Button onClick={push.stop}>{datasetTexts.push.stop}</Button>
        </div>
      ) : (
        <>
          {push?.end !== undefined && <PushEnd end={push.end} />}
          {archive !== undefined && <Reading archive={archive} />}
        </>
      )}
    </div>
  );
}

function PushEnd({ end }: { readonly end: NonNullable<ArchivePush["end"]> }) {
  switch (end.outcome) {
    // What becomes of it then is the data set's to tell.
    case "sent":
      return null;
    case "known":
      return <p role="status">{words.known}</p>;
    case "stopped":
      return <p role="status">{words.stopped}</p>;
    case "refused":
      return <ProblemAlert error={new ProblemError(end.problem)} />;
    case "broken":
      return <ProblemAlert error={end.error} />;
    case "rejected":
    case "failed":
      return (
        <p className="form-error" role="alert">
          {end.reason} {"code" in end && <code>{end.code}</code>}
        </p>
      );
  }
}

function Reading({ archive: { state, entries, code, reason } }: { readonly archive: NonNullable<Dataset["archive"]> }) {
  if (state === "pending") return <p className="listen-note">{words.pending}</p>;
  if (state === "refused")
    return (
      <p className="form-error" role="alert">
        {words.refused} {reason} <code>{code}</code>
      </p>
    );
  const { all, read, leftOut, tagsWithoutFile } = entries ?? { all: 0, read: 0, leftOut: 0, tagsWithoutFile: 0 };
  const says = state === "read" ? words.read(all) : words.reading(read, all);
  return (
    <>
      <p role="status">{says}</p>
      <progress
        className="job-progress"
        aria-label={says}
        max={Math.max(1, all)}
        value={state === "read" ? Math.max(1, all) : read}
      />
      {leftOut > 0 && <p className="listen-note">{words.leftOut(leftOut)}</p>}
      {tagsWithoutFile > 0 && <p className="listen-note">{words.tagsWithoutFile(tagsWithoutFile)}</p>}
    </>
  );
}
