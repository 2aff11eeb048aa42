import { texts } from "../texts/en";
import { useSessionState, useSignIn } from "./session-context";

/** Stands over a page that stays as it is when the session could not be renewed. */
export function SignInAgainBar() {
  const state = useSessionState();
  const signIn = useSignIn();
  if (state.kind !== "refused") return null;
  return (
    <div className="sign-in-again" role="alert">
      <p>{texts.signIn.ended}</p>
      <button type="button" className="plain-button" onClick={signIn}>
        {texts.signIn.signInAgain}
      </button>
    </div>
  );
}
