/** Reads a file that a composition's row names, although the composition may be changed or deleted at the same time. */
import { fileLost, isDamage } from "../problems/lost-file";
import { ownedItem } from "../problems/owned-item";
import type { Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";

export interface ReadCompositionFileParams<Outcome> {
  readonly compositions: Pick<Compositions, "get">;
  /** The row as it was read. It names the file. */
  readonly item: CompositionItem;
  /** Reads the file that a row names; undefined if there is none. Throws DamagedFile if its content cannot be right. */
  readonly read: (item: CompositionItem) => Promise<Outcome | undefined>;
  /** The name of the file in the response and in the log. */
  readonly file: "MIDI file" | "score" | "list of edit events";
}

/** The number of tries. Nobody changes a composition more often in the time of one read. */
const maxTries = 4;

/** The content that was read, or the reason why there is none; `damage` is undefined if there is no file. */
type Reading<Outcome> = { readonly found: Outcome } | { readonly damage: Error | undefined };

async function tryToRead<Outcome>(read: () => Promise<Outcome | undefined>): Promise<Reading<Outcome>> {
  try {
    const found = await read();
    return found === undefined ? { damage: undefined } : { found };
  } catch (error) {
    if (isDamage(error)) return { damage: error };
    throw error;
  }
}

/**
 * Returns the content of a composition's file. If the file is missing or is not what the row says, the row may have
 * changed or gone since it was read, so the row is read again.
 * @throws Problem NOT_FOUND when the composition has been deleted; Problem FILE_LOST when its row stays as it was;
 * Error
 *   when the row changes with every read
 */
export async function readCompositionFile<Outcome>(params: ReadCompositionFileParams<Outcome>): Promise<Outcome> {
  const { compositions, read, file } = params;
  let { item } = params;
  for (let tries = 1; ; tries += 1) {
    const current = item;
    const reading = await tryToRead(async () => await read(current));
    if ("found" in reading) return reading.found;
    const reloaded = await ownedItem("COMPOSITION", compositions, item);
    if (reloaded.version === item.version) {
      const advice = "Create the composition again, or delete it.";
      throw fileLost({ file, resource: `composition ${item.id}`, advice, damage: reading.damage });
    }
    if (tries === maxTries) throw new Error(`composition ${item.id} changed ${tries} times while it was read`);
    item = reloaded;
  }
}
