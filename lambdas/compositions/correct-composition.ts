import { sha256Of } from "../../domain/digest";
import { UnreadableMidiError } from "../../domain/music/byte-reader";
import { measureScore } from "../../domain/music/composition-metrics";
import { correctScore, type CorrectScoreResult } from "../../domain/music/corrected-score";
import { withPrograms } from "../../domain/music/instruments";
import { stepsPerBeat } from "../../domain/music/melody";
import { type Score, scoreNoteBars, scoreOutput, scorePitchSpans } from "../../domain/music/score";
import { parseMidi, type Song } from "../../domain/music/song";
import type { CompositionOutput } from "../../domain/schemas/composition-parts";
import { storableMetrics } from "../../domain/schemas/metrics";
import { compositionMidiKey } from "../../naming/object-keys";
import { maxFileBytes } from "../problems/lost-file";
import { Problem } from "../problems/problem";
import { readableMidi } from "../problems/readable-midi";
import type { CompositionItem } from "../stores/items";
import { doneWith, type Outcome, type Stale } from "../stores/outcome";
import { readCompositionFile } from "./composition-file";
import { readPresentScore, type RevisionPorts, writeNextRevision } from "./composition-revisions";
import { pollAfterSeconds } from "./poll-interval";

export interface CorrectCompositionParams extends RevisionPorts {
  /** The row as it was read. If it has changed since, the outcome is stale. */
  readonly item: CompositionItem;
  /** The MIDI file with the corrected notes. */
  readonly bytes: Uint8Array;
  readonly now: () => Date;
}

/** Returns true if the bytes are the MIDI file that the composition has already. */
export const hasFile = ({ midi }: CompositionItem, bytes: Uint8Array): boolean => midi?.sha256 === sha256Of(bytes);

/**
 * Puts a person's notes in the place of a finished piece's own. The file is kept as it was sent; the notes from which
 * later files and pieces are made are read from it. Sending the file that the piece has already changes nothing.
 * @throws Problem NOT_READY, UNREADABLE_MIDI, CORRECTION_NOT_APPLICABLE, FILE_LOST
 */
export async function correctComposition(params: CorrectCompositionParams): Promise<Outcome<CompositionItem, Stale>> {
  const { item, bytes, now, ...ports } = params;
  const { output } = item;
  if (item.state !== "COMPLETED" || output === undefined) throw noPiece(item, now());
  if (hasFile(item, bytes)) return doneWith(item);
  const corrected = readableMidi(bytes);
  const result = correctScore({
    score: await readPresentScore(ports, item),
    present: await readPresentFile(ports, item),
    corrected,
  });
  if (result.kind === "REFUSED") throw notApplicable(result.issues);
  const { score } = result;
  return await writeNextRevision(ports, {
    item,
    bytes,
    correctedScore: score,
    attributes: {
      output: correctedOutput(result, output),
      barsWithNotes: scoreNoteBars(score),
      pitchSpans: scorePitchSpans(score),
      ...(item.phraseEnds === undefined ? {} : { phraseEnds: remainingPhraseEnds(item.phraseEnds, score) }),
    },
  });
}

/**
 * Returns the song of the present file; undefined if it has more notes than an uploaded file may have, so that the notes
 * of the corrected one, which has fewer, are taken as they are.
 */
async function readPresentFile(
  { compositions, files }: RevisionPorts,
  item: CompositionItem,
): Promise<Song | undefined> {
  const { song } = await readCompositionFile({
    compositions,
    item,
    file: "MIDI file",
    read: async (current) => {
      const stored =
        current.midi === undefined
          ? undefined
          : await files.read(compositionMidiKey(current, current.midi), maxFileBytes);
      if (stored === undefined) return undefined;
      try {
        return { song: parseMidi(stored) };
      } catch (error) {
        if (error instanceof UnreadableMidiError) return { song: undefined };
        throw error;
      }
    },
  });
  return song;
}

/** Returns what the row shows of a corrected piece. A track that is silent now keeps the instrument that it had. */
function correctedOutput(
  { score, programs }: Extract<CorrectScoreResult, { kind: "CORRECTED" }>,
  { tracks, editEventCount, remarks }: CompositionOutput,
): CompositionOutput {
  const present = new Map(tracks.map(({ index, program }) => [index, program]));
  return {
    ...scoreOutput(
      withPrograms(score, new Map([...present, ...programs])),
      storableMetrics(measureScore(score)),
      editEventCount,
    ),
    ...(remarks === undefined ? {} : { remarks }),
  };
}

/** Returns the ends of phrases at which a note of the tune still begins. */
function remainingPhraseEnds(phraseEnds: readonly number[], { tracks: [tune], ticksPerBeat }: Score): number[] {
  const begins = new Set(tune?.notes.map(({ startTick }) => Math.round((startTick * stepsPerBeat) / ticksPerBeat)));
  return phraseEnds.filter((step) => begins.has(step));
}

function noPiece(item: CompositionItem, now: Date): Problem {
  const wait = pollAfterSeconds(item, now);
  return new Problem("NOT_READY", {
    detail: `The composition is ${item.state}; its notes can be corrected when it is COMPLETED.`,
    errors: [{ pointer: "/state", reason: "is not COMPLETED", value: item.state, allowed: "COMPLETED" }],
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}

const notApplicable = (errors: Extract<CorrectScoreResult, { kind: "REFUSED" }>["issues"]): Problem =>
  new Problem("CORRECTION_NOT_APPLICABLE", {
    detail: "The file does not fit the piece that it is to correct, see `errors`.",
    errors: [...errors],
  });
