/** Reading a file that a composition's row names, while the composition may be changed or deleted at the same time. */
import { fileLost, isDamage } from "../problems/lost-file";
import { ownedItem } from "../problems/owned-item";
import type { Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";

export interface ReadCompositionFileParams<Outcome> {
  readonly compositions: Pick<Compositions, "get">;
  /** As it was read: it says which file. */
  readonly item: CompositionItem;
  /** Nothing when the file is not there; throws DamagedFile when its content cannot be right. */
  readonly read: (item: CompositionItem) => Promise<Outcome | undefined>;
  /** The file, as the response and the log name it. */
  readonly file: "MIDI file" | "score" | "list of edit events";
}

/** More changes in the time of one read than anybody makes. */
const maxTries = 4;

/** What was read, or why nothing could be: `damage` is absent where the file is not there. */
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
 * A file that is not there or is not what the row says may mean that the row has changed or gone since it was read: it is
 * read again.
 * @throws ItemNotFound when the composition has been deleted; Problem FILE_LOST when its row stays as it was; Error when
 *   the row changes with every read
 */
export async function readCompositionFile<Outcome>(params: ReadCompositionFileParams<Outcome>): Promise<Outcome> {
  const { compositions, read, file } = params;
  let { item } = params;
  for (let tries = 1; ; tries += 1) {
    const present = item;
    const reading = await tryToRead(async () => await read(present));
    if ("found" in reading) return reading.found;
    const now = await ownedItem("COMPOSITION", compositions, item);
    if (now.version === item.version) {
      const advice = "Create the composition again, or delete it.";
      throw fileLost({ file, resource: `composition ${item.id}`, advice, damage: reading.damage });
    }
    if (tries === maxTries) throw new Error(`composition ${item.id} changed ${tries} times while it was read`);
    item = now;
  }
}
