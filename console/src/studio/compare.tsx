/** Two pieces at the same beat, equally loud, with their names or blind. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation, useSearch } from "wouter";
import type { Composition } from "../../../client/client";
import { useComposition, useCompositions } from "../api/queries";
import { ProblemAlert } from "../app/problem-alert";
import { searchText } from "../lists/search-text";
import type { Piece } from "../piece/piece";
import type { TrackMix } from "../sound/audible-piece";
import { usePlayer, usePlayerState } from "../sound/player";
import { Stage, type StageProps } from "../stage/stage";
import { texts } from "../texts/en";
import { studioViewTexts } from "../texts/studio-views";
import { equalGains, loudnessOf } from "./loudness";
import { namesApart } from "./piece-names";
import { useShownPiece } from "./use-shown-piece";

const words = studioViewTexts.compare;
const mostListed = 50;
type Side = 0 | 1;
const sides: readonly Side[] = [0, 1];

export interface CompareProps {
  readonly composition: Composition;
  readonly piece: Piece;
  readonly shared: Pick<StageProps, "views" | "view" | "onView">;
}

export default function Compare({ composition, piece, shared }: CompareProps) {
  const [path, navigate] = useLocation();
  const otherId = new URLSearchParams(useSearch()).get("with") ?? undefined;
  const other = useComposition(otherId);
  const otherShown = useShownPiece(other.data);
  const [find, setFind] = useState("");
  const list = useCompositions({ limit: mostListed, state: "COMPLETED", ...(find === "" ? {} : { q: find }) });
  const options = (list.data?.items ?? [])
    .filter(({ id }) => id !== composition.id)
    .map(({ id, name, seed }) => ({ value: id, label: name, description: studioViewTexts.variation.seed(seed) }));
  return (
    <>
      <section className="card">
        <FormField label={words.with} constraintText={words.hint}>
          <Select
            filteringType="manual"
            filteringAriaLabel={words.find}
            filteringPlaceholder={words.find}
            finishedText={list.data?.nextCursor === undefined ? "" : texts.studio.melody.findMore}
            placeholder={words.choose}
            selectedOption={other.data === undefined ? null : { value: other.data.id, label: other.data.name }}
            options={options}
            empty={texts.studio.melody.none}
            onLoadItems={({ detail }) => {
              setFind(searchText(detail.filteringText).trim());
            }}
            onChange={({ detail }) => {
              navigate(`${path}?view=compare&with=${detail.selectedOption.value ?? ""}`, { replace: true });
            }}
          />
        </FormField>
      </section>
      {other.isError && <ProblemAlert error={other.error} />}
      {otherShown.piece === undefined || other.data === undefined ? (
        <Stage piece={piece} title={composition.name} {...shared} />
      ) : (
        <TwoPieces
          key={other.data.id}
          pieces={[piece, otherShown.piece]}
          compositions={[composition, other.data]}
          shared={shared}
        />
      )}
    </>
  );
}

interface TwoPiecesProps {
  readonly pieces: readonly [Piece, Piece];
  readonly compositions: readonly [Composition, Composition];
  readonly shared: CompareProps["shared"];
}

function TwoPieces({ pieces, compositions, shared }: TwoPiecesProps) {
  const player = usePlayer();
  const names = namesApart(...compositions);
  const [side, setSide] = useState<Side>(0);
  const [isBlind, setBlind] = useState(false);
  /** Which piece is called the first, while nobody knows it. */
  const [first, setFirst] = useState<Side>(0);
  const [vote, setVote] = useState<Side>();
  const [mixes, setMixes] = useState<readonly TrackMix[]>([]);
  const [one, another] = pieces;
  const loudness = useQuery({
    queryKey: ["loudness", ...compositions.flatMap(({ id, updatedAt }) => [id, updatedAt])],
    queryFn: async () => equalGains([await loudnessOf(one), await loudnessOf(another)]),
    staleTime: Infinity,
    gcTime: 0,
  });
  const gain = loudness.data?.[side] ?? 1;
  const piece = pieces[side];
  const isMine = usePlayerState((state) => state.piece === piece);

  // After the stage, which sets the tracks' own gains.
  useEffect(() => {
    if (!isMine) return;
    for (const index of piece.tracks.keys()) {
      const { muted = false, gain: own = 1 } = mixes[index] ?? {};
      player.setMix(index, { muted, gain: own * gain });
    }
  }, [gain, isMine, mixes, piece, player]);

  const hear = (next: Side): void => {
    if (next === side) return;
    const from = pieces[side];
    const to = pieces[next];
    if (player.state.getState().piece === from) {
      const tick = (player.position * to.ticksPerBeat) / from.ticksPerBeat;
      player.load(to, { isEdit: true });
      if (to.ticksPerBeat !== from.ticksPerBeat) player.seek(tick);
    }
    setSide(next);
  };
  const beginBlind = (): void => {
    // Nobody may know which one sounds first: neither from what they hear now nor from what is on the stage.
    player.pause();
    const chosen = Math.random() < 0.5 ? 0 : 1;
    player.load(pieces[chosen]);
    player.seek(0);
    setSide(chosen);
    setFirst(chosen);
    setVote(undefined);
    setBlind(true);
  };
  const isHidden = isBlind && vote === undefined;
  const second: Side = first === 0 ? 1 : 0;
  const shownSides = isHidden ? [first, second] : sides;
  const nameOf = (of: Side): string => (isHidden ? (of === first ? words.first : words.second) : names[of]);
  const button = (of: Side): string => (isHidden ? nameOf(of) : of === 0 ? words.a : words.b);
  return (
    <Stage piece={piece} title={nameOf(side)} isCovered={isHidden} onMix={setMixes} {...shared}>
      <div className="stage-foot">
        <span className="stage-group" role="group" aria-label={texts.studio.views.compare}>
          {shownSides.map((of) => (
            <button
              key={of}
              type="button"
              className="stage-button"
              aria-label={`${button(of)}: ${nameOf(of)}`}
              aria-pressed={side === of}
              onClick={() => {
                hear(of);
              }}
            >
              {button(of)}
            </button>
          ))}
        </span>
        <span role="status">
          {loudness.isPending ? words.measuring : words.listening(nameOf(side))}{" "}
          {vote !== undefined && isBlind && words.voted(names[vote])}
        </span>
        <span className="stage-gap" />
        {isHidden ? (
          <>
            <span>{words.blindHint}</span>
            {shownSides.map((of) => (
              <button
                key={of}
                type="button"
                className="stage-button"
                onClick={() => {
                  setVote(of);
                }}
              >
                {words.vote(nameOf(of))}
              </button>
            ))}
          </>
        ) : (
          <button type="button" className="stage-button" onClick={beginBlind}>
            {isBlind ? words.again : words.blind}
          </button>
        )}
      </div>
    </Stage>
  );
}
