/** Editing the notes of a finished piece: kept as the piece itself, or as a melody of one's own. */
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import type { Composition } from "../../../client/client";
import { useApi } from "../api/api";
import { fetched } from "../api/fetched";
import { ProblemError } from "../api/problem-error";
import { cachedEtag } from "../api/queries";
import { queryKeys } from "../api/query-keys";
import { useNotices } from "../app/notices";
import { ProblemAlert } from "../app/problem-alert";
import type { Piece } from "../piece/piece";
import { writePiece } from "../piece/write-piece";
import { texts } from "../texts/en";
import { draftStore } from "./draft-store";
import { melodyTracks } from "./edited-tracks";
import { takeEdit } from "./own-melody";
import { trackAlone } from "./use-melody";

interface Editing {
  readonly piece: Piece;
  /** Present while the notes are edited. */
  readonly onEdit?: (piece: Piece) => void;
}

export interface CorrectionBarProps {
  readonly composition: Composition;
  readonly piece: Piece;
  readonly children: (editing: Editing) => ReactNode;
}

export function CorrectionBar({ composition, piece, children }: CorrectionBarProps) {
  const { id, name, output } = composition;
  const api = useApi();
  const client = useQueryClient();
  const { tell } = useNotices();
  const [, navigate] = useLocation();
  const [edited, setEdited] = useState<Piece>();
  const [isSaving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<ProblemError>();
  const end = (): void => {
    setEdited(undefined);
    setRefusal(undefined);
  };
  const keep = async (correction: Piece): Promise<void> => {
    setSaving(true);
    setRefusal(undefined);
    try {
      const etag = cachedEtag(client, queryKeys.composition(id)) ?? "*";
      const params = { path: { compositionId: id }, header: { "If-Match": etag } };
      const body = new Blob([writePiece(correction)], { type: "audio/midi" });
      const corrected = await fetched(api.PUT("/compositions/{compositionId}/midi", { params, body }));
      client.setQueryData(queryKeys.composition(id), corrected);
      void client.invalidateQueries({ queryKey: queryKeys.compositionLists });
      tell({ type: "success", text: texts.studio.correctionKept });
      end();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setRefusal(error);
    } finally {
      setSaving(false);
    }
  };
  const editing: Editing = edited === undefined ? { piece } : { piece: edited, onEdit: setEdited };
  return (
    <>
      <div className="correction">
        {edited === undefined ? (
          <Button
            iconName="edit"
            onClick={() => {
              setEdited(piece);
            }}
          >
            {texts.studio.editNotes}
          </Button>
        ) : (
          <>
            <p className="hint" role="status">
              {texts.studio.corrections}
            </p>
            <Button
              variant="primary"
              loading={isSaving}
              disabled={edited === piece}
              onClick={() => {
                void keep(edited);
              }}
            >
              {texts.studio.saveCorrection}
            </Button>
            <SaveAsMelody
              edited={edited}
              places={melodyTracks(piece, edited)}
              save={(place) => {
                const source = { kind: "composition", id, trackIndex: output?.tracks[place]?.index ?? place } as const;
                takeEdit(trackAlone(edited, place), name, { ...draftStore.getState(), source });
                navigate("/studio");
              }}
            />
            <Button variant="link" onClick={end}>
              {texts.studio.endEditing}
            </Button>
          </>
        )}
      </div>
      {refusal !== undefined && <ProblemAlert error={refusal} />}
      {children(editing)}
    </>
  );
}

/** Saves the one track that can be meant, or asks which. */
function SaveAsMelody(props: {
  readonly edited: Piece;
  readonly places: readonly number[];
  readonly save: (place: number) => void;
}) {
  const { edited, places, save } = props;
  const [only] = places;
  if (places.length > 1)
    return (
      <ButtonDropdown
        items={places.map((place) => ({ id: String(place), text: edited.tracks[place]?.name ?? "" }))}
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
