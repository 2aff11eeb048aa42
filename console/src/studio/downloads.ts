/** Files of a piece for the user's disk. */
import type { Piece } from "../piece/piece";
import type { TrackMix } from "../sound/audible-piece";

/** Returns a name that every file system takes. */
export const fileName = (name: string, extension: string): string =>
  `${
    name
      .replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ")
      .trim()
      .slice(0, 80)
      .trim() || "piece"
  }.${extension}`;

export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}

export const midiFile = (bytes: ArrayBuffer): Blob => new Blob([bytes], { type: "audio/midi" });

/** Renders what is heard, in a chunk that is loaded when somebody asks for a file. */
export async function audioFile(format: "wav" | "mp3", piece: Piece, mixes: readonly TrackMix[]): Promise<Blob> {
  if (format === "wav") return await (await import("../sound/audio-file")).renderWav(piece, mixes);
  return await (await import("../sound/mp3-file")).renderMp3(piece, mixes);
}
