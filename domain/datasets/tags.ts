/**
 * The tags of a data set's pieces, as people, folders and tables (CSV) give them. A name and a value have the form that
 * contracts/dataset-piece states, so values are spelled anew: "Rock & Roll" is `rock-roll`.
 */
import { sha256Of } from "../digest";
import { checkPath, shownText } from "./file-paths";
import { datasetLimits } from "./limits";

/** Values by tag, for example `genre` → `["rock"]`. */
export type Tags = Readonly<Record<string, readonly string[]>>;

/** Returns the values of all tags together, each once and in order. */
export function mergeTags(...given: readonly Tags[]): Tags {
  const merged = new Map<string, Set<string>>();
  for (const tags of given) {
    for (const [tag, values] of Object.entries(tags)) {
      const known = merged.get(tag) ?? new Set<string>();
      merged.set(tag, known);
      for (const value of values) known.add(value);
    }
  }
  const sorted = [...merged].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([tag, values]) => [tag, [...values].sort()]));
}

/** What is wrong with one tag, value, or cell of a table. */
export interface TagProblem {
  /** Where it is: "genre", or "line 3, genre". */
  readonly field: string;
  readonly value: string;
  readonly allowed: string;
}

const namePattern = /^[a-z][a-zA-Z0-9]{0,31}$/;
const nameRule = "a small letter, then up to 31 letters and digits";
/** Tags that the music itself gives. */
const reserved: readonly string[] = ["metre", "swing"];
const maxValueLength = 64;
const digestLength = 8;
/** Spreadsheets take what begins like this for a formula. */
const isFormula = (text: string): boolean => /^[=+@\-\t\r]/.test(text);

/**
 * Returns a value as tags have it: small letters and digits of ASCII, with hyphens between words. Other letters are
 * spelled as their code points, and a long value ends with a digest. It is "" for a text without letters and digits.
 */
export function tagValue(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss").replace(/['’]/g, "");
  const spelled = plain.replace(
    /(?![a-z0-9])[\p{L}\p{N}]/gu,
    (letter) => `-u${(letter.codePointAt(0) ?? 0).toString(16)}-`,
  );
  const value = spelled.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  if (value.length <= maxValueLength) return value;
  return `${value.slice(0, maxValueLength - digestLength - 1)}-${sha256Of(value).slice(0, digestLength)}`;
}

/** Returns the tag `folder` of a file: the names of all folders on its path. */
export function tagsOfFolders(path: string): Tags {
  const folders = path.split("/").slice(0, -1).map(tagValue);
  const values = folders.filter((value) => value !== "");
  return values.length === 0 ? {} : mergeTags({ folder: values });
}

function problemsOfName(name: string, field: string): TagProblem[] {
  if (!namePattern.test(name)) return [{ field, value: name, allowed: nameRule }];
  return reserved.includes(name)
    ? [{ field, value: name, allowed: `a name other than ${reserved.join(" and ")}, which the music gives` }]
    : [];
}

function problemsOfValue(text: string, field: string): TagProblem[] {
  if (isFormula(text))
    return [{ field, value: text, allowed: "a text that does not begin with = + - or @, as formulas do" }];
  return tagValue(text) === "" ? [{ field, value: text, allowed: "a text with a letter or a digit" }] : [];
}

function problemsOfNumber(tags: Tags, field: string): TagProblem[] {
  const count = Object.values(tags).reduce((sum, values) => sum + values.length, 0);
  const { tagValuesOfPiece: max } = datasetLimits;
  return count > max
    ? [{ field, value: `${count} values`, allowed: `at most ${max} values of all tags together` }]
    : [];
}

export type CheckedTags =
  | { readonly kind: "TAGS"; readonly tags: Tags }
  | { readonly kind: "REFUSED"; readonly problems: readonly TagProblem[] };

/** Returns the tags of one file as pieces have them, or all that is wrong with them. */
export function checkTags(given: Tags): CheckedTags {
  const problems = Object.entries(given).flatMap(([name, values]) => [
    ...problemsOfName(name, shownText(name)),
    ...values.flatMap((value) => problemsOfValue(value, shownText(name))),
  ]);
  const tags = mergeTags(
    Object.fromEntries(Object.entries(given).map(([name, values]) => [name, values.map(tagValue)])),
  );
  problems.push(...problemsOfNumber(tags, "tags"));
  return problems.length > 0 ? { kind: "REFUSED", problems } : { kind: "TAGS", tags };
}

