/** Reading a file that a composition's row names, while the composition may be changed or deleted at the same time. */
import type { CompositionItem } from "../../../domain/schemas/items";
import type { OwnedItems } from "../../aws/table/owned-items";
import { Problem } from "../../http/problem";

export interface ReadCompositionFileParams<Outcome> {
  readonly compositions: Pick<OwnedItems<CompositionItem>, "load">;
  /** As it was read: it says which file. */
  readonly item: CompositionItem;
  /** Nothing when the file is not there. */
  readonly read: (item: CompositionItem) => Promise<Outcome | undefined>;
  /** The file, as the answer and the log name it. */
  readonly what: "MIDI file" | "score" | "list of edit events";
}

/** More changes in the time of one read than anybody makes. */
const mostTries = 4;

/**
 * The row is there and its file is not: something outside this API removed it. Nothing that the caller sends brings it
 * back, so this is an answer of its own; the cause makes the wrapper log it as an error.
 */
function fileLost({ id }: CompositionItem, what: string): Problem {
  return new Problem("FILE_LOST", {
    detail: `The ${what} of composition ${id} is lost. Create the composition again, or delete it.`,
    cause: new Error(`composition ${id} has no ${what}`),
  });
}

/**
 * A file that is not there means that the row has changed or gone since it was read: it is read again.
 * @throws ItemNotFound when the composition has been deleted; Problem FILE_LOST when its row stays as it was; Error when
 *   the row changes with every read
 */
export async function readCompositionFile<Outcome>(params: ReadCompositionFileParams<Outcome>): Promise<Outcome> {
  const { compositions, read, what } = params;
  let { item } = params;
  for (let tries = 1; ; tries += 1) {
    const found = await read(item);
    if (found !== undefined) return found;
    const now = await compositions.load(item);
    if (now.version === item.version) throw fileLost(item, what);
    if (tries === mostTries) throw new Error(`composition ${item.id} changed ${tries} times while it was read`);
    item = now;
  }
}
