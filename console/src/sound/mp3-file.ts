/** Makes MP3 files, in a chunk of its own: the encoder is LAME (LGPL), which works in a worker. */
import { registerMp3Encoder } from "@mediabunny/mp3-encoder";
import { AudioBufferSource, BufferTarget, Mp3OutputFormat, Output, Quality } from "mediabunny";
import type { Piece } from "../piece/piece";
import { texts } from "../texts/en";
import type { TrackMix } from "./audible-piece";
import { renderPiece } from "./audio-file";
import { SoundError } from "./sound-error";

let isRegistered = false;

/** Returns a piece as an MP3 file of 192 kbit/s, with the errors of {@link renderPiece}. */
export async function renderMp3(piece: Piece, mixes: readonly TrackMix[] = []): Promise<Blob> {
  if (!isRegistered) registerMp3Encoder();
  isRegistered = true;
  const buffer = await renderPiece(piece, mixes);
  const target = new BufferTarget();
  const output = new Output({ format: new Mp3OutputFormat(), target });
  const source = new AudioBufferSource({ codec: "mp3", quality: new Quality({ bitrate: 192_000 }) });
  output.addAudioTrack(source);
  await output.start();
  await source.add(buffer);
  source.close();
  await output.finalize();
  if (target.buffer === null) throw new SoundError(texts.sound.notEncoded);
  return new Blob([target.buffer], { type: "audio/mpeg" });
}
