import { trainingTexts } from "../texts/en-training";
import type { TrainingJob } from "./training-resources";

const { convergence: words } = trainingTexts;
const fewestEpochs = 5;

/** Says in words whether a training has come to rest, and what to make of that. */
export function ConvergenceNote({ job }: { readonly job: TrainingJob }) {
  const { convergence, progress } = job;
  const isTooEarly = progress.epoch < fewestEpochs;
  return (
    <section className="card convergence">
      <h3>{words.title}</h3>
      {isTooEarly ? (
        <p>{words.tooFew}</p>
      ) : (
        <>
          <p>
            {words[convergence.state]}
            {convergence.sinceEpoch !== undefined && ` ${words.since(convergence.sinceEpoch)}`}
          </p>
          <p className="listen-note">{words.advice[convergence.state]}</p>
        </>
      )}
    </section>
  );
}
