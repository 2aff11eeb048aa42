/** Editing the notes of a finished piece: kept as the piece itself, or as a melody of one's own. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import type { Composition } from "../../../client/client";
import { ProblemAlert } from "../app/problem-alert";
import { ActionDialog, useSending } from "../lists/action-dialog";
import type { Piece } from "../piece/piece";
import { isSamePiece } from "../piece/same-piece";
import { texts } from "../texts/en";
import { studioViewTexts } from "../texts/studio-views";
import { type Correction, dropCorrection, hasEdits, type PieceVersion, setCorrection } from "./corrections";
import { draftStore } from "./draft-store";
import { melodyTracks } from "./edited-tracks";
import { takeEdit } from "./own-melody";
import { useKeeping } from "./use-keeping";
import { trackAlone } from "./use-melody";

const words = studioViewTexts.correcting;

interface Editing {
  readonly piece: Piece;
  /** Present while the notes are edited. */
  readonly onEdit?: (piece: Piece) => void;
}

export interface CorrectionBarProps {
  readonly composition: Composition;
  /** What the API has. */
  readonly version: PieceVersion;
  /** Present while the notes are edited. */
  readonly correction: Correction | undefined;
  readonly children: (editing: Editing) => ReactNode;
}

export function CorrectionBar({ composition, version, correction, children }: CorrectionBarProps) {
  const { id } = composition;
  const { keep, isKeeping, refusal } = useKeeping(id);
  const [showsOther, setShowsOther] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const other = correction?.other;
  const edited = correction?.piece;
  const editing = ((): Editing => {
    if (correction === undefined) return { piece: version.piece };
    if (other !== undefined && showsOther) return { piece: other.piece };
    const onEdit = (piece: Piece): void => {
      setCorrection(id, { ...correction, piece });
    };
    return { piece: correction.piece, onEdit };
  })();
  const end = (): void => {
    setShowsOther(false);
    dropCorrection(id);
  };
  return (
    <>
      <div className="correction">
        {correction === undefined ? (
          <Button
            iconName="edit"
            onClick={() => {
              setCorrection(id, { base: version, piece: version.piece });
            }}
          >
            {texts.studio.editNotes}
          </Button>
        ) : (
          <>
            <p className="hint" role="status">
              {texts.studio.corrections}
            </p>
            {other === undefined && (
              <Button
                variant="primary"
                loading={isKeeping}
                disabled={!hasEdits(correction)}
                onClick={() => {
                  void keep(correction);
                }}
              >
                {texts.studio.saveCorrection}
              </Button>
            )}
            <SaveAsMelody composition={composition} correction={correction} />
            <Button
              variant="link"
              disabled={isKeeping}
              onClick={() => {
                if (hasEdits(correction)) setLeaving(true);
                else end();
              }}
            >
              {texts.studio.endEditing}
            </Button>
          </>
        )}
      </div>
      {isLeaving && (
        <LeaveDialog
          leave={end}
          close={() => {
            setLeaving(false);
          }}
        />
      )}
      {other !== undefined && edited !== undefined && (
        <Alert
          type="warning"
          header={words.changedElsewhere}
          action={
            <div className="button-row">
              <Button
                loading={isKeeping}
                onClick={() => {
                  setShowsOther(false);
                  void keep({ base: other, piece: edited });
                }}
              >
                {words.keepMine}
              </Button>
              <Button
                onClick={() => {
                  setShowsOther(!showsOther);
                }}
              >
                {showsOther ? words.seeMine : words.seeOther}
              </Button>
            </div>
          }
          i18nStrings={{ warningIconAriaLabel: texts.problems.warning }}
        >
          {words.changedElsewhereHint}
        </Alert>
      )}
      {refusal !== undefined && correction !== undefined && <ProblemAlert error={refusal} />}
      {children(editing)}
    </>
  );
}

/** Asks before edited notes are dropped. */
function LeaveDialog({ leave, close }: { readonly leave: () => void; readonly close: () => void }) {
  const sending = useSending({
    work: async () => {
      leave();
      await Promise.resolve();
    },
    close,
  });
  return (
    <ActionDialog header={words.dropTitle} action={words.drop} sending={sending} close={close}>
      <p>{words.dropped}</p>
    </ActionDialog>
  );
}

/** Makes an edited track the melody. What else was edited waits in the piece. */
function SaveAsMelody(props: { readonly composition: Composition; readonly correction: Correction }) {
  const { composition, correction } = props;
  const { id, name, output } = composition;
  const { base, piece } = correction;
  const [, navigate] = useLocation();
  const places = melodyTracks(base.piece, piece);
  const save = (place: number): void => {
    const source = { kind: "composition", id, trackIndex: output?.tracks[place]?.index ?? place } as const;
    takeEdit(trackAlone(piece, place), name, { ...draftStore.getState(), source });
    const rest = piece.tracks.map((track, at) => (at === place ? (base.piece.tracks[at] ?? track) : track));
    if (isSamePiece({ ...piece, tracks: rest }, base.piece)) dropCorrection(id);
    navigate("/studio");
  };
  const [only] = places;
  if (places.length > 1)
    return (
      <ButtonDropdown
        items={places.map((place) => ({ id: String(place), text: piece.tracks[place]?.name ?? "" }))}
        onItemClick={({ detail }) => {
          save(Number(detail.id));
        }}
      >
        {texts.studio.saveAsMelody}
      </ButtonDropdown>
    );
  return (
    <Button
      disabled={only === undefined}
      onClick={() => {
        if (only !== undefined) save(only);
      }}
    >
      {texts.studio.saveAsMelody}
    </Button>
  );
}
