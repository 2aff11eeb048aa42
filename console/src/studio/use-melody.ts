/** The melody that the draft names: its notes, its name, and what it can be chosen from. */
import { useMemo } from "react";
import {
  useComposition,
  useCompositionMidi,
  useSampleMelodies,
  useSampleMelodyMidi,
  useTrack,
  useTrackMidi,
} from "../api/queries";
import { type Piece, PieceError } from "../piece/piece";
import { readMusic, type ReadOptions, type TakenBars } from "../piece/read-piece";
import { texts } from "../texts/en";
import { fromBase64 } from "./base64";
import type { OwnMelody } from "./draft";
import type { MelodySource } from "./melody-source";

export interface Melody {
  /** All that the file has. */
  readonly whole: Piece | undefined;
  /** The melody alone. */
  readonly piece: Piece | undefined;
  /** The bars of the file that it has, where the file's time signature changes. */
  readonly taken: TakenBars | undefined;
  /** Which track of the whole is the melody. */
  readonly trackIndex: number;
  readonly name: string;
  readonly error: unknown;
}

/** Pieces of melodies that are edited here: the same object as the stage has, so that its undo goes on. */
const editedPieces = new WeakMap<OwnMelody, Piece>();

export function rememberPiece(own: OwnMelody, piece: Piece): void {
  editedPieces.set(own, piece);
}

/** Returns a piece of one track of another, or the same piece where it has no other track. */
export function trackAlone(piece: Piece, track: number): Piece {
  const chosen = piece.tracks[track];
  return chosen === undefined || piece.tracks.length === 1 ? piece : { ...piece, tracks: [chosen] };
}

interface ReadResult {
  readonly piece?: Piece;
  readonly taken?: TakenBars;
  readonly error?: PieceError;
}

export function tryReadPiece(bytes: ArrayBuffer | undefined, options?: ReadOptions): ReadResult {
  if (bytes === undefined) return {};
  try {
    return readMusic(bytes, options);
  } catch (error) {
    if (error instanceof PieceError) return { error };
    throw error;
  }
}

/** @param bar the first bar that is wanted: where the file's time signature changes, the melody is the part with it */
export function useMelody(source: MelodySource, own: OwnMelody | undefined, bar?: number): Melody {
  const idOf = (kind: MelodySource["kind"]): string | undefined =>
    source.kind === kind && source.kind !== "own" ? source.id : undefined;
  const samples = useSampleMelodies();
  const sampleMidi = useSampleMelodyMidi(idOf("sample"));
  const track = useTrack(idOf("track"));
  const trackMidi = useTrackMidi(idOf("track"));
  const composition = useComposition(idOf("composition"));
  const compositionMidi = useCompositionMidi(composition.data);
  const bytes = { sample: sampleMidi.data, track: trackMidi.data, composition: compositionMidi.data, own: undefined }[
    source.kind
  ];
  const failed = {
    sample: sampleMidi.error,
    track: track.error ?? trackMidi.error,
    composition: composition.error ?? compositionMidi.error,
    own: null,
  }[source.kind];
  const name = {
    sample: samples.data?.items.find(({ id }) => id === idOf("sample"))?.name,
    track: track.data?.name,
    composition: composition.data?.name,
    own: own?.name,
  }[source.kind];
  const trackIndex = ((): number => {
    if (source.kind === "composition") return source.trackIndex ?? 0;
    if (source.kind === "own") return own?.tracks?.place ?? 0;
    // The API numbers the tracks of the file; a piece has those with notes, in the same order.
    const place = track.data?.tracks.findIndex(({ index }) => index === track.data.trackIndex) ?? 0;
    return source.kind === "track" ? Math.max(0, place) : 0;
  })();
  const read = useMemo<ReadResult>(() => {
    const isFile = source.kind === "own" || source.kind === "track";
    const options = { ...(isFile ? { track: trackIndex } : {}), bar };
    if (source.kind !== "own") return tryReadPiece(bytes, options);
    if (own === undefined) return {};
    const piece = editedPieces.get(own);
    return piece === undefined ? tryReadPiece(fromBase64(own.file).buffer, options) : { piece };
  }, [bar, bytes, own, source.kind, trackIndex]);
  const { piece: whole, taken } = read;
  const piece = useMemo(() => (whole === undefined ? undefined : trackAlone(whole, trackIndex)), [trackIndex, whole]);
  return {
    whole,
    piece,
    taken,
    trackIndex,
    name: name ?? texts.studio.melody.unnamed,
    error: read.error ?? failed ?? undefined,
  };
}
