/**
 * Reads forms with files (`multipart/form-data`, RFC 7578), as browsers and `curl -F` send them. We do not use the
 * parser that comes with Node, because it refuses what common clients send (a name without quotes, `filename*`, an
 * escaped quote, text before the first boundary) and replaces bytes that are not UTF-8. The number of parts and the
 * length of their headers are limited, so that a hostile form costs no more than one pass over its bytes.
 */
import { beginningOf, readableText } from "../../domain/schemas/text";
import { Problem } from "../problems/problem";
import { requireNoContentEncoding } from "./content-encoding";
import type { Request } from "./request";

export const formType = "multipart/form-data";

const maxParts = 8;
const maxPartHeaderBytes = 4_096;

export interface FormFile {
  /** The name of its field. */
  readonly field: string;
  /** The name that the client gives the file; "" if it gives none. */
  readonly filename: string;
  readonly bytes: Uint8Array;
}

export interface Form {
  /** The fields that are no files, in their order. A name may come more than once. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly files: readonly FormFile[];
}

function malformed(detail: string): Problem {
  return new Problem("MALFORMED_FORM", { detail });
}

/** Returns the boundary between parts, from the Content-Type header. RFC 2046 allows 70 characters. */
function boundaryOf(contentType: string): string {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70})(?=\s*(?:;|$)))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) {
    throw malformed(
      `The Content-Type header must name the boundary of the form in 1 to 70 characters; it is ` +
        `"${readableText(beginningOf(contentType, 200))}".`,
    );
  }
  return boundary;
}

interface Part {
  /** The part's number in the form, from 1. */
  readonly number: number;
  /** The headers by their lower-case names. Bytes that are not ASCII stay Latin-1 until a parameter is decoded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/**
 * Parses the headers of a part.
 * @throws Problem MALFORMED_FORM for lines that are no headers, and for a header that comes twice
 */
function headersOf(text: string, number: number): Map<string, string> {
  const headers = new Map<string, string>();
  // A line that begins with white space continues the one before (RFC 5322, 2.2.3).
  for (const line of text.replace(/\r\n[ \t]+/g, " ").split("\r\n")) {
    if (line === "") continue;
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw malformed(
        `A line of the headers of part ${number} is no header: "${readableText(beginningOf(line, 100))}".`,
      );
    }
    const key = name.toLowerCase();
    if (headers.has(key)) throw malformed(`Part ${number} of the form has the header ${key} twice.`);
    headers.set(key, value);
  }
  return headers;
}

/**
 * Yields the parts between the boundaries (RFC 2046, 5.1.1). Text before the first boundary and after the last one does
 * not belong to the form.
 * @throws Problem MALFORMED_FORM for too many parts, parts with long headers, and a form without an end
 */
function* partsOf(body: Buffer, boundary: string): Generator<Part> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const atStart = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2));
  let at = atStart ? -2 : body.indexOf(delimiter);
  if (at === -1) {
    throw malformed(
      "The form has no part: its boundary, as the Content-Type header names it, begins no line of the body.",
    );
  }
  for (let number = 1; ; number += 1) {
    const lineStart = at + delimiter.length;
    if (body.toString("latin1", lineStart, lineStart + 2) === "--") return;
    if (number > maxParts) {
      throw malformed(`The form has more than ${maxParts} parts; at most ${maxParts} are allowed.`);
    }
    const beginning = body.toString("latin1", lineStart, lineStart + maxPartHeaderBytes);
    const headerEnd = beginning.indexOf("\r\n\r\n");
    if (headerEnd === -1) {
      throw malformed(
        `The headers of part ${number} of the form do not end within ${maxPartHeaderBytes} bytes; they must end with an empty line.`,
      );
    }
    const lineEnd = /^[ \t]*\r\n/.exec(beginning)?.[0].length;
    if (lineEnd === undefined) {
      throw malformed(`The boundary before part ${number} of the form is followed by other text on its line.`);
    }
    const bodyStart = lineStart + headerEnd + 4;
    const next = body.indexOf(delimiter, bodyStart - 2);
    if (next === -1) {
      throw malformed(`The form does not end: the last boundary, followed by "--", is missing after part ${number}.`);
    }
    const headers = headersOf(beginning.slice(lineEnd, headerEnd), number);
    yield { number, headers, bytes: body.subarray(bodyStart, Math.max(bodyStart, next)) };
    at = next;
  }
}

function decoderOf(label: string) {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch {
    return undefined;
  }
}

/**
 * Decodes bytes.
 * @throws Problem MALFORMED_FORM for bytes that are not in the charset, and for an unknown charset
 */
function decoded(bytes: Uint8Array, what: string, label = "utf-8"): string {
  const decoder = decoderOf(label);
  if (decoder === undefined) {
    throw malformed(`${what} has the unknown charset "${readableText(beginningOf(label, 40))}"; send UTF-8.`);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed(`${what} is not ${label.toUpperCase()}.`);
  }
}

/** Matches one parameter. Its value is a word, or quoted, with a backslash before each quote inside. */
const parameterPattern =
  /[ \t]*;[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"|([^ \t;"]+)))?/y;

