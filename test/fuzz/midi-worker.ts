/** Reads mutants of MIDI files. */
import { checkExtraction } from "../support/extraction-laws";
import { mutantOf } from "./mutate-midi";
import { readTask } from "./read-mutants";

void readTask(mutantOf, (bytes) => {
  const extraction = checkExtraction(bytes);
  return extraction.kind === "REJECTED" ? extraction.rejection.code : extraction.kind;
});
