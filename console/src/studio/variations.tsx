/** Several pieces of the same settings side by side, of which one is kept. */
import Button from "@cloudscape-design/components/button";
import { useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import type { Composition } from "../../../client/client";
import { useFailureNotice } from "../api/failure-notice";
import { useDeleteComposition } from "../api/mutations";
import { ProblemError } from "../api/problem-error";
import { useComposition, useHaveEnded, useKnownCompositions, useTechniques } from "../api/queries";
import { useNotices } from "../app/notices";
import { ProblemAlert } from "../app/problem-alert";
import { SmallRoll } from "../stage/small-roll";
import { texts } from "../texts/en";
import { studioViewTexts } from "../texts/studio-views";
import { daringOf } from "./next-strip";
import type { Parameter } from "./techniques";
import { useShownPiece } from "./use-shown-piece";

const words = studioViewTexts.variation;

const valueIn = ({ parameters }: Composition, { name, default: usual }: Parameter): number =>
  Number(parameters[name] ?? usual);

/** What somebody else has deleted is gone, as it should be. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ProblemError) || error.problem.status !== 404) throw error;
}

export default function Variations({ composition }: { readonly composition: Composition }) {
  const ids = (new URLSearchParams(useSearch()).get("with") ?? "").split(",").filter((id) => id !== "");
  const techniques = useTechniques();
  const daring = daringOf(techniques.data?.items.find(({ id }) => id === composition.technique));
  const known = useKnownCompositions(ids);
  const isOfValues = daring !== undefined && new Set(known.map((piece) => valueIn(piece, daring))).size > 1;
  // A piece that is still being made cannot be deleted.
  const haveEnded = useHaveEnded(ids);
  const [, navigate] = useLocation();
  const remove = useDeleteComposition();
  const { tell } = useNotices();
  const tellOfFailure = useFailureNotice();
  const keep = async ({ id, name }: Composition): Promise<void> => {
    // First away from here: a piece that is deleted is not looked at any more.
    navigate(`/studio/${id}`);
    try {
      for (const other of ids) if (other !== id) await remove.mutateAsync(other).catch(unlessGone);
      tell({ type: "success", text: words.kept(name) });
    } catch (error) {
      tellOfFailure(error);
    }
  };
  if (ids.length === 0)
    return (
      <section className="card" aria-label={words.title}>
        <h2>{words.title}</h2>
        <p>{words.none}</p>
      </section>
    );
  return (
    <section className="card" aria-label={isOfValues ? words.temperatureTitle(daring.title) : words.title}>
      <h2>{isOfValues ? words.temperatureTitle(daring.title) : words.title}</h2>
      <p className="hint">{isOfValues ? words.temperatureExplanation(daring.title) : words.explanation}</p>
      <ul className="variations">
        {ids.map((id) => (
          <Variation
            key={id}
            id={id}
            daring={isOfValues ? daring : undefined}
            canBeKept={haveEnded}
            keep={(piece) => {
              void keep(piece);
            }}
          />
        ))}
      </ul>
    </section>
  );
}

function Variation(props: {
  readonly id: string;
  readonly daring: Parameter | undefined;
  readonly canBeKept: boolean;
  readonly keep: (composition: Composition) => void;
}) {
  const { id, daring, canBeKept, keep } = props;
  const composition = useComposition(id);
  const shown = useShownPiece(composition.data);
  const label = useMemo(() => {
    if (composition.data === undefined) return texts.loading;
    if (daring === undefined) return words.seed(composition.data.seed);
    return words.value(daring.title, valueIn(composition.data, daring));
  }, [composition.data, daring]);
  const { data } = composition;
  return (
    <li className="variation" aria-label={label}>
      <h3>{label}</h3>
      {composition.isError && <ProblemAlert error={composition.error} />}
      {data?.state === "FAILED" && <p>{data.failure?.message}</p>}
      {shown.piece !== undefined && data !== undefined ? (
        <>
          <SmallRoll piece={shown.piece} title={label} />
          <Button
            disabled={!canBeKept}
            disabledReason={words.keepLater}
            onClick={() => {
              keep(data);
            }}
          >
            {words.keep}
          </Button>
        </>
      ) : (
        !composition.isError && data?.state !== "FAILED" && <p role="status">{words.waiting}</p>
      )}
    </li>
  );
}
