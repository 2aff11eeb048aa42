/** Changes MIDI files in the ways in which files are damaged, and in ways that nobody would think of. */
import { seededRandom } from "../../domain/music/arranger/seeded-random";

/** Bytes at which readers go wrong: limits of data bytes, statuses, meta events, and parts of chunk names. */
const tellingBytes = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0x90, 0x99, 0xb0, 0xc0, 0xe0, 0xf0, 0xf7, 0xf8, 0xfe, 0xff];
/** Whole events that change much: end of track, time signatures, tempos, notes, long waits, chunk headers. */
const tellingEvents: readonly (readonly number[])[] = [
  [0, 0xff, 0x2f, 0],
  [0, 0xff, 0x58, 4, 0, 2, 24, 8],
  [0, 0xff, 0x58, 4, 255, 0, 24, 8],
  [0, 0xff, 0x58, 4, 3, 2, 24, 8],
  [0, 0xff, 0x58, 4, 6, 3, 24, 8],
  [0, 0xff, 0x58, 4, 2, 2, 24, 8],
  [48, 0xff, 0x58, 4, 1, 6, 24, 8],
  [0, 0xff, 0x51, 3, 0, 0, 1],
  [0, 0xff, 0x51, 3, 0xff, 0xff, 0xff],
  [0, 0xff, 0x03, 4, 0xff, 0xfe, 0x41, 0x00],
  [0, 0xff, 0x03, 4, 0x42, 0x61, 0x73, 0x73],
  [0, 0x90, 0, 127],
  [0, 0x99, 36, 127],
  [0x60, 0x80, 60, 0],
  [0xff, 0xff, 0xff, 0x7f, 0xff, 0x01, 0x00],
  [0x87, 0x40, 0x90, 127, 1],
  [0x4d, 0x54, 0x72, 0x6b, 0xff, 0xff, 0xff, 0xff],
  [0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, 4],
  [0, 0xf0, 0xff, 0xff, 0xff, 0x7f],
];
/** Divisions, and the formats before them, with which files begin. */
const divisions: readonly (readonly [number, number])[] = [
  ...([
    [0, 1],
    [0, 96],
    [0x7f, 0xff],
    [0, 0],
    [0xe7, 0x28],
    [0xe2, 0x01],
    [0xe3, 0xff],
    [0x80, 0x80],
    [0xe8, 0],
  ] as const),
];

export interface MutateParams {
  /** The files from which mutants are made. There is at least one. */
  readonly files: readonly Uint8Array[];
  readonly seed: number;
  /** The number of the mutant. Equal files, seeds and numbers give equal mutants. */
  readonly index: number;
}

/** Returns a mutant: one of the files, changed in one to eight places. */
export function mutantOf({ files, seed, index }: MutateParams): Uint8Array {
  const random = seededRandom((seed ^ Math.imul(index + 1, 0x9e_37_79_b1)) >>> 0);
  const below = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <Item>(items: readonly Item[], otherwise: Item): Item => items[below(items.length)] ?? otherwise;
  const none = new Uint8Array();
  let bytes = Array.from(oneOf(files, none));
  const changes = 1 + below(random() < 0.6 ? 3 : 8);
  for (let change = 0; change < changes; change += 1) {
    const at = below(bytes.length + 1);
    const length = 1 + below(random() < 0.9 ? 16 : 400);
    switch (below(10)) {
      case 0:
        // Most places hold data bytes, and a reader refuses greater ones at once.
        if (at < bytes.length) bytes[at] = below(random() < 0.8 ? 128 : 256);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = oneOf(tellingBytes, 0);
        break;
      case 2:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random() < 0.8 ? 7 : 8));
        break;
      case 3:
        bytes.splice(at, length);
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      case 5:
        bytes.splice(at, 0, ...oneOf(tellingEvents, []));
        break;
      case 6: {
        const other = oneOf(files, none);
        const from = below(other.length);
        bytes.splice(at, random() < 0.5 ? length : 0, ...other.slice(from, from + length));
        break;
      }
      case 7:
        bytes = bytes.slice(0, random() < 0.7 ? Math.max(at, 14) : at);
        break;
      case 8: {
        const [high, low] = oneOf(divisions, [0, 96]);
        if (bytes.length > 13) bytes.splice(8, 6, 0, below(4), 0, below(32), high, low);
        break;
      }
      default: {
        // The same events so many times: notes, waits and signs pile up.
        const part = bytes.slice(at, at + 1 + below(24));
        for (let times = below(random() < 0.95 ? 30 : 600); times > 0; times -= 1) bytes.splice(at, 0, ...part);
      }
    }
  }
  return Uint8Array.from(bytes);
}
