/** Bytes as text, as the browser's storage keeps them. */

const bytesInOneCall = 8192;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += bytesInOneCall)
    text += String.fromCharCode(...bytes.subarray(from, from + bytesInOneCall));
  return btoa(text);
}

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
