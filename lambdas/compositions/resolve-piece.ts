import { midiLimits, UnreadableMidiError } from "../../domain/music/byte-reader";
import { applyInputOptions } from "../../domain/music/chosen-part";
import {
  choosePiece,
  type GivenPiece,
  pieceOfMelody,
  TooManyTracks,
  wholeFile,
  wholeScore,
} from "../../domain/music/given-piece";
import { type Melody, MelodyError, type TrackMelody, trackMelody } from "../../domain/music/melody";
import { findSampleMelody, sampleAsMelody } from "../../domain/music/sample-melodies";
import { type Score, scoreMelody, scoreSchema } from "../../domain/music/score";
import { parseMidi } from "../../domain/music/song";
import type { Failure } from "../../domain/schemas/failure";
import { presentScoreKey, trackKey } from "../../naming/object-keys";
import type { Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";
import { type ObjectStore, ObjectTooLargeError } from "../stores/objects";
import type { Tracks } from "../stores/tracks";
import { givesWholePiece } from "./whole-piece";

export interface ResolvePieceParams {
  readonly composition: CompositionItem;
  readonly compositions: Pick<Compositions, "get">;
  readonly tracks: Pick<Tracks, "get">;
  readonly artifacts: Pick<ObjectStore, "read">;
}

interface Unusable {
  readonly kind: "UNUSABLE";
  readonly failure: Failure;
}

export type ResolvedPiece = { readonly kind: "PIECE"; readonly piece: GivenPiece } | Unusable;

/** One melody of an input, or all of its tracks, before the options are applied. */
type InputMusic =
  | { readonly kind: "MELODY"; readonly melody: Melody | TrackMelody }
  | { readonly kind: "WHOLE"; readonly whole: ReturnType<typeof wholeScore> }
  | Unusable;

/** The largest score that is read. A piece of 64 bars with 17 full tracks has some 20 MB as JSON. */
const maxScoreBytes = 32 * 1024 * 1024;

const unusable = (code: string, message: string): Unusable => ({
  kind: "UNUSABLE",
  failure: { code, message: message.slice(0, 1024), retryable: false },
});
const gone = (input: string): Unusable =>
  unusable("INPUT_NOT_FOUND", `The ${input} that was the input does not exist any more.`);

/** Returns the melody or the tracks that the composition asks for, with its options applied. */
export async function resolvePiece(params: ResolvePieceParams): Promise<ResolvedPiece> {
  try {
    const found = await inputMusic(params);
    if (found.kind === "UNUSABLE") return found;
    const { inputOptions, technique } = params.composition;
    if (found.kind === "WHOLE") return { kind: "PIECE", piece: choosePiece(found.whole, inputOptions, technique) };
    return { kind: "PIECE", piece: pieceOfMelody(applyInputOptions(found.melody, inputOptions, technique)) };
  } catch (error) {
    if (error instanceof MelodyError) return unusable(error.code, `The input cannot be used: ${error.message}.`);
    if (error instanceof TooManyTracks) return unusable("INPUT_TOO_LARGE", error.message);
    if (error instanceof UnreadableMidiError)
      return unusable("INPUT_UNREADABLE", `The input cannot be read: ${error.message}.`);
    if (error instanceof ObjectTooLargeError)
      return unusable(
        "INPUT_UNREADABLE",
        `The input's file has ${error.bytes} bytes; at most ${error.maxBytes} can be read.`,
      );
    throw error;
  }
}

/** Parses a score; undefined for a file that no worker of ours has written. */
function readScore(bytes: Uint8Array): Score | undefined {
  try {
    const document: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return scoreSchema.safeParse(document).data;
  } catch {
    return undefined;
  }
}

/**
 * Returns the score that a finished composition has. A correction replaces the one before, so a file that is missing is
 * looked for once more under the key that the row names by then.
 */
async function readScoreBytes({
  source,
  compositions,
  artifacts,
}: Pick<ResolvePieceParams, "compositions" | "artifacts"> & { readonly source: CompositionItem }): Promise<
  Uint8Array | undefined
> {
  if (source.state !== "COMPLETED") return undefined;
  const bytes = await artifacts.read(presentScoreKey(source), maxScoreBytes);
  if (bytes !== undefined) return bytes;
  const now = await compositions.get(source);
  const isReplaced = now !== undefined && presentScoreKey(now) !== presentScoreKey(source);
  return isReplaced ? await artifacts.read(presentScoreKey(now), maxScoreBytes) : undefined;
}

async function inputMusic({ composition, compositions, tracks, artifacts }: ResolvePieceParams): Promise<InputMusic> {
  const { sub, input } = composition;
  const isWhole = givesWholePiece(composition);
  if ("sampleMelodyId" in input) {
    const sample = findSampleMelody(input.sampleMelodyId);
    return sample === undefined ? gone("sample melody") : { kind: "MELODY", melody: sampleAsMelody(sample) };
  }
  if ("trackId" in input) {
    const owned = { sub, id: input.trackId };
    const track = await tracks.get(owned);
    const bytes = track === undefined ? undefined : await artifacts.read(trackKey(owned), midiLimits.bytes);
    if (track === undefined || bytes === undefined) return gone("track");
    const song = parseMidi(bytes);
    const line = trackMelody(song, track.trackIndex);
    return isWhole
      ? { kind: "WHOLE", whole: wholeFile(song, { index: track.trackIndex, line }) }
      : { kind: "MELODY", melody: line };
  }
  const owned = { sub, id: input.compositionId };
  const source = await compositions.get(owned);
  const bytes = source === undefined ? undefined : await readScoreBytes({ source, compositions, artifacts });
  if (bytes === undefined) return gone("composition");
  const score = readScore(bytes);
  if (score === undefined) {
    return unusable(
      "INPUT_UNREADABLE",
      "The score of the composition that was the input cannot be read. It is damaged.",
    );
  }
  if (isWhole) return { kind: "WHOLE", whole: wholeScore(score) };
  const index = input.trackIndex ?? 0;
  const melody = scoreMelody(score, index);
  return melody === undefined
    ? unusable("TRACK_NOT_FOUND", `The composition has no track ${index} with notes.`)
    : { kind: "MELODY", melody };
}
