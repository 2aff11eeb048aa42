/** Chooses the pieces of a data set that a training learns from and is judged by. */
import type { Catalogue, ChosenTimeSignature } from "../../domain/datasets/columnar-catalogue";
import { isReadable, type Topics } from "../../domain/training/selection";

/** Returns the pieces that topics select, as far as the trainers can read them, in one time signature. */
export const learnedPieces = (catalogue: Catalogue, topics: Topics): ChosenTimeSignature =>
  catalogue.inOneTimeSignature(catalogue.narrow(catalogue.select(topics), isReadable));