/** A table of tags: a column `path`, and a column for each tag, whose cells have values with ";" between them. */
export interface TagTable {
  readonly kind: "TABLE";
  readonly tagsOf: ReadonlyMap<string, Tags>;
}

export interface RefusedTable {
  readonly kind: "REFUSED";
  /** The first of them. */
  readonly problems: readonly TagProblem[];
  readonly problemCount: number;
}

const maxProblems = 20;
const pathColumn = "path";

/**
 * Returns the cells of a CSV file (RFC 4180) by lines. A quote within a cell that does not begin with one is a
 * character. A cell whose quote is not closed ends with the file.
 */
function cellsOf(text: string): string[][] {
  const lines: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)(?:"|$)([^,\r\n]*)|([^,\r\n]*))(,|\r\n|\n|\r|$)/gy;
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    const [, quoted, after = "", plain = "", end] = match;
    lines.at(-1)?.push((quoted === undefined ? plain : quoted.replaceAll('""', '"') + after).trim());
    if (end === "" || cell.lastIndex >= text.length) {
      if (end === ",") lines.at(-1)?.push("");
      break;
    }
    if (end !== ",") lines.push([]);
  }
  return lines;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a table of tags: CSV in UTF-8, with or without a byte order mark, with any line ends. */
export function readTagTable(bytes: Uint8Array): TagTable | RefusedTable {
  const refuse = (...problems: TagProblem[]): RefusedTable => ({
    ...{ kind: "REFUSED", problems: problems.slice(0, maxProblems), problemCount: problems.length },
  });
  const { tableBytes, files } = datasetLimits;
  if (bytes.length > tableBytes)
    return refuse({ field: "table", value: `${bytes.length} bytes`, allowed: `at most ${tableBytes} bytes` });
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refuse({ field: "table", value: "bytes that are no text", allowed: "CSV in UTF-8" });
  }
  const [header = [], ...lines] = cellsOf(text);
  const pathAt = header.indexOf(pathColumn);
  const names = header.filter((_, column) => column !== pathAt);
  const problems = names.flatMap((name, index) => [
    ...problemsOfName(name, "line 1"),
    ...(names.indexOf(name) < index ? [{ field: "line 1", value: name, allowed: "each column once" }] : []),
  ]);
  if (pathAt < 0)
    problems.unshift({ field: "line 1", value: shownText(header.join()), allowed: `a column "${pathColumn}"` });
  if (lines.length > files + 1)
    problems.push({ field: "table", value: `${lines.length} lines`, allowed: `at most ${files} lines` });
  if (problems.length > 0) return refuse(...problems);
  const tagsOf = new Map<string, Tags>();
  for (const [index, cells] of lines.entries()) {
    if (cells.every((cell) => cell === "")) continue;
    const line = `line ${index + 2}`;
    if (cells.length !== header.length) {
      problems.push({ field: line, value: `${cells.length} cells`, allowed: `${header.length} cells, as in line 1` });
      continue;
    }
    const path = checkPath(cells[pathAt] ?? "");
    if (path.kind === "REJECTED") {
      problems.push({ field: `${line}, path`, value: shownText(cells[pathAt] ?? ""), allowed: path.rejection.reason });
      continue;
    }
    if (tagsOf.has(path.path))
      problems.push({ field: `${line}, path`, value: shownText(path.path), allowed: "each path once" });
    const given = header.flatMap((name, column) => {
      const values = (cells[column] ?? "").split(";").map((value) => value.trim());
      return column === pathAt ? [] : [[name, values.filter((value) => value !== "")] as const];
    });
    for (const [name, values] of given) {
      problems.push(...values.flatMap((value) => problemsOfValue(value, `${line}, ${name}`)));
    }
    const filled = given.filter(([, values]) => values.length > 0);
    const tags = mergeTags(Object.fromEntries(filled.map(([name, values]) => [name, values.map(tagValue)])));
    problems.push(...problemsOfNumber(tags, line));
    tagsOf.set(path.path, tags);
  }
  return problems.length > 0 ? refuse(...problems) : { kind: "TABLE", tagsOf };
}

/** Returns the paths of a table that are those of no file, in their order. */
export function unknownPaths({ tagsOf }: TagTable, paths: ReadonlySet<string>): string[] {
  return [...tagsOf.keys()].filter((path) => !paths.has(path));
}
