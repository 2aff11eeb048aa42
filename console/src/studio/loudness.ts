/** Makes two pieces equally loud, so that the louder one does not win for that alone. */
import { endOfPiece, type Piece } from "../piece/piece";
import { writePiece } from "../piece/write-piece";
import { soundsOf } from "../sound/sounds";
import { TempoMap } from "../sound/tempo-map";

/** So many seconds are enough to measure. */
const mostSeconds = 30;

/** Returns the loudness of a piece as its synthesizer plays it: the root of the mean square of its samples. */
export async function loudnessOf(piece: Piece): Promise<number> {
  const { render } = await import("../sound/synth");
  const seconds = Math.min(mostSeconds, new TempoMap(piece).secondAt(endOfPiece(piece)));
  const buffer = await render(writePiece(piece).buffer, soundsOf(piece), Math.max(1, seconds));
  let sum = 0;
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1)
    for (const sample of buffer.getChannelData(channel)) sum += sample * sample;
  return Math.sqrt(sum / (buffer.length * buffer.numberOfChannels));
}

/** Returns the gains by which two pieces are as loud as the softer of them: nothing is made louder, so nothing distorts. */
export function equalGains(loudness: readonly [number, number]): readonly [number, number] {
  const softest = Math.min(...loudness);
  const gain = (own: number): number => (own === 0 || softest === 0 ? 1 : softest / own);
  return [gain(loudness[0]), gain(loudness[1])];
}
