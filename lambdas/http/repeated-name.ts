/**
 * A name that comes twice in one object of a JSON text. JSON.parse keeps the last of its values without a word, so that a
 * client which means the first one would get something else than it asked for (RFC 8259, 4).
 */

/** An object or array that is open where the text is looked at. */
interface Level {
  readonly isObject: boolean;
  /** Of the object, as far as it was read. */
  names: Set<string> | undefined;
  /** The present name, or the present index. */
  step: string | number;
}

/** @param start - of the opening quote of a string that is well-formed; @returns where its closing quote is */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
}

/** The name that a quoted string stands for: `"\u0061"` is `a`. */
function nameOf(quoted: string): string {
  return quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}

/**
 * Takes one pass over the text, whatever its shape.
 * @param text - that JSON.parse takes
 * @returns the path to the first name that comes again in its object
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
