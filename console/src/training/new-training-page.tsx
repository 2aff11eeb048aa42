/** The form of a new training, and of one that goes on from another. */
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Tiles from "@cloudscape-design/components/tiles";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { defaultDatasetId, isStockDatasetId, ulidPattern } from "../../../naming/resource-names";
import { placeErrors } from "../api/place-errors";
import { ProblemError } from "../api/problem-error";
import { type Technique, useTechniques } from "../api/queries";
import { useNotices } from "../app/notices";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { useOwnMusic } from "../datasets/own-music";
import type { Music } from "../datasets/training-path";
import { ParameterField, type ParameterValue } from "../parameters/parameter-field";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { texts } from "../texts/en";
import { trainingTexts } from "../texts/en-training";
import { datasetName } from "./dataset-name";
import { durationWords } from "./duration-words";
import { changedValues, faultOf, type Hyperparameter, hyperparameterControl } from "./hyperparameters";
import { MusicChoice } from "./music-choice";
import { TopicChoice } from "./topic-choice";
import { topicsInWords } from "./topic-words";
import { type CreateTrainingJob, useCreateTrainingJob } from "./training-changes";
import { type EstimateParams, estimateTraining } from "./training-estimate";
import { useTrainingEstimate, useTrainingJob, useTrainingTopics } from "./training-queries";
import type { Topics, TrainingJob } from "./training-resources";

import "../theme/training.css";

const { create: words } = trainingTexts;
const nameControl = "training-name";
const topicsControl = "training-topics";
/** What the API takes without `maxRuntimeSeconds`. */
const usualTimeLimit = 3600;
const noTopics: Topics = {};

type TechniqueId = TrainingJob["technique"];
const isTrainable = (technique: Technique): technique is Technique & { readonly id: TechniqueId } =>
  technique.id !== "arranger";

export default function NewTrainingPage() {
  const session = useSessionState();
  const [search] = useSearchParams();
  const resumed = useTrainingJob(search.get("resume") ?? undefined);
  const techniques = useTechniques();
  const isResuming = search.has("resume");
  const error = resumed.error ?? techniques.error;
  const title = resumed.data === undefined ? words.title : words.resumeTitle(resumed.data.name);
  const isReady = techniques.data !== undefined && (!isResuming || resumed.data !== undefined);
  return (
    <>
      <PageTitle title={title} description={words.description} />
      {session.kind === "signed-out" ? (
        <SignInNeeded reason={words.signIn} />
      ) : isReady ? (
        <NewTraining
          key={resumed.data?.id ?? ""}
          techniques={techniques.data.items.filter(isTrainable)}
          resumed={resumed.data}
          chosen={search.get("technique") ?? undefined}
          dataset={search.get("dataset") ?? undefined}
          version={search.get("version") ?? undefined}
        />
      ) : error === null ? (
        <p role="status">{texts.loading}</p>
      ) : (
        <ProblemAlert error={error} />
      )}
    </>
  );
}

interface NewTrainingProps {
  readonly techniques: readonly (Technique & { readonly id: TechniqueId })[];
  readonly resumed: TrainingJob | undefined;
  readonly chosen: string | undefined;
  readonly dataset: string | undefined;
  readonly version: string | undefined;
}

/** Returns the music that a training goes on with, or that the address names. */
function firstMusic({ resumed, dataset, version }: NewTrainingProps): Music {
  const id = resumed?.dataset.id ?? dataset ?? defaultDatasetId;
  if (isStockDatasetId(id)) return { datasetId: id };
  if (!ulidPattern.test(id)) return { datasetId: defaultDatasetId };
  const versionId = resumed?.dataset.version ?? version;
  return { datasetId: id, ...(versionId === undefined ? {} : { versionId }) };
}

