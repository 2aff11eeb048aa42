/** Reads a file that a row names, although the row may be changed or deleted at the same time. */
import type { OwnedBy } from "../../naming/object-keys";
import type { OwnedKind } from "../../naming/table-keys";
import { fileLost, isDamage } from "../problems/lost-file";
import { kindsInWords, ownedItem } from "../problems/owned-item";

export interface ReadFileOfRowParams<Item, Content> {
  readonly items: { get(key: OwnedBy): Promise<Item | undefined> };
  /** The row as it was read. It names the file. */
  readonly item: Item;
  /** Reads the file that a row names; undefined if there is none. Throws DamagedFile if its content cannot be right. */
  readonly read: (item: Item) => Promise<Content | undefined>;
  /** The name of the resource in the response, if its reader must not learn its id. */
  readonly resourceInResponse?: string;
  /** The name of the file in the response and in the log. */
  readonly file: string;
  /** A sentence that says what the caller can do when the file is lost. */
  readonly advice: string;
}

type RowWithFile = OwnedBy & { readonly kind: OwnedKind; readonly version: number };

/** The number of tries. Nobody changes a row more often in the time of one read. */
const maxTries = 4;

/** The content that was read, or the reason why there is none; `damage` is undefined if there is no file. */
type Reading<Content> = { readonly found: Content } | { readonly damage: Error | undefined };

async function tryToRead<Content>(read: () => Promise<Content | undefined>): Promise<Reading<Content>> {
  try {
    const found = await read();
    return found === undefined ? { damage: undefined } : { found };
  } catch (error) {
    if (isDamage(error)) return { damage: error };
    throw error;
  }
}

/**
 * Returns the content of a row's file. If the file is missing or is not what the row says, the row may have changed or
 * gone since it was read, so the row is read again.
 * @throws Problem NOT_FOUND when the row has been deleted; Problem FILE_LOST when the row stays as it was; Error
 *   when the row changes with every read
 */
export async function readFileOfRow<Item extends RowWithFile, Content>(
  params: ReadFileOfRowParams<Item, Content>,
): Promise<Content> {
  const { items, read, file, advice, resourceInResponse } = params;
  let { item } = params;
  for (let tries = 1; ; tries += 1) {
    const current = item;
    const reading = await tryToRead(async () => await read(current));
    if ("found" in reading) return reading.found;
    const resource = `${kindsInWords[item.kind]} ${item.id}`;
    const reloaded = await ownedItem(item.kind, items, item);
    if (reloaded.version === item.version) {
      throw fileLost({ file, resource, resourceInResponse, advice, damage: reading.damage });
    }
    if (tries === maxTries) throw new Error(`${resource} changed ${tries} times while it was read`);
    item = reloaded;
  }
}
