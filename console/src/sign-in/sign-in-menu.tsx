import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { draftStore } from "../studio/draft-store";
import { texts } from "../texts/en";
import { useSession, useSessionState, useSignIn, useSignOutFailure } from "./session-context";

/** At the right of the header: sign in, or who is signed in and the way out. */
export function SignInMenu() {
  const state = useSessionState();
  const signIn = useSignIn();
  const session = useSession();
  const tellOfFailure = useSignOutFailure();
  const [dialog, setDialog] = useState<ReactNode>();
  const signOut = async (): Promise<void> => {
    const { own } = draftStore.getState();
    if (own === undefined) {
      await session.signOut();
      return;
    }
    const { SignOutDialog } = await import("./sign-out-dialog");
    setDialog(
      <SignOutDialog
        name={own.name}
        close={() => {
          setDialog(undefined);
        }}
      />,
    );
  };
  if (state.kind === "signed-out")
    return (
      <button type="button" className="plain-button" onClick={signIn}>
        {texts.signIn.signIn}
      </button>
    );
  return (
    <>
      <Link href="/account" className="shell-user" title={texts.signIn.signedInAs(state.userName)}>
        {state.userName}
      </Link>
      <button
        type="button"
        className="plain-button"
        onClick={() => {
          signOut().catch(tellOfFailure);
        }}
      >
        {texts.signIn.signOut}
      </button>
      {dialog}
    </>
  );
}
