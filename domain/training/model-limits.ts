/**
 * The limits of a model file, which hold for the container that exports it and for the one that opens it
 * (contracts/model-limits.json).
 */
import document from "../../contracts/model-limits.json";

export const maxModelBytes: number = document.maxModelBytes;
