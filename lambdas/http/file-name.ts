/** The name of a downloaded file, made of what its owner called the thing: one that every file system and shell takes. */

/** What no file system takes, or what a shell or a browser takes for something else. */
const notInFilenames = /[\p{C}/\\:*?"<>|]/gu;
/** Windows drops them at the end of a name; elsewhere a dot at the beginning hides the file. */
const atTheEnds = /^[.\s]+|[.\s]+$/gu;
/** Names of devices on Windows, with any extension: "Naming Files, Paths, and Namespaces" in its documentation. */
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|$)/i;

const maxUnits = 100;
/** File systems take 255 bytes; the extension, and the " (1)" of a second download, come after these. */
const maxBytes = 240;

/** At most so long, and never with half of a character outside the basic plane. */
function shortened(text: string): string {
  let [length, bytes] = [0, 0];
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (length + character.length > maxUnits || bytes > maxBytes) break;
    length += character.length;
  }
  return text.slice(0, length);
}

/**
 * The part before the extension.
 * @param name - any text
 * @param fallback - for a name of which nothing is left but dots, spaces and underscores
 */
export function fileStem(name: string, fallback: string): string {
  const stem = shortened(name.replace(notInFilenames, "_").replace(atTheEnds, "")).replace(atTheEnds, "");
  if (/^[_.\s]*$/u.test(stem)) return fallback;
  return deviceName.test(stem) ? `_${stem}` : stem;
}
