/** The limits of data sets: of files, names, tags, archives and versions. The API states them, and refuses by them. */
import { midiLimits } from "../music/byte-reader";

export const datasetLimits = {
  /** Of one MIDI file. A shorter one has no room for a header. */
  fileBytes: { min: 14, max: midiLimits.bytes },
  /** Of a data set. */
  files: 20_000,
  bytes: 1_073_741_824,
  /** Of one archive. */
  archiveBytes: 268_435_456,
  /** Entries of one archive, folders among them. */
  archiveEntries: 20_000,
  /** How many times as large an entry may become. Of 263 MIDI files the one that is packed best becomes 36 times as large. */
  packedRatio: 100,
  /** Of the path of a file in its data set, in UTF-8. */
  pathBytes: 255,
  folders: 8,
  /** Of one piece, over all its tags. */
  tagValuesOfPiece: 32,
  /** Of one version, over all its tags. */
  tagValuesOfVersion: 20_000,
  /** Pieces of one version: trainers read no more. */
  piecesOfVersion: 100_000,
  /** Of a table of tags (CSV). */
  tableBytes: 8_388_608,
  datasetsOfUser: 20,
  versionsOfDataset: 32,
} as const;
