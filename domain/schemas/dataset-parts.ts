/** Parts of data sets that the table's items and the API share. */
import * as z from "zod";
import { lineUps } from "../music/extraction/line-ups";
import { pieceTimeSignatures } from "../music/time-signatures";

/** What a data set can be in. One that is being deleted is no longer shown. */
export const datasetStates = ["OPEN"] as const;

/** Why the owner of a data set may train on it. */
export const licenseKinds = ["own-work", "public-domain", "licensed", "permission"] as const;

/** The version of the sentence that the owner of a data set confirms. It is kept with the confirmation. */
export const rightsStatementVersion = 1;
export const rightsStatement =
  "I may use these files to train models, because I made them, or because they are in the public domain, " +
  "or because their license or their authors allow it.";

const countSchema = z.int().min(0);

/** The numbers of a data set's files by what became of them. */
export const fileCountsSchema = z.strictObject({ pending: countSchema, accepted: countSchema, rejected: countSchema });

/** Bars by the time signatures of pieces. Bars in any other, and those cut short, are together. */
export const barsByTimeSignatureSchema = z.partialRecord(z.enum([...pieceTimeSignatures, "other"]), countSchema);
export type BarsByTimeSignature = z.infer<typeof barsByTimeSignatureSchema>;

/** What files have for a line-up. */
export const lineUpAmountsSchema = z.strictObject({ files: countSchema, pieces: countSchema, bars: countSchema });
export const lineUpsSchema = z.partialRecord(z.enum(lineUps), lineUpAmountsSchema);
export type LineUpAmounts = z.infer<typeof lineUpsSchema>;

/** Where the tags of an archive's files come from: their folders, the table `tags.csv` in it, or nowhere. */
export const tagSources = ["folders", "csv", "none"] as const;
export type TagSource = (typeof tagSources)[number];

/** Values by tag. The rules of a tag's name and values are the domain's (domain/datasets). */
export const tagsSchema = z.record(z.string(), z.array(z.string()));
