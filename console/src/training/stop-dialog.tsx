import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { useNotices } from "../app/notices";
import { ProblemAlert } from "../app/problem-alert";
import { trainingTexts } from "../texts/en-training";
import { useStopTrainingJob } from "./training-changes";
import type { TrainingJob } from "./training-resources";

const { job: words } = trainingTexts;

/** Asks before a training is stopped: what it has learned so far becomes a model. */
export function StopDialog({ job, close }: { readonly job: TrainingJob; readonly close: () => void }) {
  const stop = useStopTrainingJob();
  const { tell } = useNotices();
  const send = async (): Promise<void> => {
    try {
      await stop.mutateAsync(job.id);
    } catch {
      // The dialog shows the mutation's error.
      return;
    }
    tell({ type: "info", text: words.stopping });
    close();
  };
  return (
    <Modal
      visible
      header={words.stopTitle(job.name)}
      closeAriaLabel={words.keepTraining}
      onDismiss={close}
      footer={
        <div className="dialog-actions">
          <Button variant="link" onClick={close}>
            {words.keepTraining}
          </Button>
          <Button
            variant="primary"
            loading={stop.isPending}
            onClick={() => {
              void send();
            }}
          >
            {words.stop}
          </Button>
        </div>
      }
    >
      <p>{words.stopConsequence}</p>
      {stop.isError && <ProblemAlert error={stop.error} />}
    </Modal>
  );
}
