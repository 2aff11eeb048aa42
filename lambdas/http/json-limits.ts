/**
 * Limits the size of JSON bodies in each direction. The limits are checked before the schema, because describing a body
 * with a hundred thousand broken values takes far longer than reading it. No valid request comes near them.
 */
import type { FieldError } from "../../domain/schemas/api/problem";
import { pointerStep } from "../problems/json-pointer";
import { shortValue } from "../problems/short-value";

const limits = { fields: 100, elements: 1_000, depth: 16, nameLength: 200, values: 20_000 } as const;

interface Walk {
  readonly body: unknown;
  values: number;
}

function limitError(pointer: string, reason: string, value: unknown, allowed: string): FieldError {
  return { pointer, reason, ...shortValue(value), allowed };
}

function firstBrokenLimit(value: unknown, pointer: string, depth: number, walk: Walk): FieldError | undefined {
  walk.values += 1;
  if (walk.values > limits.values) {
    return limitError(
      "",
      `has more than ${limits.values} values`,
      walk.body,
      `at most ${limits.values} values in the whole body`,
    );
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === limits.depth) {
    return limitError(pointer, "is nested too deeply", value, `at most ${limits.depth} levels of objects and arrays`);
  }
  if (Array.isArray(value)) {
    if (value.length > limits.elements) {
      return limitError(
        pointer,
        `has ${value.length} elements`,
        value,
        `at most ${limits.elements} elements in an array`,
      );
    }
    for (const [index, element] of value.entries()) {
      const error = firstBrokenLimit(element, `${pointer}/${index}`, depth + 1, walk);
      if (error !== undefined) return error;
    }
    return undefined;
  }
  const names = Object.keys(value);
  if (names.length > limits.fields) {
    return limitError(pointer, `has ${names.length} fields`, value, `at most ${limits.fields} fields in an object`);
  }
  for (const name of names) {
    const inner = pointer + pointerStep(name);
    // Schemas ignore this name silently, because it means something else to JavaScript.
    if (name === "__proto__") return limitError(inner, "unknown field", Reflect.get(value, name), "any other name");
    if (name.length > limits.nameLength) {
      return limitError(
        inner,
        `is a name of ${name.length} characters`,
        name,
        `at most ${limits.nameLength} characters in the name of a field`,
      );
    }
    const error = firstBrokenLimit(Reflect.get(value, name), inner, depth + 1, walk);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Returns the error of the first limit that a JSON value breaks, or of the first name that no schema sees. */
export function brokenLimit(body: unknown): FieldError | undefined {
  return firstBrokenLimit(body, "", 0, { body, values: 0 });
}
