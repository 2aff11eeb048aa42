/**
 * Checks requests against Zod schemas. One pass finds every broken field, with its value and what is allowed.
 */
import * as z from "zod";
import type { FieldError } from "../../domain/schemas/api/problem";
import { jsonPointer, pointerName } from "../problems/json-pointer";
import { maxErrors, Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import { brokenLimit } from "./json-limits";
import { mediaType, requireUtf8, unsupportedMediaType } from "./media-type";
import { repeatedName } from "./repeated-name";
import type { Request } from "./request";

type Path = readonly PropertyKey[];

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, part) ? Reflect.get(inner, part) : undefined,
    value,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return unwrap(schema.unwrap());
  }
  // If text becomes a number, the error says what is allowed for the number.
  if (schema instanceof z.ZodPipe) return unwrap(schema.out);
  return schema;
}

/** Returns the schema of the field at a path, if objects, arrays and records lead there. */
function schemaAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  const [part, ...rest] = path;
  const inner = unwrap(schema);
  if (part === undefined) return inner;
  if (inner instanceof z.ZodUnion) {
    return inner.options.map((option) => schemaAt(option, path)).find((found) => found !== undefined);
  }
  let next: z.core.$ZodType | undefined;
  if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = inner.shape;
    next = Object.hasOwn(shape, String(part)) ? shape[String(part)] : undefined;
  } else if (inner instanceof z.ZodArray) next = inner.element;
  else if (inner instanceof z.ZodRecord) next = inner.valueType;
  return next === undefined ? undefined : schemaAt(next, rest);
}

function range(minimum: number | null, maximum: number | null, unit: string): string {
  if (minimum !== null && maximum !== null) return `${minimum} to ${maximum}${unit}`;
  if (minimum !== null) return `at least ${minimum}${unit}`;
  return maximum === null ? "any" : `at most ${maximum}${unit}`;
}

/** Returns a rule of a schema that the OpenAPI document names and Zod itself does not know. */
const documentedRule = (schema: z.ZodType, name: string): unknown => Reflect.get(schema.meta() ?? {}, name);

/** Returns what a schema allows, in words. */
function allowedBy(schema: z.core.$ZodType | undefined): string {
  if (schema instanceof z.ZodNumber) {
    const kind = schema.format?.includes("int") === true ? "an integer" : "a number";
    const { minValue, maxValue } = schema;
    return minValue === null && maxValue === null ? kind : `${kind}, ${range(minValue, maxValue, "")}`;
  }
  if (schema instanceof z.ZodString) {
    const { minLength, maxLength } = schema;
    const description = schema.meta()?.description;
    const length = minLength === null && maxLength === null ? "" : `, ${range(minLength, maxLength, " characters")}`;
    return description ?? `a string${length}`;
  }
  if (schema instanceof z.ZodBoolean) return "true or false";
  if (schema instanceof z.ZodEnum) return schema.options.join(", ");
  if (schema instanceof z.ZodArray) {
    const rules = (schema.def.checks ?? []).map((check): object => check._zod.def);
    const bound = (name: string): number | null =>
      rules.map((rule): unknown => Reflect.get(rule, name)).find((value) => typeof value === "number") ?? null;
    const [min, max] = [bound("minimum"), bound("maximum")];
    const once = documentedRule(schema, "uniqueItems") === true ? ", none of them twice" : "";
    return `an array${min === null && max === null ? "" : `, ${range(min, max, " elements")}`}${once}`;
  }
  if (schema instanceof z.ZodObject) return `an object with the fields ${Object.keys(schema.shape).join(", ")}`;
  if (schema instanceof z.ZodRecord) {
    const max = documentedRule(schema, "maxProperties");
    return typeof max === "number" ? `an object, at most ${max} fields` : "an object";
  }
  if (schema instanceof z.ZodUnion) return schema.options.map(allowedBy).join("; or ");
  // No schema of a request has such a field of its own; only the schema around it refuses a value here.
  return "a value that the API documents";
}

function fieldError(path: Path, reason: string, value: unknown, allowed: string): FieldError {
  return { pointer: jsonPointer(path), reason, ...shortValue(value), allowed };
}

interface IssueContext {
  readonly schema: z.core.$ZodType;
  readonly input: unknown;
}

/**
 * Returns the index of the union's branch that was meant: the one with the fewest errors. It is undefined if two
 * branches have as few.
 */
function meantBranch(branches: readonly z.core.$ZodIssue[][]): number | undefined {
  const weights = branches.map((issues) =>
    issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0),
  );
  const min = Math.min(...weights);
  const candidates = weights.flatMap((weight, index) => (weight === min ? [index] : []));
  return candidates.length === 1 ? candidates[0] : undefined;
}

