/** A piece that somebody shares, for everyone who has its link: seen, heard, replayed, and a start for one's own. */
import Button from "@cloudscape-design/components/button";
import { useMemo, useState } from "react";
import { Link, useParams } from "wouter";
import { ProblemError } from "../api/problem-error";
import { useSampleMelodies, useTechniques } from "../api/queries";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import type { Piece } from "../piece/piece";
import { Stage, type StageProps } from "../stage/stage";
import { fileName, midiFile, saveFile } from "../studio/downloads";
import { EditReplay } from "../studio/edit-replay";
import { recipeAddress } from "../studio/recipe";
import { tryReadPiece } from "../studio/use-melody";
import { dateOf } from "../texts/age";
import { texts } from "../texts/en";
import { sharingTexts } from "../texts/sharing";
import { type SharedComposition, useSharedComposition, useSharedEditEvents, useSharedMidi } from "./shared-queries";
import { sharedRecipe } from "./shared-recipe";

import "../theme/shared.css";

const words = sharingTexts.page;

export default function SharedPage() {
  const { token } = useParams<{ token: string }>();
  const shared = useSharedComposition(token);
  // A link that has ended meanwhile opens nothing, whatever was read of it before.
  if (shared.error !== null) return <SharedFault error={shared.error} />;
  if (shared.data === undefined) return <p role="status">{words.loading}</p>;
  return <FoundPiece token={token} shared={shared.data} />;
}

/** Says in words that a link opens nothing, or that the file of its piece is lost; any other fault is told as everywhere. */
function SharedFault({ error }: { readonly error: unknown }) {
  const code = error instanceof ProblemError ? error.problem.code : undefined;
  if (code !== "SHARE_NOT_FOUND" && code !== "FILE_LOST") return <ProblemAlert error={error} />;
  return (
    <>
      <PageTitle
        title={words.nothing}
        description={code === "FILE_LOST" ? words.lostExplanation : words.nothingExplanation}
      />
      <p>
        <Link href="/studio">{words.openStudio}</Link>
      </p>
    </>
  );
}

function FoundPiece({ token, shared }: { readonly token: string; readonly shared: SharedComposition }) {
  const { name, technique: techniqueId, seed, sampleMelodyId, edited, expiresAt } = shared;
  const techniques = useTechniques();
  const samples = useSampleMelodies();
  const midi = useSharedMidi({ token, version: "present", enabled: true });
  const read = useMemo(() => tryReadPiece(midi.data), [midi.data]);
  const technique = techniques.data?.items.find(({ id }) => id === techniqueId);
  const sample = samples.data?.items.find(({ id }) => id === sampleMelodyId);
  const facts = [
    words.made(technique?.name ?? techniqueId, seed),
    ...(sample === undefined ? [] : [words.madeFrom(sample.name)]),
    ...(edited === true ? [words.corrected] : []),
    words.until(dateOf(expiresAt)),
  ];
  const error = midi.error ?? read.error;
  if (error !== undefined) return <SharedFault error={error} />;
  return (
    <>
      <PageTitle title={name} description={facts.join(" · ")}>
        <Button
          iconName="download"
          disabled={midi.data === undefined}
          onClick={() => {
            if (midi.data !== undefined) saveFile(midiFile(midi.data), fileName(name, "mid"));
          }}
        >
          {words.download}
        </Button>
      </PageTitle>
      <div className="shared">
        {read.piece === undefined ? <StageToCome /> : <SharedStage token={token} shared={shared} piece={read.piece} />}
        <MakeYourOwn shared={shared} isByRule={technique?.byRule === true} />
      </div>
    </>
  );
}

const StageToCome = () => <div className="stage stage-empty" role="status" aria-label={texts.loading} />;

function SharedStage(props: { readonly token: string; readonly shared: SharedComposition; readonly piece: Piece }) {
  const { token, shared, piece } = props;
  const { name, output } = shared;
  const [view, setView] = useState("result");
  if ((output.editEventCount ?? 0) === 0) return <Stage piece={piece} title={name} />;
  const views: StageProps["views"] = [
    { id: "result", label: texts.studio.views.result },
    { id: "edits", label: texts.studio.views.edits },
  ];
  const shownViews = { views, view, onView: setView };
  return view === "edits" ? (
    <SharedEdits token={token} shared={shared} piece={piece} shownViews={shownViews} />
  ) : (
    <Stage key="result" piece={piece} title={name} {...shownViews} />
  );
}

function SharedEdits(props: {
  readonly token: string;
  readonly shared: SharedComposition;
  readonly piece: Piece;
  readonly shownViews: Pick<StageProps, "views" | "view" | "onView">;
}) {
  const { token, shared, piece, shownViews } = props;
  const events = useSharedEditEvents(token);
  // The edits lead to the machine's own piece, which a person may have corrected since.
  const original = useSharedMidi({ token, version: "original", enabled: shared.edited === true });
  const own = useMemo(() => tryReadPiece(original.data).piece, [original.data]);
  const made = shared.edited === true ? own : piece;
  const error = events.error ?? original.error;
  if (error !== null) return <SharedFault error={error} />;
  if (events.data === undefined || made === undefined) return <StageToCome />;
  return <EditReplay piece={made} name={shared.name} edits={events.data.items} shared={shownViews} />;
}

/** Leads to the studio: with all that made the piece, where everyone has it. */
function MakeYourOwn({ shared, isByRule }: { readonly shared: SharedComposition; readonly isByRule: boolean }) {
  const recipe = sharedRecipe(shared, isByRule);
  return (
    <section className="card shared-own" aria-label={words.own}>
      <div>
        <h2>{words.own}</h2>
        <p>{recipe === undefined ? words.ownStudio : words.ownRecipe}</p>
      </div>
      <Link className="shared-link" href={recipe === undefined ? "/studio" : recipeAddress(recipe)}>
        {recipe === undefined ? words.openStudio : words.openRecipe}
      </Link>
    </section>
  );
}
