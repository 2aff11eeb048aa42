import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { type SampleMelody, type Track, useSampleMelodyMidi, useTrackMidi } from "../api/queries";
import { Age } from "../lists/age";
import { useWasInView } from "../lists/in-view";
import { PiecePreview } from "../lists/piece-preview";
import { texts } from "../texts/en";

export type TrackAction = "rename" | "delete";

const trackActions: readonly TrackAction[] = ["rename", "delete"];

export function TrackCard(props: { readonly track: Track; readonly act: (action: TrackAction, track: Track) => void }) {
  const { track, act } = props;
  const { id, name, bars, noteCount, timeSignature, createdAt } = track;
  const [card, wasSeen] = useWasInView<HTMLLIElement>();
  const midi = useTrackMidi(wasSeen ? id : undefined);
  return (
    <li ref={card} className="card piece-card">
      <div className="piece-card-head">
        <h2>{name}</h2>
        <ButtonDropdown
          variant="icon"
          ariaLabel={texts.lists.actionsOf(name)}
          expandToViewport
          items={trackActions.map((action) => ({ id: action, text: texts.melodies.actions[action] }))}
          onItemClick={({ detail }) => {
            act(detail.id as TrackAction, track);
          }}
        />
      </div>
      <MelodyBody name={name} melody={`track:${id}`} midi={midi}>
        <li>{texts.lists.bars(bars)}</li>
        <li>{texts.lists.notes(noteCount)}</li>
        <li>{timeSignature}</li>
        <li>
          <Age instant={createdAt} />
        </li>
      </MelodyBody>
    </li>
  );
}

export function SampleCard({ sample }: { readonly sample: SampleMelody }) {
  const { id, name, bars, timeSignature, noteCount, origin } = sample;
  const [card, wasSeen] = useWasInView<HTMLLIElement>();
  const midi = useSampleMelodyMidi(wasSeen ? id : undefined);
  return (
    <li ref={card} className="card piece-card">
      <h2>{name}</h2>
      <MelodyBody name={name} melody={`sample:${id}`} midi={midi}>
        <li>{texts.lists.bars(bars)}</li>
        <li>{timeSignature}</li>
        <li>{texts.lists.notes(noteCount)}</li>
        <li>{origin}</li>
      </MelodyBody>
    </li>
  );
}

/** What both kinds of melody have: the roll, the facts, and the way into the studio. */
function MelodyBody(props: {
  readonly name: string;
  /** The melody as the studio's address names it. */
  readonly melody: string;
  readonly midi: UseQueryResult<ArrayBuffer>;
  readonly children: ReactNode;
}) {
  const { name, melody, midi, children } = props;
  const [, navigate] = useLocation();
  return (
    <>
      <PiecePreview title={name} midi={midi} />
      <ul className="piece-facts">{children}</ul>
      <div>
        <Button
          ariaLabel={`${texts.melodies.use}: ${name}`}
          onClick={() => {
            navigate(`/studio?melody=${melody}`);
          }}
        >
          {texts.melodies.use}
        </Button>
      </div>
    </>
  );
}