/**
 * Returns the names of an object's fields. For a union, these are the fields of the branch that the object would fit if
 * it had no unknown fields, because Zod then reports the unknown fields without naming the branch.
 */
function fieldsOf(
  schema: z.core.$ZodType | undefined,
  value: unknown,
  unknown: ReadonlySet<string>,
): readonly string[] | undefined {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (!(schema instanceof z.ZodUnion) || !isObject(value)) return undefined;
  const known = Object.keys(value).filter((key) => !unknown.has(key));
  return schema.options
    .map((option) => fieldsOf(option, value, unknown))
    .find((fields) => fields !== undefined && known.every((key) => fields.includes(key)));
}

/** Returns the field by which each object of a union is recognized: the first one that it needs. */
function formFields(schema: z.core.$ZodType | undefined): readonly string[] {
  if (!(schema instanceof z.ZodUnion)) return [];
  return schema.options.flatMap((option) => {
    if (!(option instanceof z.ZodObject)) return [];
    const shape: Readonly<Record<string, z.core.$ZodType>> = option.shape;
    return Object.keys(shape)
      .filter((key) => !(shape[key] instanceof z.ZodOptional))
      .slice(0, 1);
  });
}

/**
 * Returns the errors of an object that has the fields of several forms, of which a union takes one, and of its unknown
 * fields. It is undefined if the object has the fields of one form at most.
 */
function severalForms(path: Path, value: unknown, schema: z.core.$ZodType | undefined): FieldError[] | undefined {
  const forms = formFields(schema);
  if (!isObject(value) || !(schema instanceof z.ZodUnion)) return undefined;
  const given = forms.filter((name) => Object.hasOwn(value, name));
  if (given.length < 2) return undefined;
  const known = new Set(schema.options.flatMap((option) => fieldsOf(option, value, new Set()) ?? []));
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  return [
    fieldError(path, `gives ${given.join(" and ")} at once`, value, `exactly one of ${forms.join(", ")}`),
    ...unknown.map((name) =>
      fieldError([...path, name], "unknown field", valueAt(value, [name]), `the fields ${[...known].join(", ")}`),
    ),
  ];
}

const typeWords: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "an integer",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
};

/**
 * Returns what is wrong in plain words, or undefined where Zod's own words do. Zod asks here for the message of each rule
 * that brings no words of its own.
 */
function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "too_small":
      if (issue.origin === "string") return "is too short";
      return issue.origin === "array" ? "has too few elements" : "is too small";
    case "too_big":
      if (issue.origin === "string") return "is too long";
      return issue.origin === "array" ? "has too many elements" : "is too large";
    case "invalid_type":
      return `is not ${typeWords[issue.expected] ?? "of the right type"}`;
    case "invalid_value":
      return "is not one of the allowed values";
    case "not_multiple_of":
      return `is not a multiple of ${issue.divisor}`;
    case "invalid_format":
      return "is not in the right form";
    default:
      return undefined;
  }
}

function describeIssue(issue: z.core.$ZodIssue, { schema, input }: IssueContext): FieldError[] {
  const value = valueAt(input, issue.path);
  const at = schemaAt(schema, issue.path);
  if (issue.code === "unrecognized_keys" || issue.code === "invalid_union") {
    const several = severalForms(issue.path, value, at);
    if (several !== undefined) return several;
  }
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = fieldsOf(at, value, new Set(issue.keys))?.join(", ");
      return issue.keys.map((key) =>
        fieldError(
          [...issue.path, key],
          "unknown field",
          valueAt(value, [key]),
          known === undefined ? allowedBy(at) : `the fields ${known}`,
        ),
      );
    }
    case "invalid_union": {
      if (value === undefined) return [fieldError(issue.path, "is required", value, allowedBy(at))];
      const options = at instanceof z.ZodUnion ? at.options : [];
      const meant = meantBranch(issue.errors);
      const branch = meant === undefined ? undefined : options[meant];
      if (meant === undefined || branch === undefined) {
        return [fieldError(issue.path, "is none of the allowed forms", value, allowedBy(at))];
      }
      return (issue.errors[meant] ?? []).flatMap((inner) =>
        describeIssue(inner, { schema: branch, input: value }).map((error) => ({
          ...error,
          pointer: jsonPointer(issue.path) + error.pointer,
        })),
      );
    }
    case "invalid_key": {
      const key = String(issue.path.at(-1));
      const record = schemaAt(schema, issue.path.slice(0, -1));
      const [inner] = issue.issues;
      const reason = `has a name that ${inner === undefined ? "is not allowed" : inner.message}`;
      const names = record instanceof z.ZodRecord ? allowedBy(record.keyType) : allowedBy(undefined);
      return [fieldError(issue.path, reason, key, `as its name: ${names}`)];
    }
    default: {
      const missing = value === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value");
      const reason = missing ? "is required" : issue.message;
      return [fieldError(issue.path, reason, value, allowedBy(at))];
    }
  }
}

