import { fileStem } from "./file-name";

const fallbackStem = "composition";

/**
 * Returns the header that names a downloaded file (RFC 6266): `filename` in plain ASCII for old clients, and
 * `filename*` with the whole name (RFC 8187) if that differs.
 */
export function contentDisposition(name: string): string {
  const stem = fileStem(name, fallbackStem);
  // Accents are removed and not replaced, so that "Ténor" stays a word. A name without any ASCII leaves no word at all.
  const ascii = stem
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9 ._-]/g, "_");
  const whole = `${stem}.mid`;
  const plain = `${fileStem(ascii, fallbackStem)}.mid`;
  if (plain === whole) return `attachment; filename="${plain}"`;
  const encoded = encodeURIComponent(whole).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
