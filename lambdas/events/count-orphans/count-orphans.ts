import {
  modelCardFile,
  modelFile,
  ownedObjectsPrefix,
  parseMidiRevision,
  parseOwnedObjectKey,
  type OwnedObject,
} from "../../../domain/names/object-keys";
import { ownedKey, pendingChangeKey, type TableKey } from "../../../domain/names/table-keys";
import type { ListedObject, ObjectPages } from "../../aws/object-pages";
import type { RowByKey, RowsByKey } from "../../aws/table/rows-by-key";
import type { Log } from "../../telemetry/logger";
import type { MetricRecorder } from "../../telemetry/metrics";

export interface CountOrphansParams {
  readonly artefacts: ObjectPages;
  readonly rows: RowsByKey;
  readonly now: () => Date;
  /** No further page is read after this instant. */
  readonly deadline: Date;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export interface OrphanCount {
  readonly objects: number;
  readonly orphans: number;
  readonly orphanBytes: number;
  /** False when the time was over before the last object. */
  readonly complete: boolean;
}

/** Younger ones may belong to work that is under way. */
const oldEnoughSeconds = 86_400;
const mostNamedInLog = 20;

/**
 * Compares the kept objects of all users with their rows and pending changes, and counts those that nothing names.
 *
 * It removes nothing. Every way that is known to leave a file behind has its own end (docs/adr/0020-rows-before-files.md),
 * so an orphan is a fault that nobody has understood yet, and one of the faults it may be is in this very comparison:
 * whoever follows the metric looks first.
 */
export async function countOrphans(params: CountOrphansParams): Promise<OrphanCount> {
  const { artefacts, rows, now, deadline, log, metrics } = params;
  const youngest = now().getTime() - oldEnoughSeconds * 1_000;
  const count = { objects: 0, orphans: 0, orphanBytes: 0, complete: true };
  const named: string[] = [];
  for await (const page of artefacts.under(ownedObjectsPrefix)) {
    if (now() >= deadline) {
      count.complete = false;
      break;
    }
    count.objects += page.length;
    const orphans = await orphansOf(
      page.filter(({ modifiedAt }) => modifiedAt.getTime() <= youngest),
      rows,
    );
    count.orphans += orphans.length;
    count.orphanBytes += orphans.reduce((sum, { bytes }) => sum + bytes, 0);
    named.push(...orphans.slice(0, mostNamedInLog - named.length).map(({ key }) => key));
  }
  metrics.record("OrphanObjects", count.orphans);
  if (count.orphans > 0 || !count.complete) log.warn("objects that no row names", { ...count, first: named });
  else log.info("every object has its row", count);
  return count;
}

const text = ({ pk, sk }: TableKey): string => `${pk} ${sk}`;

async function orphansOf(objects: readonly ListedObject[], rows: RowsByKey): Promise<readonly ListedObject[]> {
  const owned = objects.map((object) => ({ object, of: parseOwnedObjectKey(object.key) }));
  const keys = new Map<string, TableKey>();
  for (const { of } of owned) {
    if (of === undefined) continue;
    for (const key of [rowKeyOf(of), changeKeyOf(of)]) keys.set(text(key), key);
  }
  const found = new Map((await rows.find([...keys.values()])).map((row) => [text(row), row]));
  return owned
    .filter(({ of }) => {
      if (of === undefined) return true;
      if (found.has(text(changeKeyOf(of)))) return false;
      const row = found.get(text(rowKeyOf(of)));
      return row === undefined || !names(row, of);
    })
    .map(({ object }) => object);
}

const rowKeyOf = ({ kind, sub, id }: OwnedObject): TableKey => ownedKey(kind, sub, id);
const changeKeyOf = ({ kind, sub, id }: OwnedObject): TableKey => pendingChangeKey(kind, sub, id);

/** Whether the object is one that the row speaks of. */
function names({ midi }: RowByKey, { kind, name }: OwnedObject): boolean {
  if (kind === "MODEL") return name === modelFile || name === modelCardFile;
  if (kind !== "COMPOSITION") return true;
  const revision = parseMidiRevision(name);
  // Score and edit events; and all that a composition without a MIDI file has goes with the composition.
  if (revision === undefined || midi === undefined) return true;
  // The one before stays readable: see lambdas/api/compositions/update-composition.ts.
  if (revision.revision === midi.revision - 1) return true;
  return revision.revision === midi.revision && revision.token === midi.token;
}
