/**
 * Finds a name that comes twice in one object of a JSON text. JSON.parse silently keeps the last of its values, so a
 * client that means the first one would get something else than it asked for (RFC 8259, 4).
 */

/** An object or array that is open at the present position of the text. */
interface Level {
  readonly isObject: boolean;
  /** The names that the object has so far; undefined for an array and before the first name. */
  names: Set<string> | undefined;
  /** The present name of an object, or the present index of an array. */
  step: string | number;
}

/**
 * Returns the index of a string's closing quote.
 * @param start - the index of the opening quote of a well-formed string
 */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
}

/** Returns the name that a quoted string stands for: `"\u0061"` is `a`. */
function nameOf(quoted: string): string {
  return quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}

/**
 * Returns the path to the first name that comes again in its object. It takes one pass over the text, whatever its
 * shape.
 * @param text - a text that JSON.parse accepts
 */
export function repeatedName(text: string): readonly (string | number)[] | undefined {
  const levels: Level[] = [];
  let isNameNext = false;
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    switch (text[at]) {
      case "{":
        levels.push({ isObject: true, names: undefined, step: "" });
        isNameNext = true;
        break;
      case "[":
        levels.push({ isObject: false, names: undefined, step: 0 });
        isNameNext = false;
        break;
      case "}":
      case "]":
        levels.pop();
        isNameNext = false;
        break;
      case ",":
        isNameNext = level?.isObject === true;
        if (typeof level?.step === "number") level.step += 1;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (isNameNext && level !== undefined) {
          const name = nameOf(text.slice(at, end + 1));
          level.step = name;
          level.names ??= new Set();
          if (level.names.has(name)) return levels.map(({ step }) => step);
          level.names.add(name);
          isNameNext = false;
        }
        at = end;
        break;
      }
      default:
    }
  }
  return undefined;
}
