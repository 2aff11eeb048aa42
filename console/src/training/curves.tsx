/** All curves of one training, or of several over one another. */
import { useMemo } from "react";
import { trainingTexts } from "../texts/en-training";
import { CurveCard } from "./curve-card";
import { isMetricName, type Line, type MetricName, metricNamesIn, overlay } from "./curve-data";
import type { TrainingMetrics } from "./training-resources";

export interface NamedMetrics {
  readonly name: string;
  readonly metrics: TrainingMetrics;
}

interface CurvesProps {
  readonly trainings: readonly NamedMetrics[];
  readonly epoch?: number | undefined;
  readonly onEpoch?: (epoch: number) => void;
}

const { job, metrics: metricTexts } = trainingTexts;
const tall = 220;
const small = 150;

/** The line of each training in the metric. */
function linesOf(trainings: readonly NamedMetrics[], name: MetricName): { epochs: readonly number[]; lines: Line[] } {
  const { epochs, values } = overlay(
    trainings.map(({ metrics }) => metrics),
    name,
  );
  const lines = trainings.map(({ name: training }, index) => ({
    label: trainings.length === 1 ? metricTexts[name].name : training,
    values: values[index] ?? [],
  }));
  return { epochs, lines };
}

export function Curves({ trainings, epoch, onEpoch }: CurvesProps) {
  const names = useMemo(() => metricNamesIn(trainings.flatMap(({ metrics }) => metrics.items)), [trainings]);
  const [first] = trainings;
  const isAlone = trainings.length === 1;
  const reference = first?.metrics.reference ?? {};
  return (
    <>
      {isAlone && first !== undefined ? (
        <LossesCard metrics={first.metrics} names={names.losses} epoch={epoch} onEpoch={onEpoch} />
      ) : (
        <div className="curve-grid">
          {names.losses.map((name) => (
            <MetricCard key={name} trainings={trainings} name={name} height={small} epoch={epoch} onEpoch={onEpoch} />
          ))}
        </div>
      )}
      {names.hasSimilarityIndex && (
        <MetricCard trainings={trainings} name="similarityIndex" height={tall} epoch={epoch} onEpoch={onEpoch} />
      )}
      <h2>{job.musicOf}</h2>
      <div className="curve-grid">
        {names.music.map((name) => (
          <MetricCard
            key={name}
            trainings={trainings}
            name={name}
            reference={reference[name]}
            height={small}
            epoch={epoch}
            onEpoch={onEpoch}
          />
        ))}
      </div>
    </>
  );
}

interface ChosenEpoch {
  readonly epoch: number | undefined;
  readonly onEpoch: ((epoch: number) => void) | undefined;
}

function MetricCard(
  props: ChosenEpoch & {
    readonly trainings: readonly NamedMetrics[];
    readonly name: MetricName;
    readonly reference?: number | undefined;
    readonly height: number;
  },
) {
  const { trainings, name, reference, height, epoch, onEpoch } = props;
  const { epochs, lines } = useMemo(() => linesOf(trainings, name), [trainings, name]);
  return (
    <CurveCard
      title={metricTexts[name].name}
      epochs={epochs}
      lines={lines}
      reference={reference}
      height={height}
      epoch={epoch}
      onEpoch={onEpoch}
      metrics={[name]}
    />
  );
}

function LossesCard(props: ChosenEpoch & { readonly metrics: TrainingMetrics; readonly names: readonly MetricName[] }) {
  const { metrics, names, epoch, onEpoch } = props;
  const { epochs, lines } = useMemo(() => {
    const overlaid = names.map((name) => ({ name, ...overlay([metrics], name) }));
    return {
      epochs: metrics.items.map((item) => item.epoch),
      lines: overlaid.map(({ name, values }) => ({ label: metricTexts[name].name, values: values[0] ?? [] })),
    };
  }, [metrics, names]);
  return (
    <CurveCard
      title={job.losses}
      epochs={epochs}
      lines={lines}
      height={tall}
      epoch={epoch}
      onEpoch={onEpoch}
      metrics={names.filter(isMetricName)}
    />
  );
}
