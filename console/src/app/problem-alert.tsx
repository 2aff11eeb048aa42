import Alert from "@cloudscape-design/components/alert";
import { type ReactNode, useEffect, useState } from "react";
import { Link } from "wouter";
import { nextStep } from "../api/next-steps";
import { ProblemError } from "../api/problem-error";
import { texts } from "../texts/en";

interface ProblemAlertProps {
  readonly error: unknown;
  /** What belongs to no control of the form. Without it, all errors of the problem are listed. */
  readonly rest?: readonly string[];
  /** What to press next. */
  readonly action?: ReactNode;
  /** What to do next, where the page knows it better than the problem's code. */
  readonly advice?: string | undefined;
  /** Where one goes on from what is not there. */
  readonly wayOn?: { readonly href: string; readonly label: string };
}

/** Stands over a form or in the place of what could not be read: what is wrong, what to do next, and the request's id. */
export function ProblemAlert({ error, rest, action, advice, wayOn }: ProblemAlertProps) {
  if (!(error instanceof ProblemError))
    return (
      <Alert type="error" header={texts.problems.unknown}>
        {String(error)}
      </Alert>
    );
  const { problem, retryAfterSeconds } = error;
  const isOffline = problem.code === "NETWORK_FAILURE";
  const step = advice ?? nextStep(problem);
  const lines =
    rest ?? problem.errors?.map(({ pointer, reason, allowed }) => `${pointer} ${reason}; allowed: ${allowed}`);
  return (
    <Alert
      type={isOffline ? "warning" : "error"}
      header={isOffline ? texts.problems.noAnswer : problem.title}
      action={action}
      i18nStrings={{ warningIconAriaLabel: texts.problems.warning, errorIconAriaLabel: texts.problems.error }}
    >
      {!isOffline && <p className="problem-line">{problem.detail}</p>}
      {lines !== undefined && lines.length > 0 && (
        <ul className="problem-lines">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {step !== undefined && <p className="problem-line">{step}</p>}
      {wayOn !== undefined && problem.status === 404 && (
        <p className="problem-line">
          <Link href={wayOn.href}>{wayOn.label}</Link>
        </p>
      )}
      {retryAfterSeconds !== undefined && retryAfterSeconds > 1 && <Countdown seconds={retryAfterSeconds} />}
      {!isOffline && <RequestId id={problem.requestId} />}
    </Alert>
  );
}

/** The seconds that the API asks to wait. They are counted for the eyes; a screen reader hears them once. */
function Countdown({ seconds }: { readonly seconds: number }) {
  const [end] = useState(() => Date.now() + seconds * 1000);
  const [left, setLeft] = useState(Math.ceil(seconds));
  useEffect(() => {
    const timer = setInterval(() => {
      setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [end]);
  return (
    <p className="problem-line figures" aria-live="off">
      {left > 0 ? texts.problems.againIn(left) : texts.problems.againNow}
    </p>
  );
}

function RequestId({ id }: { readonly id: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <p className="problem-line problem-request">
      <small>{texts.requestId(id)}</small>{" "}
      <button
        type="button"
        className="plain-button"
        onClick={() => {
          void navigator.clipboard.writeText(id).then(() => {
            setCopied(true);
          });
        }}
      >
        {isCopied ? texts.problems.copied : texts.problems.copy}
      </button>
    </p>
  );
}
