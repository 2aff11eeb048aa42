/** What was taken for what in a file, and where its owner knows better. */
import Button from "@cloudscape-design/components/button";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useNotices } from "../app/notices";
import { ProblemAlert } from "../app/problem-alert";
import { DeleteDialog } from "../lists/delete-dialog";
import { texts } from "../texts/en";
import { datasetTexts } from "../texts/en-datasets";
import {
  type Dataset,
  type DatasetFile,
  type FileReport,
  useDatasetFile,
  useOverrideRoles,
  useWithdrawFile,
} from "./dataset-queries";
import { overridesOf, type Role, roles, type SaidRoles, saidRoles, withRole } from "./role-choice";

const { report: words } = datasetTexts;

export function FileDetails({ dataset, file }: { readonly dataset: Dataset; readonly file: DatasetFile }) {
  const { path, sha256 } = file;
  const [isOpen, setOpen] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const report = useDatasetFile(dataset.id, sha256, isOpen);
  const withdraw = useWithdrawFile(dataset.id);
  const { tell } = useNotices();
  return (
    <details
      className="file-report"
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary aria-label={words.of(path)}>{words.title}</summary>
      {report.isError && <ProblemAlert error={report.error} />}
      {report.isPending && isOpen && <p role="status">{texts.loading}</p>}
      {report.data !== undefined && <Report datasetId={dataset.id} file={report.data} />}
      <Button
        ariaLabel={words.withdrawOf(path)}
        onClick={() => {
          setAsked(true);
        }}
      >
        {words.withdraw}
      </Button>
      {isAsked && (
        <DeleteDialog
          name={path}
          consequence={words.withdrawConsequence}
          remove={async () => {
            await withdraw.mutateAsync(sha256);
            tell({ type: "success", text: words.withdrawn(path) });
          }}
          close={() => {
            setAsked(false);
          }}
        />
      )}
    </details>
  );
}

function Report({ datasetId, file }: { readonly datasetId: string; readonly file: FileReport }) {
  const { sentences = [], report, overrides = [] } = file;
  return (
    <>
      {sentences.length > 0 && (
        <ul className="file-sentences">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {report === undefined ? (
        <p className="listen-note">{words.none}</p>
      ) : (
        <Roles
          // What was typed belongs to what was said before.
          key={JSON.stringify(overrides)}
          datasetId={datasetId}
          file={file}
          tracks={report.tracks}
        />
      )}
    </>
  );
}

function Roles(props: {
  readonly datasetId: string;
  readonly file: FileReport;
  readonly tracks: NonNullable<FileReport["report"]>["tracks"];
}) {
  const { datasetId, file, tracks } = props;
  const { overrides: before = [] } = file;
  const override = useOverrideRoles(datasetId, file.sha256);
  const [said, setSaid] = useState<SaidRoles>(() => saidRoles(before));
  const isChanged = JSON.stringify(overridesOf(said, before)) !== JSON.stringify(before);
  const options = roles.map((value) => ({ value, label: words.roles[value] }));
  return (
    <>
      <ul className="file-tracks" aria-label={words.tracks}>
        {tracks.map((track) => {
          const { index, name, noteCount, because } = track;
          const role = said.get(index) ?? track.role;
          return (
            <li key={index}>
              <span>
                <strong>{name === "" ? words.track(index) : name}</strong>{" "}
                <span className="listen-note figures">{words.notes(noteCount)}</span>
              </span>
              <Select
                ariaLabel={words.roleOf(name === "" ? words.track(index) : name)}
                selectedOption={options.find(({ value }) => value === role) ?? null}
                options={options}
                onChange={({ detail }) => {
                  setSaid(withRole(said, track, detail.selectedOption.value as Role));
                }}
              />
              <span className="listen-note">
                {said.has(index) && said.get(index) !== track.role ? words.youSay : words.because(because)}
              </span>
            </li>
          );
        })}
      </ul>
      {override.error !== null && <ProblemAlert error={override.error} />}
      <div className="versions-freeze">
        <Button
          loading={override.isPending}
          disabled={!isChanged}
          disabledReason={words.nothingChanged}
          onClick={() => {
            override.mutate(overridesOf(said, before));
          }}
        >
          {words.readAgain}
        </Button>
        {before.length > 0 && (
          <Button
            variant="link"
            disabled={override.isPending}
            onClick={() => {
              override.mutate([]);
            }}
          >
            {words.toRule}
          </Button>
        )}
      </div>
    </>
  );
}
