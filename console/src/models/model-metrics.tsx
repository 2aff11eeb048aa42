/** A model's figures, each beside that of the music it learned from. */
import { modelsTexts } from "../texts/en-models";
import { trainingTexts } from "../texts/en-training";
import { metricNumber } from "../training/curve-data";
import { type Figure, figuresOf } from "./model-figures";

export function ModelMetrics(props: {
  readonly metrics: Readonly<Record<string, number>>;
  readonly reference: Readonly<Record<string, number>>;
  /** Only the figures that tell most. */
  readonly isShort?: boolean;
}) {
  const { metrics, reference, isShort = false } = props;
  const figures = figuresOf(metrics, reference);
  const shown = isShort ? figures.slice(0, 3) : figures;
  if (shown.length === 0) return null;
  return (
    <dl className="model-metrics">
      {shown.map((figure) => (
        <div key={figure.name}>
          <dt>{trainingTexts.metrics[figure.name].name}</dt>
          <dd>
            <FigureBar figure={figure} />
            <span className="figures">{metricNumber(figure.value)}</span>
          </dd>
          {!isShort && <dd className="listen-note">{trainingTexts.metrics[figure.name].says}</dd>}
        </div>
      ))}
    </dl>
  );
}

/** A dot for the model and a line for the data, on one scale that begins at 0. */
function FigureBar({ figure }: { readonly figure: Figure }) {
  const { name, value, reference } = figure;
  const most = Math.max(value, reference ?? 0) * 1.15;
  const at = (number: number): number => (most === 0 ? 0 : (100 * number) / most);
  const label = modelsTexts.about(
    trainingTexts.metrics[name].name,
    metricNumber(value),
    reference === undefined ? undefined : metricNumber(reference),
  );
  return (
    <svg className="figure-bar" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect x="0" y="5" width="100" height="2" rx="1" className="figure-scale" />
      <rect x="0" y="4" width={at(value)} height="4" rx="2" className="figure-value" />
      {reference !== undefined && (
        <rect x={at(reference) - 0.6} y="0" width="1.2" height="12" className="figure-data" />
      )}
    </svg>
  );
}
