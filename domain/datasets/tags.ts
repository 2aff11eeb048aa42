/** The tags of a data set's pieces, as people, folders and tables (CSV) give them. */

/** Values by tag, for example `genre` → `["rock"]`. */
export type Tags = Readonly<Record<string, readonly string[]>>;
