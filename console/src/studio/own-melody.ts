/** Melodies that only this browser has: opened, recorded or edited here, and not saved yet. */
import { nameOfFile } from "../../../domain/music/name-of-file";
import type { Piece } from "../piece/piece";
import { writePiece } from "../piece/write-piece";
import { texts } from "../texts/en";
import { fromBase64, toBase64 } from "./base64";
import type { Draft, OwnMelody } from "./draft";
import { changeDraft, draftStore } from "./draft-store";
import type { MelodySource } from "./melody-source";
import { rememberPiece } from "./use-melody";

export const fileOf = ({ file }: OwnMelody): Blob => new Blob([fromBase64(file)], { type: "audio/midi" });

const mostBytes = 1024 * 1024;
const longestName = 100;
const shortened = (name: string): string => Array.from(name).slice(0, longestName).join("");

/** Opens a MIDI file as the melody. @throws MelodyFileError with the server's words when it would be refused */
export async function openFile(file: File): Promise<void> {
  const { MelodyFileError, readMelodyFile } = await import("./read-melody-file");
  if (file.size > mostBytes)
    throw new MelodyFileError(texts.studio.melody.tooLarge((file.size / mostBytes).toFixed(1)));
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { tracks, chosen } = readMelodyFile(bytes);
  const own: OwnMelody = {
    name: nameOfFile(file.name) || texts.studio.melody.unnamed,
    origin: "upload",
    file: toBase64(bytes),
    tracks: {
      numbers: tracks.map(({ index }) => index),
      place: tracks.findIndex(({ index }) => index === chosen),
    },
  };
  changeDraft({ source: { kind: "own" }, own, shape: {} });
}

/** Takes another track of the opened file as the melody. @throws MelodyFileError */
export async function chooseFileTrack(own: OwnMelody, place: number): Promise<void> {
  const { readMelodyFile } = await import("./read-melody-file");
  const numbers = own.tracks?.numbers ?? [];
  readMelodyFile(fromBase64(own.file), numbers[place]);
  changeDraft({ own: { ...own, tracks: { numbers, place } }, shape: {} });
}

/** Makes a recording the melody. */
export function takeRecording(piece: Piece): void {
  keep({ piece, name: texts.studio.melody.recorded, origin: "recording" });
}

/** Makes the edited notes the melody. What shaped them is part of them now. */
export function takeEdit(piece: Piece, name: string, draft: Draft = draftStore.getState()): void {
  const { source, own } = draft;
  const isRecording = source.kind === "own" && own?.origin === "recording";
  const from = source.kind === "own" ? own?.from : fromOf(source);
  keep({
    piece,
    name: isRecording ? name : shortened(texts.studio.melody.edited(name)),
    origin: isRecording ? "recording" : "edit",
    ...(from === undefined ? {} : { from }),
  });
}

function fromOf(source: MelodySource): OwnMelody["from"] {
  if (source.kind !== "composition") return undefined;
  const { id: compositionId, trackIndex } = source;
  return { compositionId, ...(trackIndex === undefined ? {} : { trackIndex }) };
}

interface KeptMelody extends Pick<OwnMelody, "name" | "origin" | "from"> {
  readonly piece: Piece;
}

function keep({ piece, ...rest }: KeptMelody): void {
  const own: OwnMelody = { ...rest, file: toBase64(writePiece(piece)) };
  // The stage goes on with the very piece that it has, so that what was done can be undone.
  rememberPiece(own, piece);
  changeDraft({ source: { kind: "own" }, own, shape: {} });
}
