/** The texts of the pages of data sets. They are loaded with these pages alone. */
import type { components } from "../../../client/client";

type Schemas = components["schemas"];
type LicenseKind = Schemas["Dataset"]["license"]["kind"];
type LineUp = keyof Schemas["Dataset"]["lineUps"];
type FileState = Schemas["DatasetFile"]["state"];

const number = (value: number): string => value.toLocaleString("en");
const counted = (count: number, one: string, many: string): string => `${number(count)} ${count === 1 ? one : many}`;

const licenseKinds: Readonly<Record<LicenseKind, { readonly label: string; readonly description: string }>> = {
  "own-work": { label: "My own work", description: "I wrote it, or played it." },
  "public-domain": { label: "Public domain", description: "Nobody has rights in it any more." },
  licensed: { label: "Under a license", description: "Its license allows training." },
  permission: { label: "With permission", description: "Its authors gave me permission." },
};

const lineUps: Readonly<Record<LineUp, { readonly name: string; readonly voices: string }>> = {
  lines: { name: "Four lines", voices: "four melodies at the same time, as a choir or a string quartet has" },
  band: { name: "Band", voices: "melody, chords, bass and drums" },
  trio: { name: "Trio", voices: "melody, chords and bass" },
};

const states: Readonly<Record<FileState, string>> = {
  accepted: "Accepted",
  pending: "Waiting",
  rejected: "Rejected",
};

/** What a file is rejected for, in a few words. The file itself has a whole sentence. */
const reasons: Readonly<Record<string, string>> = {
  NOT_MIDI: "No MIDI file",
  DAMAGED_MIDI: "Damaged",
  FILE_TOO_SMALL: "Too small for a MIDI file",
  FILE_TOO_LARGE: "Too large",
  TOO_MANY_TRACKS: "Too many tracks",
  TOO_MANY_EVENTS: "Too many events",
  TOO_MANY_NOTES: "Too many notes",
  MUSIC_TOO_LONG: "Too long",
  NO_NOTES: "Nothing sounds",
  TIME_SIGNATURE_NOT_SUPPORTED: "No bars in 4/4, 3/4, 2/4 or 6/8",
  TOO_FEW_BARS: "Fewer than four bars",
  OFF_THE_GRID: "Does not keep to its own beat",
  NO_LINE_UP: "No four bars in which all voices of a line-up play",
  DATASET_FULL: "The data set is full",
  PATH_EMPTY: "No name",
  PATH_TOO_LONG: "Its path is too long",
  PATH_TOO_DEEP: "In too many folders",
  PATH_NOT_RELATIVE: "Its path leads out of the archive",
  PATH_HAS_BACKSLASH: "A backslash in its path",
  PATH_HAS_CONTROL_CHARACTERS: "Invisible characters in its path",
  ENTRY_TOO_LARGE: "Too large",
  ENTRY_PACKED_TOO_WELL: "Unpacks to more than a hundred times its size",
  ENTRY_ENCRYPTED: "Has a password",
  ENTRY_METHOD_NOT_SUPPORTED: "Packed in a way that is not read",
  ENTRY_IS_A_LINK: "A link, and no file",
  ENTRY_IS_AN_ARCHIVE: "An archive in the archive",
  ENTRY_DAMAGED: "Not what the archive's directory says",
};

export const datasetsTexts = {
  title: "Data sets",
  description: "Your own MIDI files, to train models on. They train your models alone.",
  signIn: "Sign in to bring your own music.",
  empty:
    "You have no data set yet. Make one, and push a folder of MIDI files to it: each is read, and you see what it gives.",
  create: "New data set",
  actions: { rename: "Rename", delete: "Delete" },
  licenseKinds,
  lineUps,
  states,
  files: (count: number) => counted(count, "file", "files"),
  accepted: (count: number) => `${number(count)} accepted`,
  rejected: (count: number) => `${number(count)} rejected`,
  pending: (count: number) => `${number(count)} waiting`,
  bars: (count: number) => counted(count, "bar", "bars"),
  pieces: (count: number) => counted(count, "piece", "pieces"),
  size: (bytes: number) => `${(bytes / 1024 ** 2).toLocaleString("en", { maximumFractionDigits: 1 })} MiB`,
  noFiles: "No files yet",
  wayOn: "Go to your data sets",
  reasonOf: (code: string): string => reasons[code] ?? code,
} as const;

export const newDatasetTexts = {
  title: "New data set",
  description: "First say which music it is, and why you may train on it. The files come next.",
  signIn: "Sign in to make a data set.",
  name: "Name",
  about: "What is in it",
  license: "Why may you train on it?",
  text: "In your words",
  textHint: "Cards of models that are trained on the set carry this sentence.",
  textPlaceholder: "I wrote and played all of it.",
  spdx: "License (SPDX identifier)",
  spdxHint: "For example CC0-1.0 or CC-BY-4.0, if the license has one.",
  source: "Where the files come from",
  sourceHint: "For example an address.",
  confirmation: "I may use these files to train models",
  confirmationHint:
    "because I made them, or because they are in the public domain, or because their license or their authors allow it.",
  confirmationMissing: "Without it there can be no data set.",
  nameMissing: "Give it a name of 1 to 100 characters.",
  textMissing: "Say it in a sentence of 1 to 2,000 characters.",
  optional: "optional",
  create: "Make the data set",
  created: (name: string) => `“${name}” is there. Push files to it.`,
} as const;

