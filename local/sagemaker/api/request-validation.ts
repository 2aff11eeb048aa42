import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import * as z from "zod";
import { ServiceError, validationException } from "./service-error";

export type ServiceName = "sagemaker" | "sagemaker-runtime";

const definition = z.looseObject({
  type: z.string().optional(),
  properties: z.record(z.string(), z.looseObject({ $ref: z.string() })).optional(),
  items: z.looseObject({ $ref: z.string() }).optional(),
  additionalProperties: z.union([z.literal(false), z.looseObject({ $ref: z.string() })]).optional(),
  pattern: z.string().optional(),
  "x-pattern": z.string().optional(),
});

const schemaFile = z.looseObject({
  source: z.looseObject({ version: z.string() }),
  targetPrefix: z.string(),
  allOperations: z.array(z.string()),
  operations: z.record(
    z.string(),
    z.looseObject({
      input: z.string().optional(),
      output: z.string().optional(),
      inputHeaders: z.record(z.string(), z.string()).optional(),
      outputHeaders: z.record(z.string(), z.string()).optional(),
      errors: z.array(z.string()),
    }),
  ),
  /** HTTP statuses by error shape. */
  errorStatuses: z.record(z.string(), z.int()),
  $defs: z.record(z.string(), definition),
});

type Definition = z.infer<typeof definition>;

/** A request body that fits the service model. Members still have to be parsed into what an operation uses. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** The maximum number of characters of a broken value that an error repeats: a hostile value could be megabytes long. */
const maxShownValueLength = 1_024;

/**
 * The AWS service model of one service as JSON Schemas (see schemas/generate.py). It words errors as the service does.
 */
export class ServiceSchemas {
  private readonly file: z.infer<typeof schemaFile>;
  private readonly ajv: Ajv;
  private readonly compiled = new Map<string, ValidateFunction>();
  private readonly service: ServiceName;

  constructor(service: ServiceName) {
    this.service = service;
    const text = readFileSync(join(__dirname, "schemas", `${service}.json`), "utf8");
    const document: unknown = JSON.parse(text);
    this.file = schemaFile.parse(document);
    // `verbose` gives the broken value, and `allErrors` makes every broken member be named.
    this.ajv = new Ajv({ allErrors: true, verbose: true, strict: false, logger: false });
    this.ajv.addSchema({ $id: service, $defs: this.file.$defs });
  }

  /** The names of the operations that have schemas here. */
  get operations(): readonly string[] {
    return Object.keys(this.file.operations);
  }

  /** The names of all operations of the real service, whether this server has them or not. */
  get allOperations(): readonly string[] {
    return this.file.allOperations;
  }

  /** Returns the HTTP header (lower case) of each request member that is sent as a header. */
  inputHeaders(operation: string): Readonly<Record<string, string>> {
    return this.file.operations[operation]?.inputHeaders ?? {};
  }

  /** Returns the HTTP header (lower case) of each response member that is sent as a header. */
  outputHeaders(operation: string): Readonly<Record<string, string>> {
    return this.file.operations[operation]?.outputHeaders ?? {};
  }

  /**
   * Returns the HTTP status of an error that the model declares for this operation, or undefined for an error that it
   * does not declare.
   */
  errorStatus(operation: string, code: string): number | undefined {
    const declared = this.file.operations[operation]?.errors.includes(code) === true;
    return declared ? this.file.errorStatuses[code] : undefined;
  }

  /**
   * Checks a request against the model.
   *
   * @returns the request without members that are null, which the service reads as absent
   * @throws ServiceError SerializationException for a wrong JSON type, ValidationException that names all broken members
   */
  checkInput(operation: string, body: unknown): RequestBody {
    const shape = this.file.operations[operation]?.input;
    const request = withoutNulls(body);
    if (!isRecord(request)) {
      throw new ServiceError({ code: "SerializationException", status: 400, message: "The request is not an object." });
    }
    if (shape === undefined) return request;
    const validate = this.validator(shape);
    if (validate(request)) return request;
    throw this.errorOf(shape, request, validate.errors ?? []);
  }

  /**
   * Returns the faults of a response by the model, as readable lines. An operation without an output shape must respond
   * with nothing.
   */
  responseFaults(operation: string, response: unknown): string[] {
    const shape = this.file.operations[operation]?.output;
    if (shape === undefined) return response === undefined ? [] : [`${operation} has no output in the service model`];
    return this.shapeFaults(shape, response);
  }

