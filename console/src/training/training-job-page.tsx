/** The page of one training: what it does, its curves, and what the model plays after each epoch. */
import Button from "@cloudscape-design/components/button";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo, useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { useTechniques } from "../api/queries";
import { useTechniqueName } from "../api/technique-name";
import { useNotices } from "../app/notices";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { DeleteDialog } from "../lists/delete-dialog";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { trainingTexts } from "../texts/en-training";
import { ConvergenceNote } from "./convergence-note";
import { Curves } from "./curves";
import { durationWords } from "./duration-words";
import { canBeStopped, hasEnded, stateIndicators } from "./job-state";
import { Listen } from "./listen";
import { StopDialog } from "./stop-dialog";
import { topicsInWords } from "./topic-words";
import { useDeleteTrainingJob } from "./training-changes";
import { useTrainingJob, useTrainingMetrics, useTrainingSamples } from "./training-queries";
import type { SampleList, TrainingJob, TrainingMetrics } from "./training-resources";

import "../theme/lists.css";
import "../theme/range.css";
import "../theme/training.css";

const { job: words, states, stateWords, endReasons } = trainingTexts;

export default function TrainingJobPage() {
  const { id } = useParams<{ readonly id: string }>();
  const session = useSessionState();
  const job = useTrainingJob(id);
  if (session.kind === "signed-out")
    return (
      <>
        <PageTitle title={trainingTexts.list.title} />
        <SignInNeeded reason={trainingTexts.list.signIn} />
      </>
    );
  if (job.data !== undefined) return <Job key={id} job={job.data} />;
  return (
    <>
      <PageTitle title={trainingTexts.list.title} />
      {job.isError ? (
        <ProblemAlert error={job.error} wayOn={{ href: "/training", label: texts.problems.waysOn.training }} />
      ) : (
        <p role="status">{texts.loading}</p>
      )}
    </>
  );
}

function Job({ job }: { readonly job: TrainingJob }) {
  const metrics = useTrainingMetrics(job);
  const samples = useTrainingSamples(job);
  return (
    <>
      <JobHead job={job} />
      {metrics.isError && <ProblemAlert error={metrics.error} />}
      <Learning job={job} metrics={metrics.data} samples={samples.data} isWaiting={metrics.isPending} />
    </>
  );
}

function JobHead({ job }: { readonly job: TrainingJob }) {
  const { id, name, state, progress, modelId, failure, endReason, topics } = job;
  const [, navigate] = useLocation();
  const { tell } = useNotices();
  const remove = useDeleteTrainingJob();
  const nameOf = useTechniqueName();
  const [asks, setAsks] = useState<"stop" | "delete">();
  const technique = nameOf(job.technique);
  const close = (): void => {
    setAsks(undefined);
  };
  return (
    <>
      <PageTitle title={name} description={`${technique} · ${topicsInWords(topics)}`}>
        {canBeStopped(job) && (
          <Button
            onClick={() => {
              setAsks("stop");
            }}
          >
            {words.stop}
          </Button>
        )}
        {hasEnded(job) && job.resumable && (
          <Button
            onClick={() => {
              navigate(`/training/new?resume=${id}`);
            }}
          >
            {words.resume}
          </Button>
        )}
        {progress.epoch > 0 && (
          <Button
            onClick={() => {
              navigate(`/training?compare=${id}`);
            }}
          >
            {words.compare}
          </Button>
        )}
        {hasEnded(job) && (
          <Button
            onClick={() => {
              setAsks("delete");
            }}
          >
            {texts.lists.delete}
          </Button>
        )}
        {modelId !== undefined && (
          <Button
            variant="primary"
            onClick={() => {
              navigate(`/studio?technique=${job.technique}&model=${modelId}`);
            }}
          >
            {words.model}
          </Button>
        )}
      </PageTitle>
      <section className="card job-state">
        <div className="job-state-words">
          <StatusIndicator type={stateIndicators[state]}>{states[state]}</StatusIndicator>
          <p>
            {failure?.message ?? stateWords[state]}
            {endReason !== undefined && endReason !== "FAILURE" && state === "READY" && ` ${endReasons[endReason]}`}
            {modelId !== undefined && (
              <>
                {" "}
                <Link href={`/models/${modelId}`}>{words.modelPage}</Link>
              </>
            )}
          </p>
        </div>
        <ProgressBar
          value={progress.percent}
          ariaLabel={words.progress}
          label={trainingTexts.list.epochs(progress.epoch, progress.epochs)}
          description={hasEnded(job) ? durationWords(job.usage.trainingSeconds) : timeLeft(job)}
          status="in-progress"
        />
      </section>
      {asks === "stop" && <StopDialog job={job} close={close} />}
      {asks === "delete" && (
        <DeleteDialog
          name={name}
          consequence={trainingTexts.list.deleteConsequence}
          remove={async () => {
            await remove.mutateAsync(id);
            tell({ type: "success", text: texts.lists.deleted(name) });
            navigate("/training");
          }}
          close={close}
        />
      )}
    </>
  );
}

