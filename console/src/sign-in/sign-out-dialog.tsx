/** Asks before a sign-out that takes a melody away which is not saved: nobody else who signs in here may find it. */
import { ActionDialog, useSending } from "../lists/action-dialog";
import { changeDraft, draftStore } from "../studio/draft-store";
import { firstSample } from "../studio/melody-source";
import { texts } from "../texts/en";
import { useSession, useSignOutFailure } from "./session-context";

const words = texts.signIn.unsaved;

export function SignOutDialog({ name, close }: { readonly name: string; readonly close: () => void }) {
  const session = useSession();
  const tellOfFailure = useSignOutFailure();
  const sending = useSending({
    work: async () => {
      try {
        await session.signOut();
      } catch (error) {
        tellOfFailure(error);
        return;
      }
      const { source } = draftStore.getState();
      changeDraft({ own: undefined, ...(source.kind === "own" ? { source: firstSample, shape: {} } : {}) });
    },
    close,
  });
  return (
    <ActionDialog header={words.title(name)} action={words.signOut} sending={sending} close={close}>
      {words.consequence}
    </ActionDialog>
  );
}
