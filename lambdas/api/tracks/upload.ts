/** Reads a MIDI upload. A client sends the file as the body, or as the one file of a form. */
import type * as z from "zod";
import type { FieldError } from "../../../domain/schemas/api/problem";
import { createTrackQuerySchema } from "../../../domain/schemas/api/tracks";
import { midiTypes } from "../../../naming/media-types";
import type { SameContent } from "../../http/idempotency";
import { mediaType, unsupportedMediaType } from "../../http/media-type";
import { type Form, type FormFile, formType, readForm } from "../../http/multipart-form";
import type { Request } from "../../http/request";
import {
  formValues,
  invalidRequest,
  type NamedValues,
  parseQuery,
  parseValues,
  queryValues,
} from "../../http/validation";
import { shortValue } from "../../problems/short-value";
import type { UploadedFile } from "../../tracks/uploaded-melody";

/** The file and the options of a request. */
export interface Upload extends UploadedFile {
  /**
   * The content by which two forms are the same request, although each has another boundary; absent for other bodies.
   */
  readonly content?: SameContent;
}

type Options = z.output<typeof createTrackQuerySchema>;

/** Reads an upload. @throws Problem UNSUPPORTED_MEDIA_TYPE, MALFORMED_FORM, INVALID_REQUEST */
export function readUpload(request: Request): Upload {
  const query = parseQuery(request, createTrackQuerySchema);
  const type = mediaType(request);
  const sent = queryValues(request).given;
  if (type === formType) return uploadOfForm(readForm(request), { query, sent });
  if (midiTypes.some((midi) => midi === type)) {
    const { name, trackIndex } = query;
    const trackIndexField = { pointer: "?trackIndex", ...shortValue(sent["trackIndex"]) };
    return { bytes: request.body, name, trackIndex, trackIndexField, fileName: "" };
  }
  throw unsupportedMediaType(request, [...midiTypes, formType]);
}

interface UploadQuery {
  readonly query: Options;
  /** The values of the query as text. */
  readonly sent: NamedValues["given"];
}

/**
 * Returns true for a file that somebody chose. A form also sends an empty one if nobody chose a file (HTML,
 * "constructing the entry list").
 */
const isChosen = ({ filename, bytes }: FormFile): boolean => filename !== "" || bytes.length > 0;

function uploadOfForm(form: Form, { query, sent }: UploadQuery): Upload {
  const files = form.files.filter(isChosen);
  const [file, ...more] = files;
  const errors: FieldError[] = [];
  if (file === undefined) {
    errors.push({ pointer: "/file", reason: "is required", allowed: "exactly one part with a filename" });
  }
  if (more.length > 0) {
    errors.push({
      pointer: "/file",
      reason: "there are several files",
      value: files.length,
      allowed: "exactly one file",
    });
  }
  const fields = formValues(form.fields);
  const parsed = parseValues(fields, createTrackQuerySchema, (name) => `/${name}`);
  errors.push(...parsed.errors);
  const options = parsed.values ?? {};
  for (const name of ["name", "trackIndex"] as const) {
    const [inForm, inQuery] = [options[name], query[name]];
    if (inForm !== undefined && inQuery !== undefined && inForm !== inQuery) {
      const allowed = `the same as in the query, ${JSON.stringify(shortValue(sent[name]).value)}, or only one of the two`;
      errors.push({
        pointer: `/${name}`,
        reason: "differs from the query",
        ...shortValue(fields.given[name]),
        allowed,
      });
    }
  }
  if (file === undefined || errors.length > 0) throw invalidRequest(errors);
  const name = options.name ?? query.name;
  const trackIndex = options.trackIndex ?? query.trackIndex;
  const isInQuery = options.trackIndex === undefined && query.trackIndex !== undefined;
  const fileName = withoutExtension(file.filename);
  return {
    bytes: file.bytes,
    name,
    trackIndex,
    trackIndexField: isInQuery
      ? { pointer: "?trackIndex", ...shortValue(sent["trackIndex"]) }
      : { pointer: "/trackIndex", ...shortValue(fields.given["trackIndex"]) },
    fileName,
    content: { values: [formType, JSON.stringify([name ?? null, trackIndex ?? null, fileName])], bytes: file.bytes },
  };
}

/** Returns `Für Elise` for `C:\music\Für Elise.mid`, because some clients send the whole path. */
function withoutExtension(filename: string): string {
  const last = filename.split(/[/\\]/).at(-1) ?? "";
  return last.replace(/\.(?:midi?|kar|rmi|smf)$/i, "");
}
