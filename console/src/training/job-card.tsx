import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Checkbox from "@cloudscape-design/components/checkbox";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Link, useLocation } from "wouter";
import { Age } from "../lists/age";
import { texts } from "../texts/en";
import { trainingTexts } from "../texts/en-training";
import { durationWords } from "./duration-words";
import { hasEnded, stateIndicators } from "./job-state";
import { topicsInWords } from "./topic-words";
import { useTrainingJob } from "./training-queries";
import type { TrainingJob } from "./training-resources";

const { list: words, job: jobWords, states } = trainingTexts;

export function JobCard(props: {
  readonly job: TrainingJob;
  readonly technique: string;
  readonly isCompared: boolean;
  /** False where as many are chosen as one chart can show. */
  readonly mayCompare: boolean;
  readonly compare: (isCompared: boolean) => void;
  readonly remove: (job: TrainingJob) => void;
}) {
  const { job: listed, technique, isCompared, mayCompare, compare, remove } = props;
  const [, navigate] = useLocation();
  // The list does not change by itself. A job that has not ended is looked at until it has.
  const looked = useTrainingJob(hasEnded(listed) ? undefined : listed.id);
  const job = looked.data ?? listed;
  const { id, name, state, progress, topics, createdAt, failure, modelId } = job;
  const { epoch, epochs, percent, secondsRemaining } = progress;
  return (
    <li className="card piece-card">
      <div className="piece-card-head">
        <h2>
          <Link href={`/training/${id}`}>{name}</Link>
        </h2>
        <ButtonDropdown
          variant="icon"
          ariaLabel={texts.lists.actionsOf(name)}
          expandToViewport
          items={[
            ...(modelId === undefined ? [] : [{ id: "model", text: jobWords.model }]),
            ...(hasEnded(job) && job.resumable ? [{ id: "resume", text: jobWords.resume }] : []),
            { id: "delete", text: texts.lists.delete },
          ]}
          onItemClick={({ detail }) => {
            if (detail.id === "model") navigate(`/studio?technique=${job.technique}&model=${modelId ?? ""}`);
            else if (detail.id === "resume") navigate(`/training/new?resume=${id}`);
            else remove(job);
          }}
        />
      </div>
      <StatusIndicator type={stateIndicators[state]}>{states[state]}</StatusIndicator>
      <div>
        <progress className="job-progress" value={percent} max={100} aria-label={jobWords.progress} />
        <ul className="piece-facts">
          <li>{words.epochs(epoch, epochs)}</li>
          {!hasEnded(job) && secondsRemaining !== null && <li>{jobWords.left(durationWords(secondsRemaining))}</li>}
          {failure !== undefined && <li>{failure.message}</li>}
        </ul>
      </div>
      <ul className="piece-facts">
        <li>{technique}</li>
        <li>{topicsInWords(topics)}</li>
        <li>
          <Age instant={createdAt} />
        </li>
      </ul>
      {epoch > 0 && (
        <Checkbox
          checked={isCompared}
          disabled={!mayCompare}
          ariaLabel={words.chooseToCompare(name)}
          onChange={({ detail }) => {
            compare(detail.checked);
          }}
        >
          {words.compare(0)}
        </Checkbox>
      )}
    </li>
  );
}
