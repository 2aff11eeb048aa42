/** Parts of data sets that the table's items and the API share. */
import * as z from "zod";
import { lineUps } from "../music/extraction/line-ups";
import { pieceTimeSignatures } from "../music/time-signatures";
import { splits } from "../training/selection";
import { sha256Schema } from "./ids";

/** What a data set can be in. One that is being deleted is no longer shown. */
export const datasetStates = ["OPEN"] as const;

/** What a version of a data set can be in: being made, made for good, or impossible. */
export const datasetVersionStates = ["FREEZING", "READY", "FAILED"] as const;

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

const splitAmountsSchema = z.strictObject({ pieces: countSchema, bars: countSchema });
/** What a version has for each split. */
const amountsBySplitSchema = z.record(z.enum(splits), splitAmountsSchema);

/** What a version that is ready has: all that is said of it without reading its catalogue. */
export const versionContentSchema = z.strictObject({
  /** Digest of the lines of all shards, by which the container knows that it reads this version. */
  sha256: sha256Schema,
  /** The number of the rule by which its files were read. */
  extractionRule: z.int().min(1),
  pieces: z.int().min(1),
  bars: z.int().min(1),
  splits: amountsBySplitSchema,
  /** Bars of the line-up in other metres than the version's. */
  barsLeftOut: z.partialRecord(z.enum(pieceTimeSignatures), countSchema),
  /** The number of files that have the notes of another one. */
  sameNotes: countSchema,
  voices: z.array(z.strictObject({ name: z.string(), program: z.int().min(0).max(127) })).min(2),
  /** The number of values by tag. */
  tagValues: z.record(z.string(), z.int().min(1)),
});
export type VersionContent = z.infer<typeof versionContentSchema>;
