/**
 * The catalogue of a version of a data set as a document (contracts/dataset-catalogue). It is stored packed by gzip
 * beside the shards, once, and never changes: whoever has the version may keep what was read of it.
 */
import * as z from "zod";
import { datasetReferenceSchema } from "../schemas/training-parts";
import { Catalogue, type CataloguePiece, columnsOf } from "./columnar-catalogue";

/** `licence` keeps its British name, because stored catalogues and published data sets have it. */
export const cataloguedDatasetSchema = z.strictObject({
  ...datasetReferenceSchema.shape,
  name: z.string(),
  licence: z.string(),
});
export type CataloguedDataset = z.infer<typeof cataloguedDatasetSchema>;

/** The columns are judged by {@link openCatalogue}, in one pass: a Zod schema of a million postings takes most of a second. */
export const catalogueFileSchema = z.strictObject({
  schemaVersion: z.literal(2),
  dataset: cataloguedDatasetSchema,
  voices: z.array(z.string()).min(2).max(16),
  columns: z.strictObject({
    ids: z.array(z.string()).min(1),
    bars: z.custom<readonly number[]>(Array.isArray),
    splits: z.string(),
    tags: z.record(z.string(), z.record(z.string(), z.custom<readonly number[]>(Array.isArray))),
  }),
});
export type CatalogueFile = z.infer<typeof catalogueFileSchema>;

/** Returns the catalogue of the pieces of a version, in their order. The names of the voices are those of the line-up. */
export function catalogueFile(params: {
  readonly dataset: CataloguedDataset;
  readonly voices: readonly string[];
  readonly pieces: readonly CataloguePiece[];
}): CatalogueFile {
  const { dataset, voices, pieces } = params;
  return catalogueFileSchema.parse({ schemaVersion: 2, dataset, voices, columns: columnsOf(pieces) });
}

/** A catalogue that was read, with the data set that it is of. */
export interface OpenedCatalogue {
  readonly dataset: CataloguedDataset;
  readonly catalogue: Catalogue;
}

/**
 * Returns the catalogue that a document holds.
 * @throws Error that names the column that does not fit the others
 */
export function openCatalogue(document: unknown): OpenedCatalogue {
  const { dataset, columns } = catalogueFileSchema.parse(document);
  const { ids, bars, splits, tags } = columns;
  const broken = (what: string): Error => new Error(`The catalogue of ${dataset.id} ${dataset.version} ${what}.`);
  if (bars.length !== ids.length || splits.length !== ids.length) {
    throw broken(`has ${ids.length} ids, ${bars.length} numbers of bars and ${splits.length} splits`);
  }
  const strange = bars.findIndex((count) => !Number.isSafeInteger(count) || count < 0);
  if (strange >= 0) throw broken(`says that piece ${strange} has ${String(bars[strange])} bars`);
  for (const [tag, values] of Object.entries(tags)) {
    for (const [value, postings] of Object.entries(values)) {
      let place = 0;
      postings.forEach((distance, index) => {
        place += distance;
        if (Number.isSafeInteger(distance) && distance >= (index === 0 ? 0 : 1) && place < ids.length) return;
        throw broken(
          `has for ${tag} ${value} the posting ${index} of ${String(distance)}, beyond its ${ids.length} pieces`,
        );
      });
    }
  }
  return { dataset, catalogue: new Catalogue(columns) };
}