function NewTraining(props: NewTrainingProps) {
  const { techniques, resumed, chosen } = props;
  const own = useOwnMusic();
  const [first] = techniques;
  const [techniqueId, setTechniqueId] = useState<string | undefined>(resumed?.technique ?? chosen ?? first?.id);
  const technique = techniques.find(({ id }) => id === techniqueId) ?? first;
  const [music, setMusic] = useState(() => firstMusic(props));
  const { datasetId } = music;
  const [topics, setTopics] = useState<Topics>(resumed?.topics ?? noTopics);
  const [name, setName] = useState("");
  const [typed, setTyped] = useState<Readonly<Record<string, ParameterValue>>>(resumed?.hyperparameters ?? {});
  const [isMoreOpen, setMoreOpen] = useState(false);
  const [wasSent, setSent] = useState(false);
  const every = useTrainingTopics(music, noTopics);
  const counts = useTrainingTopics(music, topics);
  const creation = useCreateTrainingJob();
  const [, navigate] = useLocation();
  const { tell } = useNotices();
  const form = useRef<HTMLFormElement>(null);
  const described = useMemo(() => technique?.hyperparameters ?? [], [technique]);
  const problem = creation.error instanceof ProblemError ? creation.error.problem : undefined;
  const placed = placeErrors(problem, [
    { control: topicsControl, pointers: ["/topics", "/datasetId", "/versionId"] },
    ...described.map(({ name: of }) => ({ control: hyperparameterControl(of), pointers: [`/hyperparameters/${of}`] })),
    { control: nameControl, pointers: ["/name"] },
  ]);
  const main = described.filter(({ group }) => group === "main");
  const more = described.filter(({ group }) => group !== "main");
  const valueOf = (hyperparameter: Hyperparameter): ParameterValue =>
    typed[hyperparameter.name] ?? hyperparameter.default;
  const errorOf = (hyperparameter: Hyperparameter): string | undefined =>
    placed.at.get(hyperparameterControl(hyperparameter.name)) ??
    (wasSent ? faultOf(hyperparameter, valueOf(hyperparameter)) : undefined);
  const brokenMore = more.some((hyperparameter) => errorOf(hyperparameter) !== undefined);
  useEffect(() => {
    if (!wasSent) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]:not([type="range"])')?.focus();
  }, [wasSent, creation.error]);
  if (technique === undefined) return null;

  const asked: CreateTrainingJob = {
    name: name.trim() === "" ? words.namePlaceholder : name,
    technique: technique.id,
    // A training that goes on has the music of the one before.
    ...(resumed !== undefined || datasetId === defaultDatasetId ? {} : music),
    ...(resumed !== undefined || Object.keys(topics).length === 0 ? {} : { topics }),
    hyperparameters: changedValues(described, typed),
    ...(resumed === undefined ? {} : { resumeFrom: resumed.id }),
  };
  const send = async (): Promise<void> => {
    setSent(true);
    const faulty = described.find((hyperparameter) => faultOf(hyperparameter, valueOf(hyperparameter)) !== undefined);
    if (faulty !== undefined) {
      document.getElementById(hyperparameterControl(faulty.name))?.focus();
      return;
    }
    try {
      const job = await creation.create(asked);
      tell({ type: "success", text: words.started(job.name) });
      navigate(`/training/${job.id}`);
    } catch {
      // The form shows the creation's error.
    }
  };
  const field = (hyperparameter: Hyperparameter) => (
    <ParameterField
      key={`${technique.id}.${hyperparameter.name}`}
      parameter={hyperparameter}
      controlId={hyperparameterControl(hyperparameter.name)}
      value={valueOf(hyperparameter)}
      error={errorOf(hyperparameter)}
      fixedBecause={resumed !== undefined && hyperparameter.fixedOnResume === true ? words.fixed : undefined}
      onChange={(value) => {
        setTyped({ ...typed, [hyperparameter.name]: value });
      }}
    />
  );
  const all = every.data;
  const selection = (counts.data ?? all)?.selection;
  return (
    <form
      ref={form}
      className="new-training"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {creation.error !== null && placed.at.size === 0 && <ProblemAlert error={creation.error} rest={placed.rest} />}
      <section className="card">
        <h2 id="technique-heading">{words.technique}</h2>
        <Tiles
          ariaLabelledby="technique-heading"
          value={technique.id}
          columns={3}
          items={techniques.map(({ id, name: label }) => ({
            value: id,
            label,
            description: words.use[id],
            disabled: resumed !== undefined && id !== resumed.technique,
          }))}
          onChange={({ detail }) => {
            setTechniqueId(detail.value);
            setTyped({});
          }}
        />
      </section>
      <section className="card">
        <div className="section-head">
          <h2>{words.music}</h2>
          <p className="figures" role="status">
            {selection === undefined
              ? texts.loading
              : selection.pieces === 0
                ? words.noPiece
                : words.pieces(selection.pieces, selection.bars)}
          </p>
        </div>
        {resumed === undefined && (
          <MusicChoice
            music={music}
            own={own}
            choose={(next) => {
              setMusic(next);
              // Each data set has topics of its own.
              setTopics(noTopics);
            }}
          />
        )}
        <p className="listen-note music-note">
          {resumed === undefined
            ? words.musicHint
            : words.resumedMusic(datasetName(datasetId, own), topicsInWords(topics))}
        </p>
        {every.isError && <ProblemAlert error={every.error} />}
        {placed.at.has(topicsControl) && (
          <p className="form-error" role="alert">
            {placed.at.get(topicsControl)}
          </p>
        )}
        {resumed === undefined && all !== undefined && (
          <TopicChoice key={JSON.stringify(music)} music={music} all={all} topics={topics} choose={setTopics} />
        )}
      </section>
      <section className="card">
        <h2>{words.howItLearns}</h2>
        <div className="hyperparameters">{main.map(field)}</div>
        {more.length > 0 && (
          <ExpandableSection
            headerText={words.more(more.length)}
            expanded={isMoreOpen || brokenMore}
            onChange={({ detail }) => {
              setMoreOpen(detail.expanded);
            }}
          >
            <div className="hyperparameters">{more.map(field)}</div>
          </ExpandableSection>
        )}
      </section>
      <section className="card">
        <h2>{words.name}</h2>
        <FormField constraintText={words.nameRange} errorText={placed.at.get(nameControl)} controlId={nameControl}>
          <Input
            controlId={nameControl}
            ariaLabel={texts.lists.name}
            value={name}
            placeholder={words.namePlaceholder}
            onChange={({ detail }) => {
              setName(detail.value);
            }}
          />
        </FormField>
      </section>
      <div className="card start-bar">
        <EstimateWords
          isKnown={selection !== undefined}
          asked={
            described.some((hyperparameter) => faultOf(hyperparameter, valueOf(hyperparameter)) !== undefined)
              ? undefined
              : asked
          }
          technique={technique.id}
          bars={selection?.bars ?? 0}
          epochs={
            Number(typed["epochs"] ?? described.find(({ name: of }) => of === "epochs")?.default) -
            (resumed?.progress.epoch ?? 0)
          }
          isLarge={(typed["modelSize"] ?? "small") === "large"}
        />
        <Button
          variant="primary"
          formAction="submit"
          loading={creation.isPending}
          disabled={selection === undefined || selection.pieces === 0}
          disabledReason={selection === undefined ? texts.loading : words.noPiece}
        >
          {resumed === undefined ? words.start : words.resume}
        </Button>
      </div>
    </form>
  );
}

