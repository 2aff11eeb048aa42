import { Link } from "wouter";
import { texts } from "../texts/en";
import { useSession, useSessionState, useSignIn } from "./session-context";

/** At the right of the header: sign in, or who is signed in and the way out. */
export function SignInMenu() {
  const session = useSession();
  const state = useSessionState();
  const signIn = useSignIn();
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
          void session.signOut();
        }}
      >
        {texts.signIn.signOut}
      </button>
    </>
  );
}
