/** Says what is to be done with each file of an archive: which entry is read with which tags, and which is rejected. */
import { sha256Of } from "../digest";
import type { TagSource } from "../schemas/dataset-parts";
import type { ArchiveEntry, ArchiveListing } from "./archive";
import type { archiveNotTakenCodes, ArchiveRefusalCode, Rejection } from "./rejections";
import { type RefusedTable, type Tags, tagsOfFolders, type TagTable, unknownPaths } from "./tags";

/** A file of an archive, as plain JSON. */
export interface ArchiveFile {
  /**
   * A digest that no other entry of any archive has. An entry whose bytes cannot be read is known by it in its data set,
   * also when the archive is read twice.
   */
  readonly entrySha256: string;
  readonly path: string;
  readonly tags: Tags;
  readonly found: { readonly entry: ArchiveEntry } | { readonly rejection: Rejection };
}

export interface ArchiveFiles {
  readonly kind: "FILES";
  readonly files: readonly ArchiveFile[];
  /** The number of paths in the table of tags that no file has. */
  readonly tagsWithoutFile: number;
}

/** Why an archive is not taken. */
export interface ArchiveNotTaken {
  readonly kind: "REFUSED";
  readonly code: ArchiveRefusalCode | (typeof archiveNotTakenCodes)[number];
  /** A whole sentence for the archive's owner. */
  readonly reason: string;
}

export interface ArchiveFilesParams {
  /** Of the archive's bytes. */
  readonly sha256: string;
  readonly listing: ArchiveListing;
  readonly tagsFrom: TagSource;
  /** What was read of the table of tags, if the tags come from it. */
  readonly table?: TagTable | RefusedTable;
}

/** Returns the files in the order of the directory, those that are rejected last; or why the archive is not taken. */
export function filesOfArchive({
  sha256,
  listing,
  tagsFrom,
  table,
}: ArchiveFilesParams): ArchiveFiles | ArchiveNotTaken {
  const { entries, rejected } = listing;
  if (entries.length + rejected.length === 0) {
    return { kind: "REFUSED", code: "ARCHIVE_EMPTY", reason: "The archive has no files beside its table of tags." };
  }
  if (tagsFrom === "csv" && table?.kind !== "TABLE") return withoutTags(table);
  const folder = (listing.table?.path ?? "").split("/").slice(0, -1).join("/");
  const inTable = (path: string): string => (folder === "" ? path : path.slice(folder.length + 1));
  const tagsOf = (path: string): Tags => {
    if (tagsFrom === "folders") return tagsOfFolders(path);
    if (tagsFrom === "none" || table?.kind !== "TABLE") return {};
    return table.tagsOf.get(path) ?? table.tagsOf.get(inTable(path)) ?? {};
  };
  const all = [
    ...entries.map((entry) => ({ path: entry.path, tags: tagsOf(entry.path), found: { entry } })),
    ...rejected.map(({ path, code, reason }) => ({ path, tags: {}, found: { rejection: { code, reason } } })),
  ];
  const paths = new Set(entries.flatMap(({ path }) => [path, inTable(path)]));
  return {
    kind: "FILES",
    files: all.map((file, index) => ({ entrySha256: sha256Of(`${sha256} entry ${index}`), ...file })),
    tagsWithoutFile: tagsFrom === "csv" && table?.kind === "TABLE" ? unknownPaths(table, paths).length : 0,
  };
}

const maxProblemsTold = 3;

function withoutTags(table: RefusedTable | undefined): ArchiveNotTaken {
  if (table === undefined) {
    const reason =
      'The tags are to come from "tags.csv", and no such file that can be read is at the top of the archive, or in the one folder that holds everything.';
    return { kind: "REFUSED", code: "ARCHIVE_WITHOUT_TAGS", reason };
  }
  const { problems, problemCount } = table;
  const told = problems
    .slice(0, maxProblemsTold)
    .map(({ field, value, allowed }) => `${field} is ${value}, allowed is ${allowed}`);
  const more = problemCount > told.length ? `; and ${problemCount - told.length} more` : "";
  const reason = `The table of tags cannot be used: ${told.join("; ")}${more}.`;
  return { kind: "REFUSED", code: "ARCHIVE_TAGS_REFUSED", reason };
}
