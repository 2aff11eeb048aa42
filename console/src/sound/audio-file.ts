/** Makes audio files of pieces. */
import { audioBufferToWav } from "spessasynth_lib";
import { endOfPiece, type Piece, PieceError } from "../piece/piece";
import { writePiece } from "../piece/write-piece";
import { texts } from "../texts/en";
import { audiblePiece, type TrackMix } from "./audible-piece";
import { soundsOf } from "./sounds";
import { render } from "./synth";
import { TempoMap } from "./tempo-map";

/** Seconds in which the last notes die away. */
const tail = 3;
/** -1 dBFS. */
const loudestSample = 10 ** (-1 / 20);

/** Changes all samples by one factor, so that the loudest is as loud as a file should be. */
function normalize(buffer: AudioBuffer): void {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  let peak = 0;
  for (const samples of channels) for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  if (peak === 0) return;
  const factor = loudestSample / peak;
  for (const samples of channels)
    for (let at = 0; at < samples.length; at += 1) samples[at] = (samples[at] ?? 0) * factor;
}

/**
 * Returns the sound of a piece, its loudest sample at -1 dBFS.
 * @throws PieceError when every track is muted
 * @throws SoundError when the synthesizer does not start
 */
export async function renderPiece(piece: Piece, mixes: readonly TrackMix[]): Promise<AudioBuffer> {
  const heard = audiblePiece(piece, mixes);
  if (heard.tracks.length === 0) throw new PieceError(texts.sound.allMuted);
  const seconds = new TempoMap(piece).secondAt(endOfPiece(piece)) + tail;
  const buffer = await render(writePiece(heard).buffer, soundsOf(heard), seconds);
  normalize(buffer);
  return buffer;
}

/** Returns a piece as a WAV file of 44,100 Hz, with the errors of {@link renderPiece}. */
export async function renderWav(piece: Piece, mixes: readonly TrackMix[] = []): Promise<Blob> {
  return audioBufferToWav(await renderPiece(piece, mixes), { normalizeAudio: false });
}
