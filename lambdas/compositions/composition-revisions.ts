/** Writes the next revision of a finished composition's files, and removes those that nobody reads any more. */
import { sha256Of } from "../../domain/digest";
import { type Score, scoreSchema } from "../../domain/music/score";
import { midiType } from "../../naming/media-types";
import {
  briefVersionsTag,
  compositionCorrectionKey,
  compositionMidiKey,
  compositionPrefix,
  isNamedByRow,
  parseCorrection,
  parseMidiRevision,
  presentScoreKey,
} from "../../naming/object-keys";
import { maxFileBytes, parseStoredJson } from "../problems/lost-file";
import type { Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone, type Outcome, type Stale } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import type { Log } from "../telemetry/logger";
import { readCompositionFile } from "./composition-file";

export interface RevisionPorts {
  readonly compositions: Pick<Compositions, "get" | "change">;
  readonly files: Pick<ObjectStore, "read" | "write" | "list" | "delete">;
  /** Makes a part of a new file's key, of small letters and digits. */
  readonly newToken: () => string;
  readonly log: Log;
}

/** Returns the score that a composition has now. @throws Problem FILE_LOST */
export async function readPresentScore(
  { compositions, files }: Pick<RevisionPorts, "compositions" | "files">,
  item: CompositionItem,
): Promise<Score> {
  return await readCompositionFile({
    compositions,
    item,
    file: "score",
    read: async (current) => {
      const stored = await files.read(presentScoreKey(current), maxFileBytes);
      return stored === undefined ? undefined : parseStoredJson(stored, scoreSchema);
    },
  });
}

export interface NextRevision {
  /** The row as it was read. */
  readonly item: CompositionItem;
  /** The MIDI file. */
  readonly bytes: Uint8Array;
  /** The score from which later files are written, if a person has corrected it. */
  readonly correctedScore?: Score;
  /** What else the row says of the piece. */
  readonly attributes: Partial<CompositionItem>;
}

/**
 * Writes the files of the next revision under keys of their own, then the row that names them. Files that no row names
 * are removed. If the outcome is stale, nothing was changed.
 */
export async function writeNextRevision(
  ports: RevisionPorts,
  { item, bytes, correctedScore, attributes }: NextRevision,
): Promise<Outcome<CompositionItem, Stale>> {
  const { compositions, files, newToken, log } = ports;
  const token = newToken();
  const revision = (item.midi?.revision ?? 0) + 1;
  const midi = { revision, token, sha256: sha256Of(bytes), bytes: bytes.length };
  const written = [
    { key: compositionMidiKey(item, midi), body: bytes, contentType: midiType },
    ...(correctedScore === undefined
      ? []
      : [
          {
            key: compositionCorrectionKey(item, { revision, token }),
            body: JSON.stringify(correctedScore),
            contentType: "application/json",
          },
        ]),
  ];
  const keys = written.map(({ key }) => key);
  // Corrections can be sent as fast as uploads, so their files go for good as soon.
  const tags = correctedScore === undefined ? {} : { tags: { [briefVersionsTag.key]: briefVersionsTag.value } };
  for (const object of written) await files.write({ ...object, ...tags });
  let outcome: Outcome<CompositionItem, Stale>;
  try {
    outcome = await compositions.change(item, {
      ...attributes,
      midi,
      ...(correctedScore === undefined
        ? {}
        : { correction: { revision, token }, composed: item.composed ?? item.midi }),
    });
  } catch (error) {
    // After any other error, nobody knows whether the row names the files.
    if (error instanceof TableBusy) await files.delete(keys);
    throw error;
  }
  if (!isDone(outcome)) {
    await files.delete(keys);
    return outcome;
  }
  try {
    await removeOldRevisions(files, outcome.value);
  } catch (error) {
    // The change is made. The next change, or the deletion of the composition, removes the files that are left behind.
    log.warn("old revisions of a composition were not removed", { id: item.id, reason: String(error) });
  }
  return outcome;
}

/** The number of files that are listed. No composition has so many; more would be removed with the next change. */
const maxFilesListed = 1_000;

/**
 * Removes the files that the row does not name. The last MIDI revision but one stays, because a URL that was handed out
 * a moment ago may name it. A change that is under way writes the next revision, so none of the files removed belongs
 * to it.
 */
async function removeOldRevisions(files: Pick<ObjectStore, "list" | "delete">, item: CompositionItem): Promise<void> {
  const present = item.midi?.revision ?? 0;
  if (present < 3 && item.correction === undefined) return;
  const prefix = compositionPrefix(item);
  const old = (await files.list(prefix, maxFilesListed))
    .map(({ key }) => key)
    .filter((key) => {
      const name = key.slice(prefix.length);
      const { revision } = parseMidiRevision(name) ?? parseCorrection(name) ?? {};
      return revision !== undefined && revision < present && !isNamedByRow({ kind: "COMPOSITION", name }, item);
    });
  if (old.length > 0) await files.delete(old);
}
