/**
 * Forms with files (`multipart/form-data`, RFC 7578), as browsers and `curl -F` send them. Node's own parser reads them;
 * what it would take without end is counted first, so that a hostile form costs no more than one pass over its bytes.
 */
import { beginningOf, readableText } from "../../domain/schemas/text";
import { Problem } from "./problem";
import type { Request } from "./request";

export const formType = "multipart/form-data";

const mostParts = 8;
const longestPartHeader = 4_096;

export interface FormFile {
  /** Name of its field. */
  readonly field: string;
  /** As the client names the file; "" where it says none. */
  readonly filename: string;
  readonly bytes: Uint8Array;
}

export interface Form {
  /** Fields that are no files, in their order; a name may come again. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly files: readonly FormFile[];
}

function malformed(detail: string): Problem {
  return new Problem("MALFORMED_FORM", { detail });
}

/** The text between parts, from the Content-Type header. RFC 2046 allows 70 characters. */
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

/** @throws Problem MALFORMED_FORM for too many parts and for parts with long headers */
function checkParts(body: Buffer, boundary: string): void {
  const delimiter = Buffer.from(`--${boundary}`);
  let parts = 0;
  for (let at = body.indexOf(delimiter); at !== -1; at = body.indexOf(delimiter, at + delimiter.length)) {
    const isEnd = body.subarray(at + delimiter.length, at + delimiter.length + 2).equals(Buffer.from("--"));
    if (isEnd) return;
    parts += 1;
    if (parts > mostParts)
      throw malformed(`The form has more than ${mostParts} parts; at most ${mostParts} are allowed.`);
    const header = body.subarray(at, at + longestPartHeader);
    if (!header.includes("\r\n\r\n")) {
      throw malformed(
        `The headers of part ${parts} of the form do not end within ${longestPartHeader} bytes; they must end with an empty line.`,
      );
    }
  }
  if (parts === 0)
    throw malformed("The form has no part: its boundary, as the Content-Type header names it, is not in the body.");
  throw malformed(`The form does not end: the last boundary, followed by "--", is missing after part ${parts}.`);
}

/** @throws Problem MALFORMED_FORM */
export async function readForm(request: Request): Promise<Form> {
  const contentType = request.header("content-type") ?? "";
  const body = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength);
  checkParts(body, boundaryOf(contentType));
  let entries: [string, string | File][];
  try {
    // Not recommended for servers that stream large forms: here the body lies in memory, of 1 MiB at most.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    entries = [...(await new Response(request.body, { headers: { "content-type": contentType } }).formData())];
  } catch {
    // The parser says no more than that it failed.
    const detail =
      'Each part needs a header `Content-Disposition: form-data; name="…"`, for a file also `filename="…"`; lines end with CR LF.';
    throw malformed(`The body is not ${formType} (RFC 7578). ${detail}`);
  }
  const fields: Form["fields"][number][] = [];
  const files: FormFile[] = [];
  for (const [name, value] of entries) {
    if (typeof value === "string") fields.push({ name, value });
    else files.push({ field: name, filename: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return { fields, files };
}