/** Milliseconds for which nothing is changed in the form before the API is asked for an estimate. */
const restMilliseconds = 400;

/** Returns the value as it was when it last rested. Two values are the same if their JSON is. */
function useRested<Value>(value: Value): Value {
  const [rested, setRested] = useState(value);
  const text = JSON.stringify(value);
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  useEffect(() => {
    const timer = setTimeout(() => {
      setRested(latest.current);
    }, restMilliseconds);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  return rested;
}

interface EstimateWordsProps extends EstimateParams {
  /** False until the pieces are counted. */
  readonly isKnown: boolean;
  /** What would be sent; undefined if a hyperparameter is out of its range. */
  readonly asked: CreateTrainingJob | undefined;
}

/**
 * Says how long the training would last: by the speed of the user's last training of the same kind, or, if none was
 * measured yet, as reckoned from the stock models.
 */
function EstimateWords({ isKnown, asked, ...params }: EstimateWordsProps) {
  const rested = useRested(asked === undefined ? undefined : { ...asked, name: words.namePlaceholder });
  const { data, error } = useTrainingEstimate(rested);
  const { epochs } = params;
  // What a training would be refused for is told before it is started.
  if (error instanceof ProblemError && error.problem.status === 422)
    return (
      <p className="form-error" role="alert">
        {error.problem.detail}
      </p>
    );
  if (!isKnown) return <p role="status">{texts.loading}</p>;
  if (!Number.isFinite(epochs) || epochs < 1) return <p />;
  const size = data === undefined ? undefined : words.estimateSize(data.splits.train.windows, data.stepsPerEpoch);
  if (data?.measured && data.minutesPerEpoch !== null) {
    const seconds = data.minutesPerEpoch * 60 * epochs;
    return (
      <p role="status">
        <strong>{words.estimateMeasured(durationWords(seconds), durationWords(data.minutesPerEpoch * 60))}</strong>{" "}
        {words.estimateOrigin(data.measured.instanceType)}{" "}
        <Link href={`/training/${data.measured.trainingJobId}`}>{words.estimateJob}</Link> {size}{" "}
        {seconds > data.maxRuntimeSeconds && words.estimateLimit(durationWords(data.maxRuntimeSeconds))}
      </p>
    );
  }
  const { seconds, secondsToFirstEpoch } = estimateTraining(params);
  return (
    <p role="status" title={words.estimateHow}>
      <strong>{words.estimate(durationWords(seconds))}</strong>{" "}
      {words.estimateFirst(durationWords(secondsToFirstEpoch))} {data !== undefined && words.estimateNotMeasured} {size}{" "}
      {seconds > usualTimeLimit && words.estimateLimit(durationWords(usualTimeLimit))}
    </p>
  );
}
