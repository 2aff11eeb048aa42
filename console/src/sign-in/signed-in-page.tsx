import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { PageTitle } from "../app/page-title";
import { texts } from "../texts/en";
import { useSession } from "./session-context";

/** The way back from the sign-in page: it leads on to where the user was. */
export default function SignedInPage() {
  const session = useSession();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    session.completeSignIn(location.href).then(
      (returnTo) => {
        navigate(returnTo, { replace: true });
      },
      (error: unknown) => {
        setFailure(error instanceof Error ? error.message : String(error));
      },
    );
  }, [session, navigate]);
  if (failure === undefined) return <p role="status">{texts.signIn.signingIn}</p>;
  return (
    <div role="alert">
      <PageTitle title={texts.signIn.failed} description={failure} />
      <button
        type="button"
        className="plain-button"
        onClick={() => {
          void session.signIn("/");
        }}
      >
        {texts.signIn.signIn}
      </button>
    </div>
  );
}
