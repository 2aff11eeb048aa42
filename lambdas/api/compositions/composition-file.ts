/** Reading a file that a composition's row names, while the composition may be changed or deleted at the same time. */
import type { CompositionItem } from "../../../domain/schemas/items";
import type { OwnedItems } from "../../aws/table/owned-items";

export interface ReadCompositionFileParams<Outcome> {
  readonly compositions: Pick<OwnedItems<CompositionItem>, "load">;
  /** As it was read: it says which file. */
  readonly item: CompositionItem;
  /** Nothing when the file is not there. */
  readonly read: (item: CompositionItem) => Promise<Outcome | undefined>;
  /** The file, for the log. */
  readonly what: string;
}

/** More changes in the time of one read than anybody makes. */
const mostTries = 4;

/**
 * A file that is not there means that the row has changed or gone since it was read: it is read again.
 * @throws ItemNotFound when the composition has been deleted; Error when a row that does not change names no file
 */
export async function readCompositionFile<Outcome>(params: ReadCompositionFileParams<Outcome>): Promise<Outcome> {
  const { compositions, read, what } = params;
  let { item } = params;
  for (let tries = 1; ; tries += 1) {
    const found = await read(item);
    if (found !== undefined) return found;
    const now = await compositions.load(item);
    if (now.version === item.version || tries === mostTries) throw new Error(`composition ${item.id} has no ${what}`);
    item = now;
  }
}
