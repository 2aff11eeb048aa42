import Button from "@cloudscape-design/components/button";
import { texts } from "../texts/en";
import { useSignIn } from "./session-context";

/** Stands in the place of what belongs to a user while nobody is signed in. */
export function SignInNeeded({ reason }: { readonly reason: string }) {
  const signIn = useSignIn();
  return (
    <div className="card empty">
      <p>{reason}</p>
      <Button variant="primary" onClick={signIn}>
        {texts.signIn.signIn}
      </Button>
    </div>
  );
}
