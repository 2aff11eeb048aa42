/**
 * Makes JSON bodies of a given size that are cheap to send and may be expensive to refuse: every shape that a validator
 * meets, at every place where a body can have a value.
 */

export interface HostileBody {
  /** The shape that is hostile, and its place in the body. */
  readonly name: string;
  readonly text: string;
}

/** Returns `make(0), make(1), …` joined by commas, as many as fill the bytes. */
function filled(bytes: number, make: (index: number) => string): string {
  const parts: string[] = [];
  let size = 0;
  for (let index = 0; size < bytes; index += 1) {
    const part = make(index);
    parts.push(part);
    size += part.length + 1;
  }
  return parts.join(",");
}

/** Values as JSON text, each of about the given number of bytes. */
const shapes: Readonly<Record<string, (bytes: number) => string>> = {
  "unknown fields": (bytes) => `{${filled(bytes, (index) => `"f${index}":0`)}}`,
  "fields with numbers as names": (bytes) => `{${filled(bytes, (index) => `"${index}":0`)}}`,
  "one field again and again": (bytes) => `{${filled(bytes, () => '"name":"x"')}}`,
  "fields named __proto__": (bytes) => `{${filled(bytes, () => '"__proto__":{"x":1}')}}`,
  "a long field name": (bytes) => `{"${"k".repeat(bytes)}":0}`,
  "a long field name over many values": (bytes) => `{"${"~".repeat(bytes / 2)}":[${filled(bytes / 2, () => '""')}]}`,
  "one long text": (bytes) => `"${"x".repeat(bytes)}"`,
  "control characters": (bytes) => `"${"\\u0000".repeat(bytes / 6)}"`,
  "lone surrogates": (bytes) => `"${"\\ud800".repeat(bytes / 6)}"`,
  "a long number": (bytes) => "1".repeat(bytes),
  numbers: (bytes) => `[${filled(bytes, () => "0")}]`,
  "empty texts": (bytes) => `[${filled(bytes, () => '""')}]`,
  "long texts": (bytes) => `[${filled(bytes, () => `"${"x".repeat(1000)}"`)}]`,
  "empty objects": (bytes) => `[${filled(bytes, () => "{}")}]`,
  "objects of many unknown fields": (bytes) =>
    `[${filled(bytes, () => `{${filled(600, (index) => `"f${index}":0`)}}`)}]`,
  "objects of few fields": (bytes) => `[${filled(bytes, () => '{"index":-1,"program":-1,"x":1}')}]`,
  "fields of many values": (bytes) =>
    `{${filled(bytes, (index) => `"f${index}":[${filled(bytes / 90, () => '""')}]`)}}`,
  "deep arrays": (bytes) => `${"[".repeat(bytes / 2)}${"]".repeat(bytes / 2)}`,
  "deep objects": (bytes) => `${'{"a":'.repeat(bytes / 6)}0${"}".repeat(bytes / 6)}`,
};

const texts = new Map<string, string>();

/** Returns a shape as JSON text. The same few are asked for at every place, so each is made once. */
function textOf(shape: string, make: (bytes: number) => string, bytes: number): string {
  const key = `${bytes} ${shape}`;
  const text = texts.get(key) ?? make(bytes);
  texts.set(key, text);
  return text;
}

/** A path to a value in a body: the names of fields, and 0 for the first element of an array. */
export type Place = readonly (string | 0)[];

function valueAt(body: unknown, place: Place): unknown {
  return place.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
    body,
  );
}

/** Returns a body as text, in which this text is the value at the place. The other values stay. */
function placed(body: unknown, place: Place, text: string): string {
  const [part, ...rest] = place;
  if (part === undefined) return text;
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const beside: readonly [string, unknown][] = isObject ? Object.entries(body) : [];
  const inner = beside.find(([name]) => name === part)?.[1];
  const value = placed(inner, rest, text);
  if (part === 0) return `[${value}]`;
  const others = beside
    .filter(([name]) => name !== part)
    .map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`);
  return `{${[...others, `${JSON.stringify(part)}:${value}`].join(",")}}`;
}

export interface HostileBodiesParams {
  /** A body that is valid, so that nothing but the hostile value is refused. */
  readonly body: unknown;
  readonly places: readonly Place[];
  /** Number of bytes that each body has, about. */
  readonly bytes: number;
}

/** Yields every shape at every place. */
export function* hostileBodies({ body, places, bytes }: HostileBodiesParams): Generator<HostileBody> {
  for (const place of places) {
    const where = place.length === 0 ? "the root" : place.join(".");
    const right = valueAt(body, place);
    if (typeof right === "object" && right !== null) {
      const fields = JSON.stringify(right).slice(1, -1);
      const unknown = textOf("unknown fields, bare", (size) => filled(size, (index) => `"f${index}":0`), bytes * 0.98);
      yield {
        name: `unknown fields beside right ones at ${where}`,
        text: placed(body, place, `{${fields},${unknown}}`),
      };
    }
    for (const [shape, make] of Object.entries(shapes)) {
      const text = placed(body, place, textOf(shape, make, Math.floor(bytes * 0.98)));
      yield { name: `${shape} at ${where}`, text };
    }
  }
}