  /** Returns the faults of `value` by the shape `shape` of the model, as readable lines. */
  shapeFaults(shape: string, value: unknown): string[] {
    const validate = this.validator(shape);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => `${shape}${error.instancePath}: ${error.message ?? error.keyword}`);
  }

  private validator(shape: string): ValidateFunction {
    const known = this.compiled.get(shape);
    if (known !== undefined) return known;
    const validate = this.ajv.compile({ $ref: `${this.service}#/$defs/${shape}` });
    this.compiled.set(shape, validate);
    return validate;
  }

  private errorOf(shape: string, request: RequestBody, errors: readonly ErrorObject[]): ServiceError {
    const wrongType = errors.find((error) => error.keyword === "type");
    if (wrongType !== undefined) {
      return new ServiceError({
        code: "SerializationException",
        status: 400,
        message: `${jsonTypeName(wrongType.data)} can not be converted to ${typeName(wrongType.schema)} at '${this.locate(shape, wrongType).path}'`,
      });
    }
    const broken = errors.flatMap((error) => this.brokenConstraint(shape, request, error) ?? []);
    const lines = [...new Set(broken)];
    return validationException(
      `${lines.length} validation error${lines.length === 1 ? "" : "s"} detected: ${lines.join("; ")}`,
    );
  }

  private brokenConstraint(shape: string, request: RequestBody, error: ErrorObject): string | undefined {
    // The error about the key itself, which comes together with this one, already says so.
    if (error.keyword === "propertyNames") return undefined;
    const { path, inMap, holder } = this.locate(shape, error);
    const constraint = constraintText(error, this.file.source.version);
    if (error.keyword === "required" || error.keyword === "additionalProperties") {
      const name = String(error.params[error.keyword === "required" ? "missingProperty" : "additionalProperty"]);
      const at = path === "" ? camelCase(name) : `${path}.${camelCase(name)}`;
      const value = isRecord(error.data) ? error.data[name] : undefined;
      return failed(value, at, constraint);
    }
    if (error.propertyName !== undefined) {
      return failed(error.data, path, `Map keys must satisfy constraint: [${constraint}]`);
    }
    if (inMap) {
      return failed(valueAt(request, holder), path, `Map value must satisfy constraint: [${constraint}]`);
    }
    return failed(error.data, path, constraint);
  }

  /**
   * Returns the path of a member in the service's notation. It ends at a map, whose values the service does not number.
   */
  private locate(shape: string, error: ErrorObject): { path: string; inMap: boolean; holder: string[] } {
    const segments = error.instancePath
      .split("/")
      .slice(1)
      .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
    let current: Definition | undefined = this.file.$defs[shape];
    const names: string[] = [];
    for (const [depth, segment] of segments.entries()) {
      if (current?.items !== undefined) {
        names.push(String(Number(segment) + 1), "member");
        current = this.resolve(current.items.$ref);
      } else if (current?.properties?.[segment] !== undefined) {
        names.push(camelCase(segment));
        current = this.resolve(current.properties[segment].$ref);
      } else {
        return { path: names.join("."), inMap: true, holder: segments.slice(0, depth) };
      }
    }
    return { path: names.join("."), inMap: false, holder: segments };
  }

  private resolve(reference: string): Definition | undefined {
    return this.file.$defs[reference.slice("#/$defs/".length)];
  }
}

function failed(value: unknown, path: string, constraint: string): string {
  const shown = value === undefined ? "null" : `'${shorten(javaText(value))}'`;
  return `Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
}

function constraintText(error: ErrorObject, version: string): string {
  const limit = String(error.params["limit"]);
  switch (error.keyword) {
    case "required":
      return "Member must not be null";
    case "minLength":
    case "minItems":
    case "minProperties":
      return `Member must have length greater than or equal to ${limit}`;
    case "maxLength":
    case "maxItems":
    case "maxProperties":
      return `Member must have length less than or equal to ${limit}`;
    case "minimum":
      return `Member must have value greater than or equal to ${limit}`;
    case "maximum":
      return `Member must have value less than or equal to ${limit}`;
    case "pattern":
      return `Member must satisfy regular expression pattern: ${patternText(error)}`;
    case "enum":
      return `Member must satisfy enum value set: ${javaText(error.params["allowedValues"])}`;
    case "additionalProperties":
      // The service drops members that it does not know. Here they are refused, so that a mistyped name is noticed.
      return `Member is not in the service model that this local server knows (botocore ${version})`;
    default:
      return error.message ?? error.keyword;
  }
}

function patternText(error: ErrorObject): string {
  const written: unknown = error.parentSchema?.["x-pattern"];
  return typeof written === "string" ? written : String(error.params["pattern"]);
}

/** Converts `TrainingJobName` to `trainingJobName`, as the service writes member names in its errors. */
function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Returns a value as the service prints it: `{a=1}`, `[1, 2]`. */
function javaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(javaText).join(", ")}]`;
  if (isRecord(value)) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}=${javaText(member)}`)
      .join(", ")}}`;
  }
  return String(value);
}

function shorten(text: string): string {
  return text.length <= maxShownValueLength ? text : `${text.slice(0, maxShownValueLength)}…`;
}

function jsonTypeName(value: unknown): string {
  if (Array.isArray(value)) return "START_ARRAY";
  if (isRecord(value)) return "START_OBJECT";
  if (typeof value === "boolean") return value ? "TRUE_VALUE" : "FALSE_VALUE";
  return typeof value === "number" ? (Number.isInteger(value) ? "NUMBER_VALUE" : "DECIMAL_VALUE") : "STRING_VALUE";
}

function typeName(type: unknown): string {
  switch (type) {
    case "string":
      return "a String";
    case "integer":
      return "an Integer";
    case "number":
      return "a Number";
    case "boolean":
      return "a Boolean";
    case "array":
      return "a List";
    default:
      return "an Object";
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const segment of path) {
    if (Array.isArray(current)) current = current[Number(segment)];
    else if (isRecord(current)) current = current[segment];
    else return undefined;
  }
  return current;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
