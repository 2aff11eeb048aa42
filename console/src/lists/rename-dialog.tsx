import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import { useRef, useState } from "react";
import { placeErrors } from "../api/place-errors";
import { ProblemError } from "../api/problem-error";
import { ProblemAlert } from "../app/problem-alert";
import { texts } from "../texts/en";

const places = [{ control: "name", pointers: ["/name"] }];

/** Asks for a new name. The dialog stays open, with what is wrong, until the name is taken or the user gives up. */
export function RenameDialog(props: {
  readonly name: string;
  readonly rename: (name: string) => Promise<unknown>;
  readonly close: () => void;
}) {
  const { name, rename, close } = props;
  const [typed, setTyped] = useState(name);
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const input = useRef<InputProps.Ref>(null);
  const problem = failure instanceof ProblemError ? failure.problem : undefined;
  const placed = placeErrors(problem, places);
  const send = async (): Promise<void> => {
    if (isSending) return;
    setSending(true);
    try {
      await rename(typed);
      close();
    } catch (error) {
      setFailure(error);
      setSending(false);
      input.current?.focus();
    }
  };
  return (
    <Modal
      visible
      header={texts.lists.rename}
      closeAriaLabel={texts.lists.cancel}
      onDismiss={close}
      footer={
        <div className="dialog-actions">
          <Button variant="link" onClick={close}>
            {texts.lists.cancel}
          </Button>
          <Button
            variant="primary"
            loading={isSending}
            onClick={() => {
              void send();
            }}
          >
            {texts.lists.rename}
          </Button>
        </div>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {failure !== undefined && placed.at.size === 0 && <ProblemAlert error={failure} rest={placed.rest} />}
        <FormField label={texts.lists.name} constraintText={texts.lists.nameRange} errorText={placed.at.get("name")}>
          <Input
            ref={input}
            value={typed}
            autoFocus
            onChange={({ detail }) => {
              setTyped(detail.value);
            }}
          />
        </FormField>
      </form>
    </Modal>
  );
}