const timeLeft = ({ progress }: TrainingJob): string =>
  progress.secondsRemaining === null ? words.leftUnknown : words.left(durationWords(progress.secondsRemaining));

function Learning(props: {
  readonly job: TrainingJob;
  readonly metrics: TrainingMetrics | undefined;
  readonly samples: SampleList | undefined;
  readonly isWaiting: boolean;
}) {
  const { job, metrics, samples, isWaiting } = props;
  /** Undefined follows the newest epoch. */
  const [chosen, setChosen] = useState<number>();
  const last = metrics?.items.at(-1)?.epoch ?? 0;
  const first = samples?.items.some(({ epoch }) => epoch === 0) === true ? 0 : Math.min(1, last);
  const newest = Math.max(last, ...(samples?.items.map(({ epoch }) => epoch) ?? []));
  const epoch = Math.min(chosen ?? newest, newest);
  const trainings = useMemo(() => (metrics === undefined ? [] : [{ name: job.name, metrics }]), [metrics, job.name]);
  const hasSamples = samples !== undefined && samples.items.length > 0;
  if (metrics === undefined && isWaiting) return <p role="status">{texts.loading}</p>;
  if (last === 0 && !hasSamples)
    return (
      <div className="card empty">
        <p role="status">{words.noEpoch}</p>
      </div>
    );
  return (
    <>
      <div className="card epoch-bar">
        <div className="epoch-bar-head">
          <h2>{words.epochOf(epoch, last)}</h2>
          {!hasEnded(job) && chosen !== undefined && (
            <Button
              variant="inline-link"
              onClick={() => {
                setChosen(undefined);
              }}
            >
              {words.followNewest}
            </Button>
          )}
        </div>
        {newest > first && (
          <input
            type="range"
            className="epoch-range"
            aria-label={words.epoch}
            aria-valuetext={words.epochOf(epoch, last)}
            min={first}
            max={newest}
            step={1}
            value={epoch}
            onChange={({ target }) => {
              setChosen(Number(target.value));
            }}
          />
        )}
      </div>
      <div className="learning">
        <div className="learning-curves">
          {metrics !== undefined && last > 0 && <Curves trainings={trainings} epoch={epoch} onEpoch={setChosen} />}
        </div>
        <aside className="learning-side">
          <section className="card listen">
            <h2>{words.listen}</h2>
            {samples !== undefined && <Listen jobId={job.id} samples={samples} epoch={epoch} setEpoch={setChosen} />}
          </section>
          <ConvergenceNote job={job} />
          <Facts job={job} />
        </aside>
      </div>
    </>
  );
}

function Facts({ job }: { readonly job: TrainingJob }) {
  const { hyperparameters, technique, resumeFrom, maxRuntimeSeconds, usage } = job;
  const techniques = useTechniques();
  const described = techniques.data?.items.find(({ id }) => id === technique)?.hyperparameters ?? [];
  const titleOf = (name: string): string => described.find((item) => item.name === name)?.title ?? name;
  return (
    <details className="card facts">
      <summary>{words.facts}</summary>
      <dl className="figures">
        {Object.entries(hyperparameters).map(([name, value]) => (
          <div key={name}>
            <dt>{titleOf(name)}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
        <div>
          <dt>{words.maximum}</dt>
          <dd>{durationWords(maxRuntimeSeconds)}</dd>
        </div>
        <div>
          <dt>{words.used}</dt>
          <dd>{durationWords(usage.trainingSeconds)}</dd>
        </div>
        {resumeFrom !== undefined && (
          <div>
            <dt>{words.resumed}</dt>
            <dd>
              <Link href={`/training/${resumeFrom}`}>{resumeFrom}</Link>
            </dd>
          </div>
        )}
      </dl>
    </details>
  );
}
