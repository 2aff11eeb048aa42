import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import type { Composition } from "../../../client/client";
import { useApi } from "../api/api";
import { useCompositions } from "../api/queries";
import { useTechniqueName } from "../api/technique-name";
import { ProblemAlert } from "../app/problem-alert";
import { texts } from "../texts/en";
import { type Origin, readLineage } from "./lineage";

import "../theme/lineage.css";

/** A piece's line as a small tree: what it came from above it, what was made from it below. Every node leads to its piece. */
export function LineageTree({ composition }: { readonly composition: Composition }) {
  const api = useApi();
  const lineage = useQuery({
    queryKey: ["compositions", "lineage", composition.id],
    queryFn: async ({ signal }) => await readLineage(api, composition, signal),
  });
  if (lineage.isError) return <ProblemAlert error={lineage.error} />;
  if (lineage.data === undefined) return <p role="status">{texts.loading}</p>;
  const { origin, ancestors, isCut } = lineage.data;
  const own = (
    <PieceNode composition={composition} isOwn>
      <Children of={composition} />
    </PieceNode>
  );
  const pieces = ancestors.reduceRight<ReactNode>(
    (below, ancestor) => (
      <PieceNode composition={ancestor}>
        <ul>{below}</ul>
      </PieceNode>
    ),
    own,
  );
  return (
    <ul className="lineage" aria-label={texts.lineage.label(composition.name)}>
      {isCut && <li className="lineage-note">{texts.lineage.cut}</li>}
      {origin === undefined ? (
        pieces
      ) : (
        <li>
          <OriginLink origin={origin} />
          <ul>{pieces}</ul>
        </li>
      )}
    </ul>
  );
}

function OriginLink({ origin }: { readonly origin: Origin }) {
  if (origin.kind === "gone") return <span className="lineage-note">{texts.lineage.gone}</span>;
  return (
    <>
      <Link href={`/studio?melody=${origin.kind}:${origin.id}`}>{origin.name}</Link>{" "}
      <small>{texts.lineage.origins[origin.kind]}</small>
    </>
  );
}

function PieceNode(props: {
  readonly composition: Composition;
  readonly isOwn?: boolean;
  readonly children?: ReactNode;
}) {
  const { composition, isOwn = false, children } = props;
  const nameOf = useTechniqueName();
  const technique = nameOf(composition.technique);
  return (
    <li>
      <Link href={`/studio/${composition.id}`} aria-current={isOwn ? "true" : undefined}>
        {composition.name}
      </Link>{" "}
      <small>{technique}</small>
      {children}
    </li>
  );
}

/** What was made from a piece. Its own children are read when somebody asks for them. */
function Children({ of }: { readonly of: Composition }) {
  const children = useCompositions({ input: `compositionId:${of.id}`, limit: 100, order: "asc" });
  const { items = [], total = 0 } = children.data ?? {};
  if (items.length === 0) return null;
  return (
    <ul>
      {items.map((child) => (
        <PieceNode key={child.id} composition={child}>
          <Descendants of={child} />
        </PieceNode>
      ))}
      {total > items.length && <li className="lineage-note">{texts.lineage.more(total - items.length)}</li>}
    </ul>
  );
}

function Descendants({ of }: { readonly of: Composition }) {
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return <Children of={of} />;
  return (
    <>
      {" "}
      <button
        type="button"
        className="lineage-open"
        aria-label={texts.lineage.open(of.name)}
        onClick={() => {
          setOpen(true);
        }}
      >
        +
      </button>
    </>
  );
}
