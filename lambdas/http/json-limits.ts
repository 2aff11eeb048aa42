/**
 * How large a JSON body may be in each direction. It is checked before the schema: what a schema makes of a body with a
 * hundred thousand broken values takes far longer than reading it. No request that is right comes near these limits.
 */
import type { FieldError } from "../../domain/schemas/api/problem";
import { pointerStep } from "../problems/json-pointer";
import { shortValue } from "../problems/short-value";

const limits = { fields: 100, elements: 1_000, depth: 16, nameLength: 200, values: 20_000 } as const;

interface Walk {
  readonly body: unknown;
  values: number;
}

function fault(pointer: string, reason: string, value: unknown, allowed: string): FieldError {
  return { pointer, reason, ...shortValue(value), allowed };
}

function look(value: unknown, pointer: string, depth: number, walk: Walk): FieldError | undefined {
  walk.values += 1;
  if (walk.values > limits.values) {
    return fault(
      "",
      `has more than ${limits.values} values`,
      walk.body,
      `at most ${limits.values} values in the whole body`,
    );
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === limits.depth) {
    return fault(pointer, "is nested too deeply", value, `at most ${limits.depth} levels of objects and arrays`);
  }
  if (Array.isArray(value)) {
    if (value.length > limits.elements) {
      return fault(pointer, `has ${value.length} elements`, value, `at most ${limits.elements} elements in an array`);
    }
    for (const [index, element] of value.entries()) {
      const found = look(element, `${pointer}/${index}`, depth + 1, walk);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const names = Object.keys(value);
  if (names.length > limits.fields) {
    return fault(pointer, `has ${names.length} fields`, value, `at most ${limits.fields} fields in an object`);
  }
  for (const name of names) {
    const inner = pointer + pointerStep(name);
    // Schemas pass over it without a word, since it means something else to JavaScript.
    if (name === "__proto__") return fault(inner, "unknown field", Reflect.get(value, name), "any other name");
    if (name.length > limits.nameLength) {
      return fault(
        inner,
        `is a name of ${name.length} characters`,
        name,
        `at most ${limits.nameLength} characters in the name of a field`,
      );
    }
    const found = look(Reflect.get(value, name), inner, depth + 1, walk);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first limit that a JSON value breaks, or the first name that no schema looks at. */
export function brokenLimit(body: unknown): FieldError | undefined {
  return look(body, "", 0, { body, values: 0 });
}
