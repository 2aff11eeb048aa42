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
type OptionName = keyof typeof createTrackQuerySchema.shape;
const optionNames = createTrackQuerySchema.keyof().options;

/** Returns the field by which an option was sent, with its value. */
type FieldOf = (name: OptionName) => Pick<FieldError, "pointer" | "value">;

/** Reads an upload. @throws Problem UNSUPPORTED_MEDIA_TYPE, MALFORMED_FORM, INVALID_REQUEST */
export function readUpload(request: Request): Upload {
  const query = parseQuery(request, createTrackQuerySchema);
  const type = mediaType(request);
  const sent = queryValues(request).given;
  if (type === formType) return uploadOfForm(readForm(request), { query, sent });
  if (midiTypes.some((midi) => midi === type)) {
    const field: FieldOf = (name) => ({ pointer: `?${name}`, ...shortValue(sent[name]) });
    const errors = originErrors(query, field);
    if (errors.length > 0) throw invalidRequest(errors);
    return { bytes: request.body, fileName: "", ...chosen(query, field) };
  }
  throw unsupportedMediaType(request, [...midiTypes, formType]);
}

/** Returns what the options of an upload choose. */
function chosen(options: Options, field: FieldOf): Omit<UploadedFile, "bytes" | "fileName"> {
  const { name, trackIndex, origin: kind = "upload", fromComposition, fromTrackIndex } = options;
  return {
    name,
    trackIndex,
    trackIndexField: field("trackIndex"),
    origin: {
      kind,
      ...(fromComposition === undefined ? {} : { compositionId: fromComposition }),
      ...(fromTrackIndex === undefined ? {} : { trackIndex: fromTrackIndex }),
      fields: { compositionId: field("fromComposition"), trackIndex: field("fromTrackIndex") },
    },
  };
}

/** Returns the errors of options that say something of a composition although the file is no edit of one. */
function originErrors({ origin, fromComposition, fromTrackIndex }: Options, field: FieldOf): FieldError[] {
  const errors: FieldError[] = [];
  if (fromComposition !== undefined && origin !== "edit") {
    const reason = "is given for a file that is no edit";
    errors.push({ ...field("fromComposition"), reason, allowed: "only with `origin` edit" });
  }
  if (fromTrackIndex !== undefined && fromComposition === undefined) {
    const reason = "is given without the composition that has the track";
    errors.push({ ...field("fromTrackIndex"), reason, allowed: "only with `fromComposition`" });
  }
  return errors;
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
  const inForm = parsed.values ?? {};
  for (const name of optionNames) {
    if (inForm[name] !== undefined && query[name] !== undefined && inForm[name] !== query[name]) {
      const allowed = `the same as in the query, ${JSON.stringify(shortValue(sent[name]).value)}, or only one of the two`;
      errors.push({
        pointer: `/${name}`,
        reason: "differs from the query",
        ...shortValue(fields.given[name]),
        allowed,
      });
    }
  }
  const options: Options = { ...query, ...inForm };
  const field: FieldOf = (name) =>
    inForm[name] === undefined && query[name] !== undefined
      ? { pointer: `?${name}`, ...shortValue(sent[name]) }
      : { pointer: `/${name}`, ...shortValue(fields.given[name]) };
  // What a broken field would have been is not known.
  if (parsed.values !== undefined) errors.push(...originErrors(options, field));
  if (file === undefined || errors.length > 0) throw invalidRequest(errors);
  const fileName = withoutExtension(file.filename);
  const { name, trackIndex, ...others } = options;
  const saidOfOrigin = givenEntries(others);
  const values = [
    formType,
    JSON.stringify([name ?? null, trackIndex ?? null, fileName]),
    ...(saidOfOrigin.length === 0 ? [] : [JSON.stringify(saidOfOrigin)]),
  ];
  return { bytes: file.bytes, fileName, content: { values, bytes: file.bytes }, ...chosen(options, field) };
}

/** Returns the options that were given, in the order of their names: however they are sent, they are the same content. */
const givenEntries = (options: Partial<Options>): readonly (readonly [string, unknown])[] =>
  Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));

/** Returns `Für Elise` for `C:\music\Für Elise.mid`, because some clients send the whole path. */
function withoutExtension(filename: string): string {
  const last = filename.split(/[/\\]/).at(-1) ?? "";
  return last.replace(/\.(?:midi?|kar|rmi|smf)$/i, "");
}
