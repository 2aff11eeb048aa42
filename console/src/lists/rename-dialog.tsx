import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import { useRef, useState } from "react";
import { placeErrors } from "../api/place-errors";
import { ProblemError } from "../api/problem-error";
import { ProblemAlert } from "../app/problem-alert";
import { texts } from "../texts/en";
import { ActionDialog, useSending } from "./action-dialog";

const places = [{ control: "name", pointers: ["/name"] }];

/** Asks for a new name. The dialog stays open, with what is wrong, until the name is taken or the user gives up. */
export function RenameDialog(props: {
  readonly name: string;
  readonly rename: (name: string) => Promise<unknown>;
  readonly close: () => void;
}) {
  const { name, rename, close } = props;
  const [typed, setTyped] = useState(name);
  const input = useRef<InputProps.Ref>(null);
  const sending = useSending({
    work: async () => await rename(typed),
    close,
    onFailure: () => {
      input.current?.focus();
    },
  });
  const { failure, send } = sending;
  const problem = failure instanceof ProblemError ? failure.problem : undefined;
  const placed = placeErrors(problem, places);
  return (
    <ActionDialog header={texts.lists.rename} action={texts.lists.rename} sending={sending} close={close}>
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
    </ActionDialog>
  );
}
