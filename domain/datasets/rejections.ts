/** Why a file has no place in a data set: codes, which are counted, and sentences for the file's owner. */
import { unreadableMidiCodes } from "../music/byte-reader";
import { nothingExtractedCodes } from "../music/extraction/nothing-extracted";

/** The reasons that the name of a file gives. */
export const pathRejectionCodes = [
  "PATH_EMPTY",
  "PATH_TOO_LONG",
  "PATH_TOO_DEEP",
  "PATH_NOT_RELATIVE",
  "PATH_HAS_CONTROL_CHARACTERS",
  "PATH_HAS_BACKSLASH",
] as const;
export type PathRejectionCode = (typeof pathRejectionCodes)[number];

/** The reasons that tags give. */
export const tagRejectionCodes = ["TAG_NOT_ALLOWED", "TOO_MANY_TAG_VALUES"] as const;

/** The reasons for which an entry of an archive is not read. */
export const entryRejectionCodes = [
  "ENTRY_TOO_LARGE",
  "ENTRY_PACKED_TOO_WELL",
  "ENTRY_ENCRYPTED",
  "ENTRY_METHOD_NOT_SUPPORTED",
  "ENTRY_IS_A_LINK",
  "ENTRY_IS_AN_ARCHIVE",
  "ENTRY_DAMAGED",
] as const;
export type EntryRejectionCode = (typeof entryRejectionCodes)[number];

export const fileRejectionCodes = [
  ...unreadableMidiCodes,
  ...nothingExtractedCodes,
  ...pathRejectionCodes,
  ...tagRejectionCodes,
  ...entryRejectionCodes,
] as const;
export type FileRejectionCode = (typeof fileRejectionCodes)[number];

/** Why one file has no place in a data set. */
export interface Rejection<Code extends FileRejectionCode = FileRejectionCode> {
  readonly code: Code;
  /** A whole sentence for the file's owner. */
  readonly reason: string;
}

/** The reasons for which a whole archive is refused: nothing of it is taken. */
export const archiveRefusalCodes = [
  "ARCHIVE_NOT_A_ZIP",
  "ARCHIVE_DAMAGED",
  "ARCHIVE_EMPTY",
  "ARCHIVE_TOO_LARGE",
  "ARCHIVE_TOO_MANY_ENTRIES",
  "ARCHIVE_UNPACKED_TOO_LARGE",
  "ARCHIVE_OVERLAPPING",
] as const;
export type ArchiveRefusalCode = (typeof archiveRefusalCodes)[number];

/** The reasons for which an archive that can be read is not taken. */
export const archiveNotTakenCodes = ["ARCHIVE_WITHOUT_TAGS", "ARCHIVE_TAGS_REFUSED", "DATASET_FULL"] as const;

/** The reasons for which no version is made of a data set. */
export const versionRefusalCodes = [
  "LINE_UP_MISSING",
  "METRE_NOT_TRAINABLE",
  "TOO_MANY_PIECES",
  "TOO_MANY_TAG_VALUES",
] as const;
export type VersionRefusalCode = (typeof versionRefusalCodes)[number];
