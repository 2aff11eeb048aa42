/** What was read of a data set's files: how many, their bars, what they give, and why some give nothing. */
import { datasetsTexts, datasetTexts } from "../texts/en-datasets";
import { DatasetCounts } from "./dataset-counts";
import type { Dataset } from "./dataset-queries";

const { read: words } = datasetTexts;
type LineUp = keyof Dataset["lineUps"];
type TimeSignature = keyof Dataset["bars"];

const lineUps = Object.keys(datasetsTexts.lineUps) as LineUp[];
const timeSignatures: readonly TimeSignature[] = ["4/4", "3/4", "2/4", "6/8", "other"];

export function ReadCard({ dataset }: { readonly dataset: Dataset }) {
  const { files, bars, lineUps: found, reasons } = dataset;
  const isEmpty = files.accepted + files.pending + files.rejected === 0;
  const given = lineUps.flatMap((lineUp) => {
    const amounts = found[lineUp];
    return amounts === undefined || amounts.files === 0 ? [] : [{ lineUp, ...amounts }];
  });
  const counted = timeSignatures.flatMap((name) => {
    const count = bars[name] ?? 0;
    return count === 0 ? [] : [{ name, count }];
  });
  const most = Math.max(1, ...counted.map(({ count }) => count));
  const why = Object.entries(reasons).sort((one, other) => other[1] - one[1]);
  return (
    <section className="card read" aria-labelledby="read-heading" aria-busy={files.pending > 0}>
      <h2 id="read-heading">{words.title}</h2>
      {isEmpty ? (
        <p className="listen-note">{words.nothing}</p>
      ) : (
        <>
          <DatasetCounts files={files} />
          <p role="status" className="listen-note">
            {files.pending > 0 ? words.reading(files.pending) : words.all}
          </p>
          {files.pending > 0 && <p className="listen-note">{words.waiting}</p>}
          <h3>{words.lineUps}</h3>
          {given.length === 0 ? (
            <p className="listen-note">{words.noLineUp}</p>
          ) : (
            <ul className="line-ups" aria-label={words.lineUps}>
              {given.map(({ lineUp, files: of, pieces, bars: length }) => (
                <li key={lineUp}>
                  <strong>{datasetsTexts.lineUps[lineUp].name}</strong>
                  <span className="listen-note">{datasetsTexts.lineUps[lineUp].voices}</span>
                  <span className="figures">{words.amounts(of, pieces, length)}</span>
                </li>
              ))}
            </ul>
          )}
          {counted.length > 0 && (
            <>
              <h3>{words.bars}</h3>
              <ul className="metres" aria-label={words.bars}>
                {counted.map(({ name, count }) => (
                  <li key={name}>
                    <span>{name === "other" ? words.otherBars : name}</span>
                    <span className="metre-bar" aria-hidden="true" style={{ width: `${(count / most) * 100}%` }} />
                    <span className="figures">{datasetsTexts.bars(count)}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
          {why.length > 0 && (
            <>
              <h3>{words.reasons}</h3>
              <ul className="reasons" aria-label={words.reasons}>
                {why.map(([code, count]) => (
                  <li key={code}>
                    <span>{datasetsTexts.reasonOf(code)}</span> <code>{code}</code>
                    <span className="figures">{datasetsTexts.files(count)}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </section>
  );
}
