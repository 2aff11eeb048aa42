/** Says of a file, before it is sent, why a data set does not take it. */
import { allowedPattern, isVisible, isWellFormed } from "../schemas/text";
import { checkPath, shownText } from "./file-paths";
import { datasetLimits } from "./limits";
import { pathRejectionCodes, tagRejectionCodes } from "./rejections";
import { checkTags, type Tags } from "./tags";

export const offerRefusalCodes = [
  ...pathRejectionCodes,
  ...tagRejectionCodes,
  "FILE_TOO_SMALL",
  "FILE_TOO_LARGE",
  "DATASET_FULL",
] as const;
export type OfferRefusalCode = (typeof offerRefusalCodes)[number];

/** Why an offered file is not taken. */
export interface OfferRefusal {
  readonly code: OfferRefusalCode;
  /** A whole sentence for the file's owner. */
  readonly reason: string;
}

/** A file that its owner offers: what it is called, its size and its digest. */
export interface OfferedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly tags?: Tags | undefined;
}

const isPlain = (text: string): boolean => allowedPattern.test(text) && isWellFormed(text) && isVisible(text);

function pathRefusal(path: string): OfferRefusal | undefined {
  const checked = checkPath(path);
  return checked.kind === "REJECTED" ? checked.rejection : undefined;
}

const maxTagLength = 100;

function tagRefusal(tags: Tags): OfferRefusal | undefined {
  const values = Object.values(tags).reduce((sum, { length }) => sum + length, 0);
  const { tagValuesOfPiece } = datasetLimits;
  if (values > tagValuesOfPiece) {
    const reason = `The file has ${values} values of tags; at most ${tagValuesOfPiece} are allowed.`;
    return { code: "TOO_MANY_TAG_VALUES", reason };
  }
  const texts = Object.entries(tags).flatMap(([tag, given]) => [tag, ...given]);
  if (!texts.every((text) => text.length <= maxTagLength && isPlain(text))) {
    const reason = `A tag or its value is empty, has more than ${maxTagLength} characters, or has characters that cannot be seen.`;
    return { code: "TAG_NOT_ALLOWED", reason };
  }
  const checked = checkTags(tags);
  if (checked.kind === "TAGS") return undefined;
  const [{ field, value, allowed } = { field: "tags", value: "", allowed: "other tags" }] = checked.problems;
  return { code: "TAG_NOT_ALLOWED", reason: `The tag ${field} has ${shownText(value)}; allowed is ${allowed}.` };
}

/** Returns the tags of an offered file that is not refused, spelled as pieces have them. */
export function tagsOfOffer({ tags = {} }: Pick<OfferedFile, "tags">): Tags {
  const checked = checkTags(tags);
  return checked.kind === "TAGS" ? checked.tags : {};
}

function sizeRefusal(bytes: number): OfferRefusal | undefined {
  const { min, max } = datasetLimits.fileBytes;
  if (bytes < min) {
    return { code: "FILE_TOO_SMALL", reason: `The file has ${bytes} bytes; a MIDI file has at least ${min}.` };
  }
  if (bytes > max) {
    return { code: "FILE_TOO_LARGE", reason: `The file has ${bytes} bytes; at most ${max} are allowed.` };
  }
  return undefined;
}

/** Returns why a data set does not take a file, whatever else it has. */
export const offerRefusal = ({ path, bytes, tags = {} }: OfferedFile): OfferRefusal | undefined =>
  pathRefusal(path) ?? sizeRefusal(bytes) ?? tagRefusal(tags);

/** What a data set has: the files that were offered, and their bytes. */
export interface DatasetRoom {
  readonly files: number;
  readonly bytes: number;
}

/** Returns why a file does not fit beside what a data set already has. */
export function fullRefusal(taken: DatasetRoom, { bytes }: OfferedFile): OfferRefusal | undefined {
  const { files: maxFiles, bytes: maxBytes } = datasetLimits;
  if (taken.files >= maxFiles) {
    return { code: "DATASET_FULL", reason: `The data set has ${taken.files} files; it may have at most ${maxFiles}.` };
  }
  if (taken.bytes + bytes > maxBytes) {
    const reason = `The data set has ${taken.bytes} bytes of files, and this one does not fit: it may have at most ${maxBytes}.`;
    return { code: "DATASET_FULL", reason };
  }
  return undefined;
}
