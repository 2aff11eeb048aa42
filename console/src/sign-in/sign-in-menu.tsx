import { Link } from "wouter";
import { texts } from "../texts/en";
import { useSessionState, useSignIn, useSignOut } from "./session-context";

/** At the right of the header: sign in, or who is signed in and the way out. */
export function SignInMenu() {
  const state = useSessionState();
  const signIn = useSignIn();
  const signOut = useSignOut();
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
      <button type="button" className="plain-button" onClick={signOut}>
        {texts.signIn.signOut}
      </button>
    </>
  );
}
