/** Reads a file that a composition's row names. */
import { readFileOfRow, type ReadFileOfRowParams } from "../resources/read-file-of-row";
import type { Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";

export interface ReadCompositionFileParams<Content> extends Pick<
  ReadFileOfRowParams<CompositionItem, Content>,
  "item" | "read"
> {
  readonly compositions: Pick<Compositions, "get">;
  /** The name of the file in the response and in the log. */
  readonly file: "MIDI file" | "MIDI file of the input" | "score" | "list of edit events";
}

const advice = "Create the composition again, or delete it.";

/**
 * Returns the content of a composition's file, as `readFileOfRow` does.
 * @throws Problem NOT_FOUND, FILE_LOST
 */
export async function readCompositionFile<Content>({
  compositions,
  ...params
}: ReadCompositionFileParams<Content>): Promise<Content> {
  return await readFileOfRow({ ...params, items: compositions, advice });
}
