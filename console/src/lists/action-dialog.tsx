import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { type ReactNode, useState } from "react";
import { texts } from "../texts/en";

export interface Sending {
  readonly isSending: boolean;
  /** What the last try has failed with. */
  readonly failure: unknown;
  /** Does the work once, however often it is pressed. */
  readonly send: () => Promise<void>;
}

/** Does a dialog's work, and closes the dialog when it is done. */
export function useSending(params: {
  readonly work: () => Promise<unknown>;
  readonly close: () => void;
  readonly onFailure?: () => void;
}): Sending {
  const { work, close, onFailure } = params;
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const send = async (): Promise<void> => {
    if (isSending) return;
    setSending(true);
    try {
      await work();
      close();
    } catch (error) {
      setFailure(error);
      setSending(false);
      onFailure?.();
    }
  };
  return { isSending, failure, send };
}

/** A dialog with one action, which stays open until the action is done or the user gives up. */
export function ActionDialog(props: {
  readonly header: string;
  readonly action: string;
  readonly sending: Sending;
  readonly close: () => void;
  readonly children: ReactNode;
}) {
  const { header, action, sending, close, children } = props;
  return (
    <Modal
      visible
      header={header}
      closeAriaLabel={texts.lists.cancel}
      onDismiss={close}
      footer={
        <div className="dialog-actions">
          <Button variant="link" onClick={close}>
            {texts.lists.cancel}
          </Button>
          <Button
            variant="primary"
            loading={sending.isSending}
            onClick={() => {
              void sending.send();
            }}
          >
            {action}
          </Button>
        </div>
      }
    >
      {children}
    </Modal>
  );
}