/** The errors that a schema finds in a value: those that a response lists, and the number of all. */
interface FoundErrors {
  readonly errors: readonly FieldError[];
  readonly count: number;
}

/**
 * Returns the errors, one for each field. A value that breaks two rules, as a number does that is too large for its field
 * and for an integer, has an issue for each; the first of them is listed, and what is allowed is the same for both.
 */
function errorsOf(schema: z.core.$ZodType, input: unknown, error: z.core.$ZodError): FoundErrors {
  const errors: FieldError[] = [];
  const fields = new Set<string>();
  let unknownFields = 0;
  for (const issue of error.issues) {
    // Errors that no response lists are only counted.
    if (errors.length < maxErrors) {
      for (const described of describeIssue(issue, { schema, input })) {
        if (!fields.has(described.pointer)) errors.push(described);
        fields.add(described.pointer);
      }
    } else if (issue.code === "unrecognized_keys") unknownFields += issue.keys.length;
    else fields.add(jsonPointer(issue.path));
  }
  return { errors, count: fields.size + unknownFields };
}

/**
 * Returns the problem INVALID_REQUEST with every broken field.
 * @param count - the number of broken fields, if it is higher than the number of `errors`
 */
export function invalidRequest(errors: readonly FieldError[], count = errors.length): Problem {
  const fields = count === 1 ? "1 field is" : `${count} fields are`;
  const listed = errors.slice(0, maxErrors);
  const more = count > listed.length ? ` The first ${listed.length} are listed.` : "";
  return new Problem("INVALID_REQUEST", { detail: `${fields} not valid, see \`errors\`.${more}`, errors: listed });
}

export interface ParseBodyParams<Schema extends z.ZodType> {
  readonly request: Request;
  readonly schema: Schema;
  /**
   * Returns errors that need more than the schema to be found, such as those of a technique's parameters. It gets the
   * body as it was sent, even when the schema refuses it, so that one response lists all errors.
   */
  readonly alsoCheck?: (body: Readonly<Record<string, unknown>>) => readonly FieldError[];
}

/**
 * Returns the problem of a text that is not JSON. V8 tells the place of some syntax errors, and the problem names it.
 */
function malformedJson(text: string, error: unknown): Problem {
  if (text.trim() === "") return new Problem("MALFORMED_JSON", { detail: "The body is empty; it must be JSON." });
  const message = error instanceof Error ? error.message : "";
  const [, position] = / at position (\d+)/.exec(message) ?? [];
  if (message.startsWith("Unexpected end")) {
    return new Problem("MALFORMED_JSON", { detail: "The body is not JSON: it ends before its JSON does." });
  }
  if (position === undefined) return new Problem("MALFORMED_JSON", { detail: "The body is not JSON." });
  const lines = text.slice(0, Number(position)).split("\n");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return new Problem("MALFORMED_JSON", {
    detail: `The body is not JSON: the first fault is in line ${lines.length}, column ${column}.`,
  });
}

/**
 * Returns the body's text and its JSON value.
 * @throws Problem 415 for another content type or charset, 400 for text that is not JSON
 */
function jsonBody(request: Request): { readonly text: string; readonly body: unknown } {
  const type = mediaType(request);
  if (type !== "application/json" && !/^application\/[a-z0-9.+-]+\+json$/.test(type)) {
    throw unsupportedMediaType(request, ["application/json"]);
  }
  requireUtf8(request);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(request.body);
  } catch {
    throw new Problem("MALFORMED_JSON", { detail: "The body is not UTF-8; it must be JSON in UTF-8." });
  }
  try {
    const body: unknown = JSON.parse(text);
    return { text, body };
  } catch (error) {
    throw malformedJson(text, error);
  }
}

/** Returns the error of the first name that comes twice, with the value that JSON.parse kept. */
function repeatedField(text: string, body: unknown): FieldError | undefined {
  const path = repeatedName(text);
  return path && fieldError(path, "is given more than once", valueAt(body, path), "each name once in an object");
}

type CheckedBody<Values> =
  | { readonly isValid: true; readonly values: Values }
  | ({ readonly isValid: false; readonly body: unknown } & FoundErrors);

/**
 * Checks a body against its schema and the other rules.
 * @throws Problem 415 for another content type; 400 for what is not JSON or breaks a limit of JSON bodies
 */
