/**
 * Reads and writes items of the table. Written items are validated strictly. Read items are treated tolerantly:
 * attributes that a newer version has added are dropped, also inside nested objects; anything else that does not fit is
 * an error, never "not found".
 */
import * as z from "zod";
import { partitionKey, sortKey, type TableKey } from "../../naming/table-keys";

/**
 * Thrown when a stored item does not fit its schema. That is a fault of this software, so it surfaces as an internal
 * error with the item's key.
 */
export class UnreadableItem extends Error {
  override readonly name = "UnreadableItem";
}

const rawItemSchema = z.looseObject({ [partitionKey]: z.string(), [sortKey]: z.string() });

function remove(value: unknown, path: readonly PropertyKey[], keys: readonly string[]): void {
  const parent = path.reduce<unknown>(
    (inner, part) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );
  if (typeof parent === "object" && parent !== null) for (const key of keys) Reflect.deleteProperty(parent, key);
}

/**
 * Returns the item without its keys, validated.
 * @throws UnreadableItem
 */
export function readItem<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> {
  const { [partitionKey]: pk, [sortKey]: sk, ...attributes } = rawItemSchema.parse(raw);
  const first = schema.safeParse(attributes);
  if (first.success) return first.data;
  const copy: unknown = structuredClone(attributes);
  for (const issue of first.error.issues) {
    if (issue.code === "unrecognized_keys") remove(copy, issue.path, issue.keys);
  }
  const second = schema.safeParse(copy);
  if (second.success) return second.data;
  throw new UnreadableItem(`item ${pk} ${sk}: ${z.prettifyError(second.error)}`);
}

/**
 * Returns the item with its keys, as it is put.
 * @throws ZodError when it does not fit its schema
 */
export function writeItem<Schema extends z.ZodType<object>>(
  schema: Schema,
  key: TableKey,
  item: z.output<Schema>,
): Record<string, unknown> {
  return { ...Object.fromEntries(Object.entries(schema.parse(item))), ...key };
}
