/** Which second of a piece is which tick. */
import type { TempoSign } from "../../../domain/music/midi-scan";
import type { Piece } from "../piece/piece";

interface Stretch {
  readonly tick: number;
  readonly second: number;
  readonly secondsPerTick: number;
}

const stretchesOf = ({ tempo, tempos = [], ticksPerBeat }: Pick<Piece, "tempo" | "tempos" | "ticksPerBeat">) => {
  const stretches: Stretch[] = [];
  const add = ({ tick, beatsPerMinute }: TempoSign): void => {
    const before = stretches.at(-1);
    const second = before === undefined ? 0 : before.second + (tick - before.tick) * before.secondsPerTick;
    stretches.push({ tick, second, secondsPerTick: 60 / (beatsPerMinute * ticksPerBeat) });
  };
  add({ tick: 0, beatsPerMinute: tempo });
  tempos.forEach(add);
  return stretches;
};

export class TempoMap {
  private readonly stretches: readonly Stretch[];

  constructor(piece: Pick<Piece, "tempo" | "tempos" | "ticksPerBeat">) {
    this.stretches = stretchesOf(piece);
  }

  secondAt(tick: number): number {
    const stretch = this.stretches.findLast((one) => one.tick <= tick) ?? this.stretches[0];
    return stretch === undefined ? 0 : stretch.second + (tick - stretch.tick) * stretch.secondsPerTick;
  }

  tickAt(second: number): number {
    const stretch = this.stretches.findLast((one) => one.second <= second) ?? this.stretches[0];
    return stretch === undefined ? 0 : stretch.tick + (second - stretch.second) / stretch.secondsPerTick;
  }
}
