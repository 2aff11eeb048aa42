/** One piece in the studio: its result, how it was made, and what can be done with it. */
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { type ReactNode, Suspense, useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import type { Composition } from "../../../client/client";
import { useFailureNotice } from "../api/failure-notice";
import { useUpdateComposition } from "../api/mutations";
import { isFinal, useComposition, useModel, useTechniques } from "../api/queries";
import { latePart } from "../app/late-part";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { LineageTree } from "../lineage/lineage-tree";
import { RenameDialog } from "../lists/rename-dialog";
import { barTicks } from "../piece/piece";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import type { TrackMix } from "../sound/audible-piece";
import { Stage, type StageProps, type StageView } from "../stage/stage";
import { texts } from "../texts/en";
import { sharingTexts } from "../texts/sharing";
import { studioViewTexts } from "../texts/studio-views";
import { CompositionActions } from "./composition-actions";
import { CorrectionBar } from "./correction-bar";
import { type Correction, hasEdits, useCorrection } from "./corrections";
import { isShared } from "./is-shared";
import { sourceOf } from "./melody-source";
import { NextStrip } from "./next-strip";
import { PerformanceCard } from "./performance-card";
import { RatingCard } from "./rating-card";
import { shapePiece } from "./shape-piece";
import { useGivenPiece, useMadePiece } from "./use-given-piece";
import { useMelody } from "./use-melody";
import { type ShownPiece, useShownPiece } from "./use-shown-piece";

const HowItWasMade = latePart(async () => await import("./how-it-was-made"));
const Compare = latePart(async () => await import("./compare"));
const Lens = latePart(async () => await import("./lens"));
const Variations = latePart(async () => await import("./variations"));

const viewNames = ["melody", "result", "made", "edits", "compare", "lens", "variations"] as const;
type ViewName = (typeof viewNames)[number];
const isViewName = (text: string | null): text is ViewName => viewNames.some((name) => name === text);
const viewIn = (search: string): ViewName => {
  const asked = new URLSearchParams(search).get("view");
  return isViewName(asked) ? asked : "result";
};

export interface CompositionViewProps {
  readonly id: string;
  readonly panel: ReactNode;
}

export default function CompositionView({ id, panel }: CompositionViewProps) {
  const session = useSessionState();
  const composition = useComposition(id);
  // Read where the composition is read, so that both change in one step when a correction was kept.
  const correction = useCorrection(id);
  if (session.kind === "signed-out")
    return (
      <>
        <PageTitle title={texts.studio.title} description={texts.studio.description} />
        <div className="studio">
          {panel}
          <SignInNeeded reason={texts.studio.signInToSee} />
        </div>
      </>
    );
  if (composition.data === undefined)
    return (
      <>
        <PageTitle title={texts.studio.title} description={texts.studio.description} />
        <div className="studio">
          {panel}
          {composition.isError ? (
            <ProblemAlert
              error={composition.error}
              wayOn={{ href: "/compositions", label: texts.problems.waysOn.compositions }}
            />
          ) : (
            <div className="stage stage-empty" role="status" aria-label={texts.loading} />
          )}
        </div>
      </>
    );
  return <FoundComposition composition={composition.data} correction={correction} panel={panel} />;
}

function FoundComposition(props: {
  readonly composition: Composition;
  readonly correction: Correction | undefined;
  readonly panel: ReactNode;
}) {
  const { composition, correction, panel } = props;
  const { id, name, technique: techniqueId, seed, edited, modelId } = composition;
  const techniques = useTechniques();
  const technique = techniques.data?.items.find((one) => one.id === techniqueId);
  const model = useModel(modelId);
  const source = useMemo(() => sourceOf(composition), [composition]);
  const melody = useMelody(source, undefined, composition.inputOptions.startBar);
  const shown = useShownPiece(composition);
  const [mixes, setMixes] = useState<readonly TrackMix[]>([]);
  const [isRenaming, setRenaming] = useState(false);
  const [openedAt] = useState(Date.now);
  const update = useUpdateComposition();
  const facts = [
    texts.studio.made(model.data?.name ?? technique?.name ?? techniqueId, seed),
    texts.studio.madeFrom(melody.name),
    ...(edited === true ? [texts.studio.corrected] : []),
    ...(isShared(composition, openedAt) ? [sharingTexts.shared] : []),
  ];
  return (
    <>
      <PageTitle title={name} description={facts.join(" · ")}>
        <Button
          iconName="edit"
          ariaLabel={texts.studio.rename}
          onClick={() => {
            setRenaming(true);
          }}
        />
        <CompositionActions composition={composition} shown={shown} mixes={mixes} />
      </PageTitle>
      {isRenaming && (
        <RenameDialog
          name={name}
          rename={async (next) => await update.mutateAsync({ id, body: { name: next } })}
          close={() => {
            setRenaming(false);
          }}
        />
      )}
      <div className="studio">
        {panel}
        <div className="studio-main">
          {correction !== undefined && hasEdits(correction) && <WaitingCorrection />}
          <CompositionStage
            composition={composition}
            shown={shown}
            correction={correction}
            melody={melody}
            onMix={setMixes}
          />
          {composition.output !== undefined && composition.output.remarks.length > 0 && (
            <section className="card" aria-label={texts.studio.remarks}>
              <h3>{texts.studio.remarks}</h3>
              {composition.output.remarks.map((remark) => (
                <p key={remark}>{remark}</p>
              ))}
            </section>
          )}
          {composition.state === "COMPLETED" && <NextStrip composition={composition} />}
          {composition.state === "COMPLETED" && <PerformanceCard composition={composition} />}
          {composition.state === "COMPLETED" && <RatingCard composition={composition} />}
          <section className="card">
            <ExpandableSection headerText={texts.studio.lineage} defaultExpanded>
              <LineageTree composition={composition} />
            </ExpandableSection>
          </section>
        </div>
      </div>
    </>
  );
}

/** Views that show what the API has say so while edited notes wait. */
function WaitingCorrection() {
  return viewIn(useSearch()) === "result" ? null : (
    <p className="hint" role="status">
      {studioViewTexts.correcting.waits}
    </p>
  );
}

function CompositionStage(props: {
  readonly composition: Composition;
  readonly shown: ShownPiece;
  readonly correction: Correction | undefined;
  readonly melody: ReturnType<typeof useMelody>;
  readonly onMix: (mixes: readonly TrackMix[]) => void;
}) {
  const { composition, shown, correction, melody, onMix } = props;
  const { id, name, state, failure, output } = composition;
  const search = useSearch();
  const [path, navigate] = useLocation();
  const update = useUpdateComposition();
  const tellOfFailure = useFailureNotice();
  const view = viewIn(search);
  const show = (next: string): void => {
    navigate(next === "result" ? path : `${path}?view=${next}`, { replace: true });
  };
  const shaped = useMemo(
    () =>
      melody.piece === undefined
        ? undefined
        : shapePiece(melody.piece, composition.inputOptions, melody.taken?.firstBar),
    [composition.inputOptions, melody.piece, melody.taken],
  );
  const given = useGivenPiece(id, state === "COMPLETED" && (view === "melody" || view === "edits"));

  if (state === "FAILED")
    return (
      <>
        <div role="alert" className="card">
          <h2>{texts.studio.failed}</h2>
          <p>{failure?.message}</p>
          <p>{failure?.retryable === true ? texts.studio.failedInPassing : texts.studio.failedForGood}</p>
        </div>
        {shaped !== undefined && <Stage piece={shaped} title={melody.name} />}
      </>
    );
  if (!isFinal(composition))
    return (
      <div className="composing">
        <div className="composing-bar" role="progressbar" aria-label={texts.studio.composing} />
        {shaped === undefined ? (
          <div className="stage stage-empty" />
        ) : (
          <Stage piece={shaped} title={melody.name}>
            <p className="stage-note" role="status">
              {state === "PENDING" ? texts.studio.waiting : texts.studio.composing}. {texts.studio.composingHint}
            </p>
          </Stage>
        )}
      </div>
    );
  if (shown.error !== undefined) return <ProblemAlert error={shown.error} />;
  const { version } = shown;
  if (version === undefined) return <div className="stage stage-empty" role="status" aria-label={texts.loading} />;

  const { piece } = version;
  const { views: words } = texts.studio;
  const views: readonly StageView[] = [
    { id: "melody", label: words.melody },
    { id: "result", label: words.result },
    ...(composition.edited === true ? [{ id: "made", label: words.made }] : []),
    ...((output?.editEventCount ?? 0) > 0 ? [{ id: "edits", label: words.edits }] : []),
    { id: "compare", label: words.compare },
    { id: "lens", label: words.lens },
  ];
  const shared = { views, view, onView: show };
  const waiting = <div className="stage stage-empty" role="status" aria-label={texts.loading} />;
  switch (view) {
    case "melody": {
      // A piece of version 0.2 has no copy of what it was made of; the melody may still be there.
      const heard = given.piece ?? (given.isPending ? undefined : shaped);
      if (heard !== undefined) return <Stage key="melody" piece={heard} title={melody.name} {...shared} />;
      return given.isPending ? waiting : <ProblemAlert error={given.error} />;
    }
    case "made":
      return <MadePiece composition={composition} shared={shared} />;
    case "edits":
      return (
        <Suspense fallback={waiting}>
          {given.isPending ? (
            waiting
          ) : (
            <HowItWasMade composition={composition} piece={piece} input={given.piece} shared={shared} />
          )}
        </Suspense>
      );
    case "compare":
      return (
        <Suspense fallback={waiting}>
          <Compare composition={composition} piece={piece} shared={shared} />
        </Suspense>
      );
    case "lens":
      return (
        <Suspense fallback={waiting}>
          <Lens composition={composition} piece={piece} shared={shared} />
        </Suspense>
      );
    case "variations":
      return (
        <Suspense fallback={waiting}>
          <Variations composition={composition} />
        </Suspense>
      );
    case "result": {
      const newFromBar = Math.min(
        ...(output?.tracks ?? []).map(({ generatedFromBar }) => generatedFromBar ?? Infinity),
      );
      const isExtended = Number.isFinite(newFromBar);
      return (
        <CorrectionBar key={id} composition={composition} version={version} correction={correction}>
          {(edit) => (
            <Stage
              piece={edit.piece}
              title={name}
              mixId={id}
              onMix={onMix}
              {...shared}
              {...(edit.onEdit === undefined
                ? {
                    onProgram: (track, program) => {
                      const index = output?.tracks[track]?.index ?? track;
                      update.mutate({ id, body: { programs: [{ index, program }] } }, { onError: tellOfFailure });
                    },
                  }
                : { onEdit: edit.onEdit, keyboard: true })}
              {...(isExtended ? { newFrom: (newFromBar - 1) * barTicks(edit.piece) } : {})}
            >
              {isExtended && <p className="stage-note">{studioViewTexts.newFromBar(newFromBar)}</p>}
            </Stage>
          )}
        </CorrectionBar>
      );
    }
  }
}

/** The piece before its notes were corrected. */
function MadePiece(props: {
  readonly composition: Composition;
  readonly shared: Pick<StageProps, "views" | "view" | "onView">;
}) {
  const { composition, shared } = props;
  const { piece, error } = useMadePiece(composition);
  if (error !== undefined) return <ProblemAlert error={error} />;
  if (piece === undefined) return <div className="stage stage-empty" role="status" aria-label={texts.loading} />;
  return <Stage key="made" piece={piece} title={`${composition.name}: ${texts.studio.views.made}`} {...shared} />;
}
