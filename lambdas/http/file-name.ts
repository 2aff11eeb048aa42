/** Makes the name of a downloaded file from the name of a resource, so that every file system and shell accepts it. */

/** Characters that some file system forbids, or that a shell or a browser interprets. */
const notInFilenames = /[\p{C}/\\:*?"<>|]/gu;
/**
 * Dots and spaces at both ends. Windows drops them at the end of a name; elsewhere a dot at the beginning hides the
 * file.
 */
const atTheEnds = /^[.\s]+|[.\s]+$/gu;
/**
 * The names of devices on Windows, with any extension. See "Naming Files, Paths, and Namespaces" in its documentation.
 */
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|$)/i;

const maxUnits = 100;
/** File systems allow 255 bytes. The extension and the " (1)" of a second download need the rest. */
const maxBytes = 240;

/** Shortens a text to the allowed length. It never cuts a character outside the basic plane into halves. */
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
 * Returns the part of the name before the extension.
 * @param name - any text
 * @param fallback - the result if nothing of the name is left but dots, spaces and underscores
 */
export function fileStem(name: string, fallback: string): string {
  const stem = shortened(name.replace(notInFilenames, "_").replace(atTheEnds, "")).replace(atTheEnds, "");
  if (/^[_.\s]*$/u.test(stem)) return fallback;
  return deviceName.test(stem) ? `_${stem}` : stem;
}
