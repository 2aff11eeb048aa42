/**
 * The store of the catalogues of data sets. Of a stock data set, which belongs to no user, the row of the table says which
 * version there is; a user's data set has a row for each version. One object holds the catalogue of a version.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { type CatalogueFile, openCatalogue, type OpenedCatalogue } from "../../domain/datasets/catalogue-file";
import { datasetCatalogueKey, ownVersionCatalogueKey } from "../../naming/object-keys";
import { catalogueKey } from "../../naming/table-keys";
import { readItem } from "./item-codec";
import { type CatalogueItem, catalogueItemSchema, type DatasetVersionItem } from "./items";
import type { ObjectStore } from "./objects";
import type { Table } from "./table";

export interface Catalogues {
  /** Returns which version of a data set there is, without reading its catalogue. */
  describe(datasetId: string): Promise<CatalogueItem | undefined>;
  get(datasetId: string): Promise<OpenedCatalogue | undefined>;
  /** Returns the catalogue of a version of a user's data set that is ready, whose row was just read. */
  ofVersion(version: DatasetVersionItem): Promise<OpenedCatalogue>;
}

/**
 * Thrown for a row of an earlier form, which held the pieces themselves. The next seeding writes it anew: `npm start` on
 * a laptop, `npm run seed` on AWS.
 */
export class OutdatedCatalogueError extends Error {
  override readonly name = "OutdatedCatalogueError";
  constructor(readonly datasetId: string) {
    super(
      `The catalogue's row of ${datasetId} has an earlier form. \`npm run seed\` (locally \`npm start\`) writes it anew.`,
    );
  }
}

/** The packed catalogue of 100,000 pieces has 2.6 MB, and with all the tags that a version may have 5 MB. */
const maxStoredBytes = 32 * 1024 * 1024;
const maxUnpackedBytes = 128 * 1024 * 1024;
/** The number of catalogues that a warm function keeps: each of 100,000 pieces takes some tens of megabytes. */
const maxKept = 2;

/** Returns the bytes of a catalogue as they are stored. */
export const packCatalogue = (catalogue: CatalogueFile): Buffer => gzipSync(JSON.stringify(catalogue), { level: 9 });

/** Returns the row that says of a catalogue which version it is of. */
export function catalogueItem(file: CatalogueFile): CatalogueItem {
  const { dataset, columns } = file;
  // A catalogue that its readers would refuse is not seeded.
  openCatalogue(file);
  return catalogueItemSchema.parse({
    schemaVersion: 2,
    kind: "CATALOGUE",
    dataset,
    pieces: columns.ids.length,
    bars: columns.bars.reduce((sum, bars) => sum + bars, 0),
    tags: Object.keys(columns.tags),
  });
}

export function createCatalogues(params: {
  readonly table: Pick<Table, "read">;
  readonly artifacts: Pick<ObjectStore, "read">;
}): Catalogues {
  const { table, artifacts } = params;
  /** The catalogues by the keys of their objects, of which none changes. The last used is the last. */
  const kept = new Map<string, OpenedCatalogue>();

  const describe = async (datasetId: string): Promise<CatalogueItem | undefined> => {
    const row = await table.read(catalogueKey(datasetId));
    if (row === undefined) return undefined;
    if (row["schemaVersion"] === 1) throw new OutdatedCatalogueError(datasetId);
    return readItem(catalogueItemSchema, row);
  };

  const open = async (key: string): Promise<OpenedCatalogue> => {
    const bytes = await artifacts.read(key, maxStoredBytes);
    if (bytes === undefined) throw new Error(`There is no ${key}, which a row of the table names.`);
    const text = gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes }).toString("utf8");
    return openCatalogue(JSON.parse(text));
  };

  /** Returns the catalogue of the pieces that a row names. */
  const opened = async (key: string, sha256: string | undefined): Promise<OpenedCatalogue> => {
    const found = kept.get(key) ?? (await open(key));
    if (found.dataset.sha256 !== sha256) {
      throw new Error(
        `${key} is of the pieces ${found.dataset.sha256}, and the row of the table names ${String(sha256)}.`,
      );
    }
    kept.delete(key);
    kept.set(key, found);
    for (const oldest of [...kept.keys()].slice(0, -maxKept)) kept.delete(oldest);
    return found;
  };

  return {
    describe,

    async get(datasetId) {
      const row = await describe(datasetId);
      return row === undefined ? undefined : await opened(datasetCatalogueKey(row.dataset), row.dataset.sha256);
    },

    ofVersion: async ({ sub, datasetId, id, content }) =>
      await opened(ownVersionCatalogueKey({ sub, id: datasetId }, id), content?.sha256),
  };
}
