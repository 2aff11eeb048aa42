/** ZIP archives byte by byte, also such as no program writes. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string | Uint8Array;
  readonly bytes: Uint8Array;
  /** 8 (deflate) unless another one is given; the bytes of all but 8 are stored as they are. */
  readonly method?: number;
  readonly flags?: number;
  /** The mode of a file as Unix has it, with its type. */
  readonly mode?: number;
  /** What the directory says instead of the truth. */
  readonly declared?: { readonly bytes?: number; readonly crc32?: number; readonly offset?: number };
  readonly localName?: string;
}

export interface ZipOptions {
  readonly before?: Uint8Array;
  readonly comment?: Uint8Array;
  readonly entryCount?: number;
}

const u16 = (...values: number[]): number[] => values.flatMap((value) => [value & 0xff, (value >>> 8) & 0xff]);
const u32 = (...values: number[]): number[] =>
  values.flatMap((value) => [...u16(value & 0xffff), ...u16(value >>> 16)]);
const unix = 3 << 8;
const utf8Flag = 0x800;

const known = new WeakMap<Uint8Array, Uint8Array>();

/** Packs bytes. Archives of thousands of entries have the same ones. */
function deflated(bytes: Uint8Array): Uint8Array {
  const packed = known.get(bytes) ?? deflateRawSync(bytes, { level: 9 });
  known.set(bytes, packed);
  return packed;
}

/** Returns an archive. Offsets are those of an archive without what stands before it. */
export function zipFile(entries: readonly ZipEntry[], options: ZipOptions = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    offset += part.length;
  };
  for (const { name, bytes, method = 8, flags = utf8Flag, mode = 0o100_644, declared = {}, localName } of entries) {
    const packed = method === 8 ? deflated(bytes) : bytes;
    const raw = Buffer.from(name);
    const local = Buffer.from(localName ?? name);
    const crc = declared.crc32 ?? crc32(bytes);
    const start = declared.offset ?? offset;
    const size = declared.bytes ?? bytes.length;
    const facts = [...u16(flags, method, 0, 0), ...u32(crc, packed.length, size)];
    directory.push(
      Uint8Array.from([...u32(0x02014b50), ...u16(unix, 20), ...facts, ...u16(raw.length, 0, 0, 0, 0)]),
      Uint8Array.from([...u32((mode << 16) >>> 0, start)]),
      raw,
    );
    if (declared.offset !== undefined) continue;
    add(Uint8Array.from([...u32(0x04034b50), ...u16(20), ...facts, ...u16(local.length, 0)]));
    add(local);
    add(packed);
  }
  const { before = new Uint8Array(), comment = new Uint8Array(), entryCount = entries.length } = options;
  const directoryStart = offset;
  directory.forEach(add);
  const count = Math.min(entryCount, 0xffff);
  const ending = [...u16(0, 0, count, count), ...u32(offset - directoryStart, directoryStart), ...u16(comment.length)];
  return Buffer.concat([before, ...parts, Uint8Array.from([...u32(0x06054b50), ...ending]), comment]);
}
