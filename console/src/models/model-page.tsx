/** One model: how it plays, how it stands beside the music that it learned from, and what it is made of. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { type Model, useModel } from "../api/queries";
import { useTechniqueName } from "../api/technique-name";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { Age } from "../lists/age";
import { PiecePreview } from "../lists/piece-preview";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { modelsTexts } from "../texts/en-models";
import { topicsInWords } from "../training/topic-words";
import { useTrainingJob, useTrainingMetrics } from "../training/training-queries";
import { bachFigures } from "./bach-figures";
import { type ModelAction, studioWith } from "./model-card";
import { ModelDialogs } from "./model-dialogs";
import { megabytes } from "./model-figures";
import { ModelMetrics } from "./model-metrics";
import { useModelSampleMidi, useModelSamples } from "./model-queries";

import "../theme/lists.css";
import "../theme/models.css";
import "../theme/training.css";

export default function ModelPage() {
  const { id } = useParams<{ readonly id: string }>();
  const session = useSessionState();
  const model = useModel(id);
  if (session.kind === "signed-out")
    return (
      <>
        <PageTitle title={modelsTexts.title} />
        <SignInNeeded reason={modelsTexts.signIn} />
      </>
    );
  if (model.data !== undefined) return <ModelView model={model.data} />;
  return (
    <>
      <PageTitle title={modelsTexts.title} />
      {model.isError ? (
        <ProblemAlert error={model.error} wayOn={{ href: "/models", label: texts.problems.waysOn.models }} />
      ) : (
        <p role="status">{texts.loading}</p>
      )}
    </>
  );
}

function ModelView({ model }: { readonly model: Model }) {
  const { name, technique, stock, metrics, trainingJobId } = model;
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<ModelAction>();
  const nameOf = useTechniqueName();
  const techniqueName = nameOf(technique);
  const job = useTrainingJob(trainingJobId);
  const trained = useTrainingMetrics(job.data);
  const measured = trained.data?.reference ?? {};
  const hasMeasured = Object.keys(measured).length > 0;
  return (
    <>
      <PageTitle title={name} description={`${techniqueName} · ${stock ? modelsTexts.stock : modelsTexts.own}`}>
        {!stock && (
          <>
            <Button
              onClick={() => {
                setAsked("rename");
              }}
            >
              {modelsTexts.actions.rename}
            </Button>
            <Button
              onClick={() => {
                setAsked("delete");
              }}
            >
              {modelsTexts.actions.delete}
            </Button>
          </>
        )}
        <Button
          variant="primary"
          onClick={() => {
            navigate(studioWith(model));
          }}
        >
          {modelsTexts.compose}
        </Button>
      </PageTitle>
      <div className="model-page">
        <section className="card model-samples">
          <h2>{modelsTexts.samples}</h2>
          <Samples model={model} />
        </section>
        <div className="model-figures">
          <section className="card">
            <h2>{hasMeasured ? modelsTexts.besideData : modelsTexts.beside}</h2>
            <p className="listen-note">{modelsTexts.besideHint}</p>
            <ModelMetrics metrics={metrics} reference={hasMeasured ? measured : (bachFigures[technique] ?? {})} />
          </section>
          <ModelFacts model={model} />
        </div>
      </div>
      {asked !== undefined && (
        <ModelDialogs
          action={asked}
          model={model}
          close={() => {
            setAsked(undefined);
          }}
          onDeleted={() => {
            navigate("/models");
          }}
        />
      )}
    </>
  );
}

function Samples({ model }: { readonly model: Model }) {
  const samples = useModelSamples(model.id);
  if (samples.isError) return <ProblemAlert error={samples.error} />;
  if (samples.data === undefined) return <p role="status">{texts.loading}</p>;
  if (samples.data.melodies.length === 0) return <p>{modelsTexts.noSamples}</p>;
  return samples.data.melodies.map(({ id, name }) => (
    <SampleOf key={id} modelId={model.id} modelName={model.name} melodyId={id} melody={name} />
  ));
}

function SampleOf(props: {
  readonly modelId: string;
  readonly modelName: string;
  readonly melodyId: string;
  readonly melody: string;
}) {
  const { modelId, modelName, melodyId, melody } = props;
  const midi = useModelSampleMidi(modelId, melodyId);
  return (
    <div>
      <h3>{melody}</h3>
      <PiecePreview title={modelsTexts.sampleTitle(modelName, melody)} midi={midi} />
    </div>
  );
}

function ModelFacts({ model }: { readonly model: Model }) {
  const { dataset, bytes, timeSignature, limits, createdAt, sha256, trainingJobId, ratings } = model;
  return (
    <section className="card model-facts">
      <h2>{modelsTexts.facts}</h2>
      <dl>
        <dt>{modelsTexts.data}</dt>
        <dd>
          {modelsTexts.pieces(dataset.pieces, dataset.id)} · {topicsInWords(dataset.topics)}
        </dd>
        <dt>{modelsTexts.license}</dt>
        <dd>{dataset.license}</dd>
        <dt>{modelsTexts.file}</dt>
        <dd>{modelsTexts.size(megabytes(bytes))}</dd>
        <dt>{modelsTexts.timeSignature}</dt>
        <dd>{timeSignature}</dd>
        <dt>{modelsTexts.bars}</dt>
        <dd>{texts.lists.bars(limits.maxBars)}</dd>
        <dt>{modelsTexts.made}</dt>
        <dd>
          <Age instant={createdAt} />
        </dd>
        <dt>{modelsTexts.fingerprint}</dt>
        <dd className="figures">{sha256}</dd>
      </dl>
      {ratings.good > 0 && <p>{modelsTexts.rating(ratings.good)}</p>}
      {trainingJobId !== undefined && <Link href={`/training/${trainingJobId}`}>{modelsTexts.training}</Link>}
    </section>
  );
}
