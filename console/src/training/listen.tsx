/** What the model played after an epoch, and all epochs after one another. */
import Button from "@cloudscape-design/components/button";
import Select from "@cloudscape-design/components/select";
import { useEffect, useMemo, useRef, useState } from "react";
import { type Piece, PieceError } from "../piece/piece";
import { readPiece } from "../piece/read-piece";
import { usePlayer } from "../sound/player";
import { SmallRoll } from "../stage/small-roll";
import { texts } from "../texts/en";
import { trainingTexts } from "../texts/en-training";
import { journeyOf, nearestSample, samplesOf } from "./epoch-samples";
import { useSampleMidis } from "./training-queries";
import type { Sample, SampleList } from "./training-resources";

const { job: words } = trainingTexts;

function pieceOf(bytes: ArrayBuffer | undefined): Piece | undefined {
  if (bytes === undefined) return undefined;
  try {
    return readPiece(bytes);
  } catch (error) {
    if (error instanceof PieceError) return undefined;
    throw error;
  }
}

interface ListenProps {
  readonly jobId: string;
  readonly samples: SampleList;
  readonly epoch: number;
  readonly setEpoch: (epoch: number) => void;
}

export function Listen({ jobId, samples, epoch, setEpoch }: ListenProps) {
  const { melodies, items } = samples;
  const [melodyId, setMelodyId] = useState<string>();
  const [plays, setPlays] = useState<"one" | "all">("one");
  const melody = melodies.find(({ id }) => id === melodyId) ?? melodies[0];
  const own = useMemo(() => samplesOf(items, melody?.id ?? ""), [items, melody?.id]);
  if (melody === undefined || own.length === 0) return <p className="listen-empty">{words.noSample}</p>;
  const chosen = nearestSample(own, epoch);
  return (
    <>
      {melodies.length > 1 && (
        <Select
          inlineLabelText={words.melody}
          selectedOption={{ value: melody.id, label: melody.name }}
          options={melodies.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={({ detail }) => {
            setMelodyId(detail.selectedOption.value);
          }}
        />
      )}
      {plays === "one" && chosen !== undefined ? (
        <OneEpoch jobId={jobId} sample={chosen} melody={melody.name} epoch={epoch} />
      ) : (
        <AllEpochs key={melody.id} jobId={jobId} samples={own} melody={melody.name} setEpoch={setEpoch} />
      )}
      {own.length > 1 && (
        <div>
          <Button
            onClick={() => {
              setPlays(plays === "one" ? "all" : "one");
            }}
          >
            {plays === "one" ? words.playAll : words.playOne}
          </Button>
        </div>
      )}
    </>
  );
}

function OneEpoch(props: {
  readonly jobId: string;
  readonly sample: Sample;
  readonly melody: string;
  readonly epoch: number;
}) {
  const { jobId, sample, melody, epoch } = props;
  const wanted = useMemo(() => [sample], [sample]);
  const [midi] = useSampleMidis(wanted, jobId);
  const piece = useMemo(() => pieceOf(midi?.data), [midi?.data]);
  useGoOn(piece);
  if (piece === undefined)
    return <div className="piece-place">{midi?.isPending === true ? texts.loading : words.cannotRead}</div>;
  return (
    <>
      <SmallRoll piece={piece} title={words.sampleTitle(melody, sample.epoch)} />
      <p className="listen-note" role="status">
        {sample.epoch === epoch ? words.sampleTitle(melody, sample.epoch) : words.nearestSample(sample.epoch)}
      </p>
    </>
  );
}

/** A sample that takes the place of one that plays goes on where that one was. */
function useGoOn(piece: Piece | undefined): void {
  const player = usePlayer();
  const before = useRef(piece);
  useEffect(() => {
    const { current } = before;
    if (piece === undefined || piece === current) return;
    before.current = piece;
    const { piece: played, status } = player.state.getState();
    if (current !== undefined && played === current && status === "playing") player.load(piece, { isEdit: true });
  }, [piece, player]);
  // Until the next sample is there, the one before is not gone, though its roll is.
  const hide = useRef<() => void>(undefined);
  useEffect(() => {
    if (piece === undefined) return;
    hide.current?.();
    hide.current = player.show(piece);
  }, [piece, player]);
  useEffect(
    () => () => {
      hide.current?.();
    },
    [],
  );
}

function AllEpochs(props: {
  readonly jobId: string;
  readonly samples: readonly Sample[];
  readonly melody: string;
  readonly setEpoch: (epoch: number) => void;
}) {
  const { jobId, samples, melody, setEpoch } = props;
  const player = usePlayer();
  const midis = useSampleMidis(samples, jobId);
  const isLoading = midis.some(({ isPending }) => isPending);
  const version = midis.map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  const journey = useMemo(() => {
    const pieces = samples.flatMap(({ epoch }, index) => {
      const piece = pieceOf(midis[index]?.data);
      return piece === undefined ? [] : [{ epoch, piece }];
    });
    return isLoading ? undefined : journeyOf(pieces);
    // `midis` is a new list at each look; its bytes are new only with another version.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [samples, isLoading, version]);
  useEffect(() => {
    if (journey === undefined) return undefined;
    player.load(journey.piece);
    void player.play();
    let shown: number | undefined;
    const follow = player.subscribePosition((tick) => {
      const { piece } = player.state.getState();
      if (piece !== journey.piece) return;
      const epoch = journey.epochAt(tick);
      if (epoch === shown) return;
      shown = epoch;
      setEpoch(epoch);
    });
    return () => {
      follow();
      if (player.state.getState().piece === journey.piece) player.pause();
    };
  }, [journey, player, setEpoch]);
  if (journey === undefined) return <div className="piece-place">{isLoading ? texts.loading : words.cannotRead}</div>;
  return (
    <>
      <SmallRoll piece={journey.piece} title={words.allTitle(melody)} />
      <p className="listen-note">{words.playAllHint(journey.barsOfEpoch)}</p>
    </>
  );
}
