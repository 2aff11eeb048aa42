import { Link } from "wouter";
import { moreUsersOf, usersOf } from "../api/used-by";
import { ProblemAlert } from "../app/problem-alert";
import { texts } from "../texts/en";
import { ActionDialog, useSending } from "./action-dialog";

/** Asks before something is deleted, and says what still uses it when the API refuses. */
export function DeleteDialog(props: {
  readonly name: string;
  /** What goes with it, or stays without it. */
  readonly consequence: string;
  readonly remove: () => Promise<void>;
  readonly close: () => void;
}) {
  const { name, consequence, remove, close } = props;
  const sending = useSending({ work: remove, close });
  const { failure } = sending;
  const users = usersOf(failure);
  const more = moreUsersOf(failure);
  return (
    <ActionDialog header={texts.lists.deleteTitle(name)} action={texts.lists.delete} sending={sending} close={close}>
      <p>{consequence}</p>
      {failure !== undefined && <ProblemAlert error={failure} />}
      {users.length > 0 && (
        <>
          <p>{texts.lists.usedBy}</p>
          <ul className="list-users">
            {users.map(({ id, name: user, href }) => (
              <li key={id}>
                <Link href={href}>{user}</Link>
              </li>
            ))}
            {more > 0 && <li>{texts.lists.usedByMore(more)}</li>}
          </ul>
        </>
      )}
    </ActionDialog>
  );
}
