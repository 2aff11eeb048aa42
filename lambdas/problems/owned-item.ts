import type { OwnedBy } from "../../naming/object-keys";
import type { OwnedKind } from "../../naming/table-keys";
import { notFound } from "./problem";

/** The names of the kinds of items, as a problem's sentence has them. */
export const kindsInWords: Readonly<Record<OwnedKind, string>> = {
  TRACK: "track",
  COMPOSITION: "composition",
  MODEL: "model",
  TRAINING_JOB: "training job",
  DATASET: "data set",
};

/** Returns one of the caller's items. @throws Problem NOT_FOUND */
export async function ownedItem<Item>(
  kind: OwnedKind,
  items: { get(key: OwnedBy): Promise<Item | undefined> },
  key: OwnedBy,
): Promise<Item> {
  const item = await items.get(key);
  if (item === undefined) throw notFound(kindsInWords[kind], key.id);
  return item;
}
