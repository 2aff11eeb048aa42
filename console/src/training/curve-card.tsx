/** A chart with its name, the values at the chosen epoch, and what should worry. */
import type { ReactNode } from "react";
import { trainingTexts } from "../texts/en-training";
import { Chart, lineStyles } from "./chart";
import { type Line, type MetricName, metricNumber } from "./curve-data";

export interface CurveCardProps {
  readonly title: string;
  readonly epochs: readonly number[];
  readonly lines: readonly Line[];
  readonly reference?: number | undefined;
  readonly epoch: number | undefined;
  readonly onEpoch?: ((epoch: number) => void) | undefined;
  readonly height: number;
  /** The metrics of which is said what they are and what should worry. */
  readonly metrics: readonly MetricName[];
}

const { job, metrics: metricTexts } = trainingTexts;

export function CurveCard(props: CurveCardProps) {
  const { title, epochs, lines, reference, epoch, onEpoch, height, metrics } = props;
  const index = epoch === undefined ? -1 : epochs.indexOf(epoch);
  const lastEpoch = epochs.at(-1) ?? 0;
  const shown = (value: number | null | undefined): string => (typeof value === "number" ? metricNumber(value) : "–");
  const referenceShown = reference === undefined ? undefined : metricNumber(reference);
  const description = lines
    .map(({ label, values }) =>
      job.chartLabel(
        label,
        shown(values.find((value) => value !== null)),
        shown(values.at(-1)),
        lastEpoch,
        referenceShown,
      ),
    )
    .join(" ");
  return (
    <section className="card curve-card">
      <div className="curve-head">
        <h3>{title}</h3>
        <ul className="curve-legend">
          {lines.map(({ label, values }, place) => (
            <li key={label}>
              <LineMark index={place} />
              {lines.length > 1 && <span>{label}</span>}
              <strong>{shown(index < 0 ? values.at(-1) : values[index])}</strong>
            </li>
          ))}
          {referenceShown !== undefined && (
            <li>
              <DataMark />
              {job.dataIs(referenceShown)}
            </li>
          )}
        </ul>
      </div>
      <Chart
        description={description}
        epochs={epochs}
        lines={lines}
        reference={reference}
        height={height}
        epoch={epoch}
        onEpoch={onEpoch}
      />
      {metrics.length === 1 && metrics[0] !== undefined && <p>{metricTexts[metrics[0]].says}</p>}
      {metrics.length > 0 && <Worries metrics={metrics} />}
    </section>
  );
}

function Worries({ metrics }: { readonly metrics: readonly MetricName[] }) {
  return (
    <details className="curve-worry">
      <summary>{job.worry}</summary>
      {metrics.map((name) => (
        <p key={name}>
          {metrics.length > 1 && <strong>{metricTexts[name].name}. </strong>}
          {metrics.length > 1 && `${metricTexts[name].says} `}
          {metricTexts[name].worry}
        </p>
      ))}
    </details>
  );
}

export function LineMark({ index }: { readonly index: number }): ReactNode {
  const style = lineStyles[index % lineStyles.length] ?? lineStyles[0];
  return <Mark color={`var(${style.variable})`} dash={style.dash.join(" ")} />;
}

const DataMark = (): ReactNode => <Mark color="var(--curve-data)" dash="2 3" />;

function Mark({ color, dash }: { readonly color: string; readonly dash: string }) {
  return (
    <svg width="26" height="8" viewBox="0 0 26 8" aria-hidden="true">
      <line x1="0" y1="4" x2="26" y2="4" strokeWidth="2.5" style={{ stroke: color, strokeDasharray: dash }} />
    </svg>
  );
}
