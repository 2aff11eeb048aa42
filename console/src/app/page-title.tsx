import { type ReactNode, useEffect } from "react";
import { texts } from "../texts/en";

/** A page's heading, which is also the name of the browser's tab. `children` stand at its right: the page's actions. */
export function PageTitle(props: {
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
}) {
  const { title, description, children } = props;
  useEffect(() => {
    document.title = `${title} · ${texts.product}`;
  }, [title]);
  return (
    <div className="page-title">
      <div>
        <h1>{title}</h1>
        {description !== undefined && <p>{description}</p>}
      </div>
      {children !== undefined && <div className="page-actions">{children}</div>}
    </div>
  );
}