/** Returns the parameters of a header by their lower-case names; undefined if the header is malformed. */
function parametersOf(value: string): { readonly type: string; readonly parameters: Map<string, string> } | undefined {
  const [type = ""] = /^[^; \t]*/.exec(value) ?? [];
  const parameters = new Map<string, string>();
  parameterPattern.lastIndex = type.length;
  for (let end = type.length; end < value.length; end = parameterPattern.lastIndex) {
    if (/^[ \t]*$/.test(value.slice(end))) break;
    const [, name, quoted, word] = parameterPattern.exec(value) ?? [undefined, undefined];
    if (parameterPattern.lastIndex === 0) return undefined;
    if (name === undefined) continue;
    const key = name.toLowerCase();
    if (parameters.has(key)) return undefined;
    parameters.set(key, quoted?.replace(/\\(["\\])/g, "$1") ?? word ?? "");
  }
  return { type: type.toLowerCase(), parameters };
}

/**
 * Decodes the escapes with which browsers write quotes and line ends in names (HTML, "multipart/form-data encoding
 * algorithm").
 */
function withoutPercents(text: string): string {
  return text.replace(/%0A/gi, "\n").replace(/%0D/gi, "\r").replace(/%22/g, '"');
}

/** Decodes an extended value such as `UTF-8''F%C3%BCr.mid` (RFC 8187). @throws Problem MALFORMED_FORM */
function extendedValue(value: string, what: string): string {
  const [, charset, encoded] = /^([A-Za-z0-9-]+)'[A-Za-z0-9-]*'((?:%[0-9A-Fa-f]{2}|[^%'"])*)$/.exec(value) ?? [];
  if (charset === undefined || encoded === undefined) {
    throw malformed(`${what} must be written like UTF-8''F%C3%BCr.mid (RFC 8187).`);
  }
  const bytes = encoded.replace(/%(..)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return decoded(Buffer.from(bytes, "latin1"), what, charset);
}

/** Returns the name of a part's field, and of its file if the part is one. @throws Problem MALFORMED_FORM */
function dispositionOf({ headers, number }: Part): { readonly name: string; readonly filename: string | undefined } {
  const disposition = parametersOf(headers.get("content-disposition") ?? "");
  const name = disposition?.parameters.get("name");
  if (disposition?.type !== "form-data" || name === undefined) {
    throw malformed(
      `Part ${number} needs a header \`Content-Disposition: form-data; name="…"\`, for a file also \`filename="…"\`, ` +
        `each of them once and in quotes (RFC 7578).`,
    );
  }
  const text = (value: string, what: string): string =>
    withoutPercents(decoded(Buffer.from(value, "latin1"), `The ${what} of part ${number} of the form`));
  const plain = disposition.parameters.get("filename");
  const extended = disposition.parameters.get("filename*");
  return {
    name: text(name, "name"),
    // If a client sends both, the extended form is the whole name (RFC 6266, 4.3).
    filename:
      extended === undefined
        ? plain === undefined
          ? undefined
          : text(plain, "filename")
        : extendedValue(extended, `The filename* of part ${number} of the form`),
  };
}

/**
 * Returns the content of a part. RFC 7578 deprecates encodings, but mail libraries that write forms still send base64.
 */
function contentOf({ headers, bytes, number }: Part): Buffer {
  requireNoContentEncoding(headers.get("content-encoding"), `Part ${number} of the form`);
  const encoding = (headers.get("content-transfer-encoding") ?? "binary").trim().toLowerCase();
  if (["7bit", "8bit", "binary"].includes(encoding)) return bytes;
  if (encoding === "base64") {
    const text = bytes.toString("latin1").replace(/[ \t\r\n]+/g, "");
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return Buffer.from(text, "base64");
    throw malformed(`Part ${number} of the form is not base64, as its Content-Transfer-Encoding says.`);
  }
  throw malformed(
    `Part ${number} of the form has the Content-Transfer-Encoding "${readableText(beginningOf(encoding, 40))}"; ` +
      `allowed are binary, 8bit, 7bit and base64.`,
  );
}

/**
 * Returns the fields and files of a form. Names are UTF-8; a text is in the charset that its part names, or in UTF-8.
 * @throws Problem MALFORMED_FORM, UNSUPPORTED_CONTENT_ENCODING
 */
export function readForm(request: Request): Form {
  const contentType = request.header("content-type") ?? "";
  const body = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength);
  const fields: Form["fields"][number][] = [];
  const files: FormFile[] = [];
  for (const part of partsOf(body, boundaryOf(contentType))) {
    const { name, filename } = dispositionOf(part);
    const bytes = contentOf(part);
    if (filename === undefined) {
      const charset = parametersOf(part.headers.get("content-type") ?? "")?.parameters.get("charset");
      const what = `The field ${JSON.stringify(readableText(beginningOf(name, 100)))} of the form`;
      fields.push({ name, value: decoded(bytes, what, charset) });
    } else files.push({ field: name, filename, bytes: new Uint8Array(bytes) });
  }
  return { fields, files };
}
