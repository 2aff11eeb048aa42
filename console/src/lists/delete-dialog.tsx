import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import { Link } from "wouter";
import { moreUsersOf, usersOf } from "../api/used-by";
import { ProblemAlert } from "../app/problem-alert";
import { texts } from "../texts/en";

/** Asks before something is deleted, and says what still uses it when the API refuses. */
export function DeleteDialog(props: {
  readonly name: string;
  /** What goes with it, or stays without it. */
  readonly consequence: string;
  readonly remove: () => Promise<void>;
  readonly close: () => void;
}) {
  const { name, consequence, remove, close } = props;
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const users = usersOf(failure);
  const more = moreUsersOf(failure);
  const send = async (): Promise<void> => {
    setSending(true);
    try {
      await remove();
      close();
    } catch (error) {
      setFailure(error);
      setSending(false);
    }
  };
  return (
    <Modal
      visible
      header={texts.lists.deleteTitle(name)}
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
            {texts.lists.delete}
          </Button>
        </div>
      }
    >
      <p>{consequence}</p>
      {failure !== undefined && <ProblemAlert error={failure} />}
      {users.length > 0 && (
        <>
          <p>{texts.lists.usedBy}</p>
          <ul>
            {users.map(({ id, name: user, href }) => (
              <li key={id}>
                <Link href={href}>{user}</Link>
              </li>
            ))}
            {more > 0 && <li>{texts.lists.usedByMore(more)}</li>}
          </ul>
        </>
      )}
    </Modal>
  );
}
