/** A row in the notation of DynamoDB's streams. */
export function streamImage(item: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).flatMap(([name, value]: readonly [string, unknown]) =>
      value === undefined ? [] : [[name, attribute(value)]],
    ),
  );
}

function attribute(value: unknown): unknown {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  return typeof value === "object" && value !== null ? { M: streamImage(value) } : { NULL: true };
}
