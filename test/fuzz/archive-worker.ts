/** Reads mutants of archives. */
import { checkArchive } from "../support/archive-laws";
import { archiveMutantOf } from "./mutate-archive";
import { readTask } from "./read-mutants";

void readTask(archiveMutantOf, async (bytes) => {
  const listing = await checkArchive(bytes);
  return listing.kind === "REFUSED" ? listing.code : listing.kind;
});