function checkedBody<Schema extends z.ZodType>({
  request,
  schema,
  alsoCheck = () => [],
}: ParseBodyParams<Schema>): CheckedBody<z.output<Schema>> {
  const { text, body } = jsonBody(request);
  const error = brokenLimit(body) ?? repeatedField(text, body);
  if (error !== undefined) throw invalidRequest([error]);
  const parsed = schema.safeParse(body, { error: plainWords });
  const found = parsed.success ? { errors: [], count: 0 } : errorsOf(schema, body, parsed.error);
  const others = isObject(body) ? alsoCheck(body) : [];
  if (parsed.success && others.length === 0) return { isValid: true, values: parsed.data };
  return { isValid: false, body, errors: [...found.errors, ...others], count: found.count + others.length };
}

/** Returns the validated body. @throws Problem 415, 400 */
export function parseBody<Schema extends z.ZodType>(params: ParseBodyParams<Schema>): z.output<Schema> {
  const checked = checkedBody(params);
  if (checked.isValid) return checked.values;
  throw invalidRequest(checked.errors, checked.count);
}

export interface ParseBodyWithStoredErrorsParams<Schema extends z.ZodType> extends ParseBodyParams<Schema> {
  /**
   * Returns errors that are found by reading what is stored. It is called only for a body that is refused anyway, so
   * that one response lists all errors. For a valid body, the use case itself finds them.
   */
  readonly storedErrors: (body: Readonly<Record<string, unknown>>) => Promise<readonly FieldError[]>;
}

/**
 * Returns the validated body, as `parseBody` does. If the body is refused, the problem also lists the errors that
 * `storedErrors` finds.
 * @throws Problem 415, 400
 */
export async function parseBodyWithStoredErrors<Schema extends z.ZodType>(
  params: ParseBodyWithStoredErrorsParams<Schema>,
): Promise<z.output<Schema>> {
  const checked = checkedBody(params);
  if (checked.isValid) return checked.values;
  const found = isObject(checked.body) ? await params.storedErrors(checked.body) : [];
  throw invalidRequest([...checked.errors, ...found], checked.count + found.length);
}

/** The values that a query or the fields of a form send as text under names. */
export interface NamedValues {
  readonly given: Readonly<Record<string, unknown>>;
  /** The names that came more than once, each with all its values. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
}

function namedValues(entries: Iterable<readonly [string, string]>): NamedValues {
  const given = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  for (const [name, value] of entries) {
    const first = given.get(name);
    if (first === undefined) given.set(name, value);
    else {
      const all = repeated.get(name) ?? [first];
      all.push(value);
      repeated.set(name, all);
    }
  }
  return { given: Object.fromEntries(given), repeated };
}

/**
 * Returns the values of a form's fields that are no files. A form sends an empty field for what nobody filled in, so an
 * empty field counts as not given.
 */
export function formValues(fields: readonly { readonly name: string; readonly value: string }[]): NamedValues {
  return namedValues(fields.flatMap(({ name, value }) => (value === "" ? [] : [[name, value] as const])));
}

export interface ParsedValues<Values> {
  /** The parsed values; absent if there is any error. */
  readonly values?: Values;
  readonly errors: readonly FieldError[];
  /** The number of all errors; `errors` lists no more than a response does. */
  readonly count: number;
}

/**
 * Parses values that were sent as text, one for each name.
 * @param pointer - returns how an error points at a name
 */
export function parseValues<Schema extends z.ZodObject>(
  { given, repeated }: NamedValues,
  schema: Schema,
  pointer: (name: string) => string,
): ParsedValues<z.output<Schema>> {
  const errors = [...repeated].map(([name, values]): FieldError => ({
    pointer: pointer(pointerName(name)),
    reason: "is given more than once",
    ...shortValue(values),
    allowed: "one value",
  }));
  const parsed = schema.safeParse(given, { error: plainWords });
  if (parsed.success) {
    return errors.length === 0 ? { values: parsed.data, errors, count: 0 } : { errors, count: errors.length };
  }
  const found = errorsOf(schema, given, parsed.error);
  return {
    errors: [...errors, ...found.errors.map((error) => ({ ...error, pointer: pointer(error.pointer.slice(1)) }))],
    count: errors.length + found.count,
  };
}

/** Returns the values of a query by their names, as they were sent. */
export const queryValues = (request: Pick<Request, "query">): NamedValues => namedValues(request.query);

/** Returns the parsed query. @throws Problem 400 for unknown, repeated and broken parameters */
export function parseQuery<Schema extends z.ZodObject>(request: Request, schema: Schema): z.output<Schema> {
  const { values, errors, count } = parseValues(queryValues(request), schema, (name) => `?${name}`);
  if (values !== undefined) return values;
  const names = Object.keys(schema.shape).join(", ");
  const worded = errors.map((error) =>
    error.reason === "unknown field"
      ? { ...error, reason: "unknown query parameter", allowed: `the query parameters ${names}` }
      : error,
  );
  throw invalidRequest(worded, count);
}
