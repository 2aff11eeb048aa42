/** The curves of several trainings over one another. */
import Alert from "@cloudscape-design/components/alert";
import { useMemo } from "react";
import { Link, useSearchParams } from "wouter";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { trainingTexts } from "../texts/en-training";
import { LineMark } from "./curve-card";
import { Curves } from "./curves";
import { topicsInWords } from "./topic-words";
import { useMetricsOfJobs, useTrainingJobsById } from "./training-queries";
import type { TrainingJob, TrainingMetrics } from "./training-resources";

import "../theme/training.css";

const { compare: words, list } = trainingTexts;
const mostCompared = 6;

export default function ComparePage() {
  const session = useSessionState();
  const [search] = useSearchParams();
  const ids = useMemo(() => {
    const given = (search.get("jobs") ?? "").split(",").filter((id) => id !== "");
    return [...new Set(given)].slice(0, mostCompared);
  }, [search]);
  return (
    <>
      <PageTitle title={words.title} description={words.description} />
      {session.kind === "signed-out" && <SignInNeeded reason={list.signIn} />}
      {session.kind === "signed-in" && ids.length < 2 && (
        <div className="card empty">
          <p>{words.none}</p>
          <Link href="/training">{words.toList}</Link>
        </div>
      )}
      {session.kind === "signed-in" && ids.length > 1 && <Compared ids={ids} />}
    </>
  );
}

function Compared({ ids }: { readonly ids: readonly string[] }) {
  const looks = useTrainingJobsById(ids);
  const jobs = looks.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const failed = looks.find(({ isError }) => isError);
  if (failed !== undefined)
    return <ProblemAlert error={failed.error} wayOn={{ href: "/training", label: texts.problems.waysOn.training }} />;
  if (jobs.length < ids.length) return <p role="status">{texts.loading}</p>;
  return <Overlay jobs={jobs} />;
}

function Overlay({ jobs }: { readonly jobs: readonly TrainingJob[] }) {
  const looks = useMetricsOfJobs(jobs);
  const version = looks.map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  const names = namesOf(jobs);
  const key = names.join("\n");
  const trainings = useMemo(
    () =>
      jobs.flatMap((_job, index) => {
        const metrics = looks[index]?.data;
        return metrics === undefined ? [] : [{ name: names[index] ?? "", metrics }];
      }),
    // The lists are new at each look; what they hold is new only with another version.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [version, key],
  );
  const failed = looks.find(({ isError }) => isError);
  const alike = equalTrainings(trainings);
  return (
    <>
      {failed !== undefined && <ProblemAlert error={failed.error} />}
      <ul className="card compared" aria-label={words.jobs}>
        {jobs.map(({ id, progress, topics }, index) => (
          <li key={id}>
            <LineMark index={index} />
            <Link href={`/training/${id}`}>{names[index]}</Link>
            <span className="listen-note">
              {list.epochs(progress.epoch, progress.epochs)} · {topicsInWords(topics)}
            </span>
          </li>
        ))}
      </ul>
      {jobs.some(({ technique }) => technique === "unet-gan") && <Alert type="info">{words.losses}</Alert>}
      {alike.length > 1 && <Alert type="info">{words.alike(alike)}</Alert>}
      <div className="learning-curves">
        {looks.some(({ isPending }) => isPending) ? (
          <p role="status">{texts.loading}</p>
        ) : (
          <Curves trainings={trainings} />
        )}
      </div>
    </>
  );
}

/** Names that tell the trainings apart: those that several have get a number. */
function namesOf(jobs: readonly TrainingJob[]): readonly string[] {
  return jobs.map(({ name }, index) => {
    const before = jobs.slice(0, index).filter((other) => other.name === name).length;
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}

/** Returns the names of trainings whose curves are those of another one, which lie on one another. */
function equalTrainings(
  trainings: readonly { readonly name: string; readonly metrics: TrainingMetrics }[],
): readonly string[] {
  const curves = trainings.map(({ metrics }) => JSON.stringify(metrics.items));
  return trainings.flatMap(({ name }, index) =>
    curves[index] !== "[]" && curves.filter((curve) => curve === curves[index]).length > 1 ? [name] : [],
  );
}
