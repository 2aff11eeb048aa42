/** What a model file may be, from the container that exports it to the one that opens it: contracts/model-limits.json. */
import document from "../../contracts/model-limits.json";

export const maxModelBytes: number = document.maxModelBytes;
