/** Melodies that only this browser has: opened, recorded or edited here, and not saved yet. */
import { navigate } from "wouter/use-browser-location";
import { nameOfFile } from "../../../domain/music/name-of-file";
import type { Notices } from "../app/notices";
import type { Piece } from "../piece/piece";
import { writePiece } from "../piece/write-piece";
import { texts } from "../texts/en";
import { fromBase64, toBase64 } from "./base64";
import { type Draft, type OwnMelody, replacedMelody } from "./draft";
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
    id: crypto.randomUUID(),
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
  keep({ id: crypto.randomUUID(), piece, name: texts.studio.melody.recorded, origin: "recording" });
}

/** Makes the edited notes the melody. What shaped them is part of them now. */
export function takeEdit(piece: Piece, name: string, draft: Draft = draftStore.getState()): void {
  const { source, own } = draft;
  const edited = source.kind === "own" ? own : undefined;
  const isRecording = edited?.origin === "recording";
  const from = source.kind === "own" ? edited?.from : fromOf(source);
  keep({
    id: edited?.id ?? crypto.randomUUID(),
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

interface KeptMelody extends Pick<OwnMelody, "id" | "name" | "origin" | "from"> {
  readonly piece: Piece;
}

function keep({ piece, ...rest }: KeptMelody): void {
  const own: OwnMelody = { ...rest, file: toBase64(writePiece(piece)) };
  // The stage goes on with the very piece that it has, so that what was done can be undone.
  rememberPiece(own, piece);
  changeDraft({ source: { kind: "own" }, own, shape: {} });
}

let stopWatching: (() => void) | undefined;

/**
 * Tells of each unsaved melody in whose place another one comes, for there is one at a time, and offers it back. It goes
 * on after the studio is left, because the offer may be taken from elsewhere.
 */
export function offerReplaced(tell: Notices["tell"]): void {
  stopWatching?.();
  stopWatching = draftStore.subscribe((after, before) => {
    const replaced = replacedMelody(before, after);
    if (replaced === undefined) return;
    const onPress = (): void => {
      changeDraft({ source: { kind: "own" }, own: replaced, shape: {} });
      navigate("/studio");
    };
    const { replaced: text, bringBack } = texts.studio.melody;
    tell({ type: "warning", text: text(replaced.name), action: { text: bringBack, onPress } });
  });
}
