/** The data set to learn from: a stock one, or a version of one's own. */
import Select from "@cloudscape-design/components/select";
import Tiles from "@cloudscape-design/components/tiles";
import { Link } from "wouter";
import { isStockDatasetId, stockDatasetIds } from "../../../naming/resource-names";
import type { OwnMusic } from "../datasets/own-music";
import type { Music } from "../datasets/training-path";
import { trainingTexts } from "../texts/en-training";

const { create: words } = trainingTexts;
type Version = OwnMusic["versions"][number];

/** Counts what a model learns from, as the form does for all music: what is held out for judging it is not counted. */
const versionInWords = ({ lineUp, content }: Version): string =>
  words.ownDataset(words.lineUps[lineUp], content?.splits.train?.pieces ?? 0, content?.splits.train?.bars ?? 0);

export function MusicChoice(props: {
  readonly music: Music;
  readonly own: readonly OwnMusic[];
  readonly choose: (music: Music) => void;
}) {
  const { music, own, choose } = props;
  const { datasetId } = music;
  const chosen = own.find(({ dataset }) => dataset.id === datasetId);
  const version = chosen?.versions.find(({ id }) => id === music.versionId) ?? chosen?.versions[0];
  // What the address names stands here also before the list is there.
  const isUnlisted = chosen === undefined && !isStockDatasetId(datasetId);
  const options = chosen?.versions.map((one) => ({
    value: one.id,
    label: one.id,
    description: versionInWords(one),
  }));
  return (
    <>
      <Tiles
        ariaLabel={words.dataset}
        value={datasetId}
        columns={2}
        items={[
          ...stockDatasetIds.map((id) => ({ value: id, ...words.datasets[id] })),
          ...own.map(({ dataset, versions: [newest] }) => ({
            value: dataset.id,
            label: dataset.name,
            description: versionInWords(dataset.id === datasetId ? (version ?? newest) : newest),
          })),
          ...(isUnlisted ? [{ value: datasetId, label: datasetId, description: words.ownUnknown }] : []),
        ]}
        onChange={({ detail }) => {
          const next = own.find(({ dataset }) => dataset.id === detail.value);
          choose({ datasetId: detail.value, ...(next === undefined ? {} : { versionId: next.versions[0].id }) });
        }}
      />
      {options !== undefined && options.length > 1 && (
        <div className="music-version">
          <Select
            inlineLabelText={words.version}
            selectedOption={options.find(({ value }) => value === version?.id) ?? null}
            options={options}
            onChange={({ detail }) => {
              if (detail.selectedOption.value !== undefined)
                choose({ datasetId, versionId: detail.selectedOption.value });
            }}
          />
        </div>
      )}
      {own.length === 0 && (
        <p className="listen-note music-note">
          {words.ownHint} <Link href="/datasets">{words.toDatasets}</Link>
        </p>
      )}
    </>
  );
}
