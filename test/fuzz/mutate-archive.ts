/** Changes ZIP archives in the ways in which they are damaged, and in those in which they are made to deceive a reader. */
import { seededRandom } from "../../domain/music/arranger/seeded-random";
import type { MutateParams } from "./mutate-midi";

/** Signatures of parts, each with the places and widths of the fields behind it. */
const parts: readonly { readonly signature: number; readonly fields: readonly (readonly [number, number])[] }[] = [
  {
    signature: 0x04034b50,
    fields: [
      [4, 2],
      [6, 2],
      [8, 2],
      [14, 4],
      [18, 4],
      [22, 4],
      [26, 2],
      [28, 2],
    ],
  },
  {
    signature: 0x02014b50,
    fields: [
      [4, 2],
      [6, 2],
      [8, 2],
      [10, 2],
      [16, 4],
      [20, 4],
      [24, 4],
      [28, 2],
      [30, 2],
      [32, 2],
      [34, 2],
      [38, 4],
      [42, 4],
    ],
  },
  {
    signature: 0x06054b50,
    fields: [
      [4, 2],
      [6, 2],
      [8, 2],
      [10, 2],
      [12, 4],
      [16, 4],
      [20, 2],
    ],
  },
  {
    signature: 0x06064b50,
    fields: [
      [4, 4],
      [24, 4],
      [32, 4],
      [40, 4],
      [44, 4],
      [48, 4],
    ],
  },
  {
    signature: 0x07064b50,
    fields: [
      [4, 4],
      [8, 4],
      [12, 4],
      [16, 4],
    ],
  },
];
const tellingNumbers = [
  ...[0, 1, 8, 9, 14, 93, 0x7f, 0x800, 0x801, 0x7fff, 0xfffe, 0xffff, 0x10_0000, 0x10_0001, 0x7fff_ffff],
  ...[0xffff_fffe, 0xffff_ffff, 0xa1ff_0000, 0x4000_0000],
];
/** Extra fields and names that readers trip over: sizes of ZIP64, a Unicode path, NTFS times, and a way out of the folder. */
const tellingBytes: readonly (readonly number[])[] = [
  [1, 0, 16, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0],
  [1, 0, 28, 0, 0, 0, 0, 0, 1, 0, 0, 0],
  [0x75, 0x70, 9, 0, 1, 0, 0, 0, 0, 0x2e, 0x2e, 0x2f, 0x61],
  [0x0a, 0, 32, 0, 0, 0, 0, 0, 1, 0, 24, 0],
  [0x2e, 0x2e, 0x2f],
  [0, 0x0a, 0xe2, 0x80, 0xae],
  [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [0x50, 0x4b, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
];

/** Returns a mutant: one of the archives, changed in one to six places. */
export function archiveMutantOf({ files, seed, index }: MutateParams): Uint8Array {
  const random = seededRandom((seed ^ Math.imul(index + 1, 0x9e_37_79_b1)) >>> 0);
  const below = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <Item>(items: readonly Item[], otherwise: Item): Item => items[below(items.length)] ?? otherwise;
  let bytes = Array.from(oneOf(files, new Uint8Array()));
  const changes = 1 + below(random() < 0.7 ? 2 : 6);
  for (let change = 0; change < changes; change += 1) {
    const at = below(bytes.length + 1);
    const length = 1 + below(random() < 0.8 ? 8 : 300);
    switch (below(9)) {
      case 0:
        if (at < bytes.length) bytes[at] = below(256);
        break;
      case 1:
        bytes.splice(at, length);
        break;
      case 2:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes.splice(at, random() < 0.5 ? 8 : 0, ...oneOf(tellingBytes, []));
        break;
      case 5: {
        // Another archive behind it, or parts of one within it.
        const other = oneOf(files, new Uint8Array());
        const from = random() < 0.5 ? 0 : below(other.length);
        bytes.splice(random() < 0.5 ? bytes.length : at, 0, ...other.slice(from));
        break;
      }
      default: {
        const { signature, fields } = oneOf(parts, { signature: 0x06054b50, fields: [] });
        const found = placesOf(bytes, signature);
        const start = oneOf(found, -1);
        const [offset, width] = oneOf(fields, [0, 0] as const);
        if (start < 0 || width === 0) break;
        const value = random() < 0.7 ? oneOf(tellingNumbers, 0) : below(bytes.length + 2);
        for (let byte = 0; byte < width; byte += 1) bytes[start + offset + byte] = (value >>> (8 * byte)) & 0xff;
      }
    }
  }
  return Uint8Array.from(bytes);
}

function placesOf(bytes: readonly number[], signature: number): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(0x50); at >= 0; at = bytes.indexOf(0x50, at + 1)) {
    const isThere = [0, 1, 2, 3].every((byte) => bytes[at + byte] === ((signature >>> (8 * byte)) & 0xff));
    if (isThere) places.push(at);
  }
  return places;
}
