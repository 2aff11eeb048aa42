import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { PageTitle } from "../app/page-title";
import { texts } from "../texts/en";
import { useSession } from "./session-context";

const words = texts.signIn;

/** Returns what the sign-in page has said against signing in; undefined if it sent a code. */
function refusalIn(query: URLSearchParams): string | undefined {
  const error = query.get("error");
  if (error === "access_denied") return words.failures.refused;
  if (error !== null) return words.failures.broken(query.get("error_description") ?? error);
  return query.has("code") && query.has("state") ? undefined : words.failures.noSignIn;
}

/** The way back from the sign-in page: it leads on to where the user was. */
export default function SignedInPage() {
  const session = useSession();
  const [, navigate] = useLocation();
  const [refusal] = useState(() => refusalIn(new URLSearchParams(location.search)));
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    // Whoever is signed in already has nothing to do here, as after a reload of this address.
    const leaveOrTell = (text: string): void => {
      if (session.state().kind === "signed-in") navigate("/", { replace: true });
      else setFailure(text);
    };
    if (refusal !== undefined) {
      leaveOrTell(refusal);
      return;
    }
    session.completeSignIn(location.href).then(
      (returnTo) => {
        navigate(returnTo, { replace: true });
      },
      (error: unknown) => {
        leaveOrTell(words.failures.broken(error instanceof Error ? error.message : String(error)));
      },
    );
  }, [navigate, refusal, session]);
  if (failure === undefined) return <p role="status">{words.signingIn}</p>;
  return (
    <div role="alert">
      <PageTitle title={words.failed} description={failure} />
      <p>
        <button
          type="button"
          className="plain-button"
          onClick={() => {
            void session.signIn("/");
          }}
        >
          {words.signIn}
        </button>{" "}
        · <Link href="/">{words.goOn}</Link>
      </p>
    </div>
  );
}