export const datasetTexts = {
  license: (kind: string) => `Why you may train on it: ${kind}`,
  push: {
    title: "Push files",
    hint: "MIDI files of up to 1 MiB each, up to 20,000. Files that are there already are not sent again.",
    drop: "Drop a folder, files or one ZIP here",
    folder: "Choose a folder",
    files: "Choose files",
    checking: "Looking through the folder…",
    progress: (done: number, all: number) => `${number(done)} of ${number(all)} dealt with`,
    sent: (count: number) => `${number(count)} sent`,
    known: (count: number) => `${number(count)} known already`,
    repeated: (count: number) => `${number(count)} the same as another`,
    rejected: (count: number) => `${number(count)} not taken`,
    failed: (count: number) => `${number(count)} not sent`,
    leftOut: (count: number) => `${counted(count, "file is", "files are")} left out: no MIDI file by its name.`,
    nothing: "There is no MIDI file among these.",
    stop: "Stop",
    stopped: "Stopped. Push the same folder again, and it goes on where it was.",
    done: "All files are dealt with.",
    again: "What was not sent stays waiting until you push the folder again.",
    more: (count: number) => `and ${counted(count, "more", "more")}`,
    notTaken: "Not taken",
    notSent: "Not sent",
  },
  read: {
    title: "What was read",
    nothing: "Nothing has been read yet.",
    reading: (pending: number) => `${counted(pending, "file is", "files are")} waiting or being read.`,
    waiting: "If you stopped a push, push the folder again: what was offered and not sent waits.",
    all: "All files are read.",
    bars: "Bars by time signature",
    otherBars: "other",
    lineUps: "Line-ups",
    lineUp: "Line-up",
    noLineUp: "No file gives a piece yet.",
    amounts: (files: number, pieces: number, bars: number) =>
      `${counted(files, "file", "files")}, ${counted(pieces, "piece", "pieces")}, ${counted(bars, "bar", "bars")}`,
    reasons: "Why files were rejected",
  },
  versions: {
    title: "Versions",
    about:
      "Freeze what the data set has now, and train on that. A version never changes, whatever becomes of the files.",
    gives: "no file gives it",
    freeze: "Freeze a version",
    whileReading: "All files must be read first.",
    nothingToFreeze: "No file gives a piece in this line-up.",
    states: { FREEZING: "Being made", READY: "Ready", FAILED: "Failed" },
    content: "What is in it",
    splits: { train: "To learn from", validation: "To choose the best epoch by", test: "To judge by" },
    voices: "Voices",
    leftOut: "Left out for their time signature",
    sameNotes: "With the notes of another file",
    digest: "SHA-256",
    train: "Train on it",
    trainOn: (lineUp: string, id: string) => `Train on it: ${lineUp} ${id}`,
  },
  archive: {
    title: "Or one ZIP archive",
    hint: "Up to 256 MiB with up to 20,000 files.",
    choose: "Choose a ZIP",
    tags: "Tags of its files",
    tagSources: {
      folders: { label: "From its folders", description: "Each file has the names of its folders." },
      csv: { label: "From tags.csv", description: "A table at its top with a column “path”." },
      none: { label: "None", description: "Its files have no tags." },
    },
    sending: (name: string, size: string) => `“${name}” (${size}) is being sent…`,
    known: "The same archive is being read already.",
    stopped: "Stopped. Push the archive again, and it is sent anew.",
    pending: "The archive was offered, and has not arrived or is not opened yet. If you stopped it, push it again.",
    reading: (done: number, all: number) => `Reading the archive: ${number(done)} of ${counted(all, "file", "files")}`,
    read: (all: number) => `The archive is read: ${counted(all, "file", "files")}.`,
    refused: "Nothing of the archive is taken.",
    leftOut: (count: number) =>
      `${counted(count, "entry is", "entries are")} left out: folders, and what systems make.`,
    tagsWithoutFile: (count: number) => `${counted(count, "path", "paths")} of tags.csv that no file has.`,
  },
  report: {
    title: "What was taken for what",
    of: (path: string) => `What was taken for what: ${path}`,
    none: "There is no report: the file is waiting, or cannot be read.",
    tracks: "Tracks",
    track: (index: number) => `Track ${index + 1}`,
    notes: (count: number) => counted(count, "note", "notes"),
    roles: { melody: "Melody", chords: "Chords", bass: "Bass", drums: "Drums", none: "Left out" },
    roleOf: (track: string) => `Role of ${track}`,
    because: (words: string) => `because it ${words}`,
    youSay: "because you say so, once the file is read again",
    readAgain: "Read it with these roles",
    nothingChanged: "Change the role of a track first.",
    toRule: "Leave all to the rule",
    withdraw: "Take it out",
    withdrawOf: (path: string) => `Take it out: ${path}`,
    withdrawConsequence: "The file is taken out of the data set. Versions that have it stay as they are.",
    withdrawn: (path: string) => `“${path}” is taken out.`,
  },
  list: {
    title: "Files",
    state: "Show",
    all: "All files",
    empty: "No file is in this state.",
    gives: (words: string) => `gives ${words}`,
  },
  deleteConsequence:
    "The data set is deleted for good, with all its files and what was read of them. " +
    "Models that were trained on it stay, and keep your sentence about the license; they cannot be trained on.",
} as const;
