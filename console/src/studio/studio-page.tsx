/** The studio: a melody, what is made of it, and the stage on which both are seen and heard. */
import { Suspense, useEffect, useMemo, useState } from "react";
import { useParams } from "wouter";
import { type Technique, useTechniques } from "../api/queries";
import { latePart } from "../app/late-part";
import { useNotices } from "../app/notices";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import type { Region } from "../stage/edit-piece";
import { pitchName } from "../stage/pitch-names";
import { Stage } from "../stage/stage";
import { texts } from "../texts/en";
import { ComposePanel } from "./compose-panel";
import type { Draft } from "./draft";
import { setValue, useDraft } from "./draft-store";
import { offerReplaced, takeEdit } from "./own-melody";
import { shapePiece } from "./shape-piece";
import { valueOf } from "./techniques";
import { useAddress } from "./use-address";
import { type Melody, useMelody } from "./use-melody";

import "../theme/studio.css";

const regionNames: readonly string[] = [
  "firstBar",
  "lastBar",
  "lowestPitch",
  "highestPitch",
] satisfies (keyof Region)[];
const isRegionName = (name: string): name is keyof Region => regionNames.includes(name);

const CompositionView = latePart(async () => await import("./composition-view"));
const Recorder = latePart(async () => await import("./recorder"));

export default function StudioPage() {
  const { compositionId } = useParams<{ compositionId?: string }>();
  const { tell } = useNotices();
  useEffect(() => {
    offerReplaced(tell);
  }, [tell]);
  useAddress();
  const draft = useDraft();
  const melody = useMelody(draft.source, draft.own, draft.shape.startBar);
  const [isRecording, setRecording] = useState(false);
  const panel = (
    <ComposePanel
      draft={draft}
      melody={melody}
      shownId={compositionId}
      isRecording={isRecording}
      onRecord={() => {
        setRecording(true);
      }}
    />
  );
  if (isRecording)
    return (
      <>
        <PageTitle title={texts.studio.recorder.title} description={texts.studio.recorder.explanation} />
        <div className="studio">
          {panel}
          <Suspense fallback={<p role="status">{texts.loading}</p>}>
            <Recorder
              close={() => {
                setRecording(false);
              }}
            />
          </Suspense>
        </div>
      </>
    );
  if (compositionId !== undefined)
    return (
      <Suspense
        fallback={
          // The form stays where it is while the part of the page that shows pieces is loaded.
          <>
            <PageTitle title={texts.studio.title} description={texts.studio.description} />
            <div className="studio">
              {panel}
              <div className="stage stage-empty" role="status" aria-label={texts.loading} />
            </div>
          </>
        }
      >
        <CompositionView key={compositionId} id={compositionId} panel={panel} />
      </Suspense>
    );
  return (
    <>
      <PageTitle title={texts.studio.title} description={texts.studio.description} />
      <div className="studio">
        {panel}
        <MelodyStage draft={draft} melody={melody} />
      </div>
    </>
  );
}

function MelodyStage({ draft, melody }: { readonly draft: Draft; readonly melody: Melody }) {
  const { piece, name, taken, error } = melody;
  const shaped = useMemo(
    () => (piece === undefined ? undefined : shapePiece(piece, draft.shape, taken?.firstBar)),
    [draft.shape, piece, taken],
  );
  const techniques = useTechniques();
  const technique = techniques.data?.items.find(({ id }) => id === draft.technique);
  // A frame on the roll says where the technique may write, if it asks for that.
  const setRegion = (region: Region | undefined): void => {
    for (const { name: parameter, default: usual } of technique?.parameters ?? []) {
      if (isRegionName(parameter)) setValue(draft.technique, parameter, region?.[parameter] ?? usual);
    }
  };
  const region = describeRegion(technique, draft);
  return (
    <div className="studio-main">
      {error !== undefined && <ProblemAlert error={error} />}
      {shaped === undefined ? (
        error === undefined && <div className="stage stage-empty" role="status" aria-label={texts.loading} />
      ) : (
        <Stage
          piece={shaped}
          title={name}
          keyboard
          onRegion={setRegion}
          onEdit={(edited) => {
            takeEdit(edited, name);
          }}
        >
          {region !== undefined && (
            <p className="stage-note" role="status">
              {region}
            </p>
          )}
        </Stage>
      )}
    </div>
  );
}

/** Says where alone the technique may write; nothing where it may write everywhere. */
function describeRegion(technique: Technique | undefined, draft: Draft): string | undefined {
  const limits = (technique?.parameters ?? []).filter(({ name }) => isRegionName(name));
  const values = draft.values[draft.technique];
  if (limits.every((limit) => valueOf(limit, values) === limit.default)) return undefined;
  const [first = 1, last = 0, low = 0, high = 127] = regionNames.map((name) => {
    const limit = limits.find((one) => one.name === name);
    return limit === undefined ? undefined : Number(valueOf(limit, values));
  });
  return texts.studio.region(first, last, pitchName(low), pitchName(high));
}
