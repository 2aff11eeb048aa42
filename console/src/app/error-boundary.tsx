import { Component, type ReactNode } from "react";
import { ProblemError } from "../api/problem-error";
import { texts } from "../texts/en";
import { renewFailedParts } from "./late-part";

interface Props {
  readonly children: ReactNode;
  /** Where the user is. What was caught at another place is forgotten. */
  readonly place?: string;
}
interface State {
  readonly caught?: { readonly error: unknown } | undefined;
  readonly place?: string | undefined;
}

/** Shows, in place of what cannot be drawn, what has happened and the id under which the logs have it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { place: this.props.place };

  static getDerivedStateFromError(error: unknown): State {
    return { caught: { error } };
  }

  static getDerivedStateFromProps({ place }: Props, before: State): State | null {
    return place === before.place ? null : { caught: undefined, place };
  }

  override componentDidCatch(): void {
    renewFailedParts();
  }

  override render(): ReactNode {
    const { caught } = this.state;
    if (caught === undefined) return this.props.children;
    const { error } = caught;
    return (
      <section className="fault" role="alert">
        <h1>{texts.fault.title}</h1>
        <p>{error instanceof ProblemError ? error.problem.detail : texts.fault.explanation}</p>
        <pre>{error instanceof Error ? `${error.name}: ${error.message}` : String(error)}</pre>
        {error instanceof ProblemError && <p>{texts.requestId(error.problem.requestId)}</p>}
        <button
          type="button"
          className="plain-button"
          onClick={() => {
            this.setState({ caught: undefined });
          }}
        >
          {texts.fault.again}
        </button>{" "}
        <button
          type="button"
          className="plain-button"
          onClick={() => {
            location.reload();
          }}
        >
          {texts.reload}
        </button>
      </section>
    );
  }
}
