/**
 * Archives, honest and hostile. The numbers are those of the list of inputs of data sets in issue 15. Each row names the
 * code by which an entry, or the whole archive, is refused.
 */
import fc from "fast-check";
import { type Archive, listArchive, readEntry } from "../../../domain/datasets/archive";
import { ingestFile } from "../../../domain/datasets/ingest-file";
import { datasetLimits } from "../../../domain/datasets/limits";
import { archiveRefusalCodes } from "../../../domain/datasets/rejections";
import { seededRandom } from "../../../domain/music/arranger/seeded-random";
import { arrangedFiles } from "../../support/arranged-files";
import { type ZipEntry, zipFile, type ZipOptions } from "../../support/zip-files";

const [song, otherSong] = arrangedFiles({ count: 2, seed: 33 }).map(({ bytes }) => bytes);
if (song === undefined || otherSong === undefined) throw new Error("there are no arranged files");

const archiveOf = (bytes: Uint8Array): Archive => ({
  bytes: bytes.length,
  readRange: (start, end) => Promise.resolve(bytes.subarray(start, end)),
});

/** What becomes of each file of an archive: "ACCEPTED", or the code of its rejection; or the code of the archive's refusal. */
async function outcomes(bytes: Uint8Array): Promise<Record<string, string> | string> {
  const archive = archiveOf(bytes);
  const listing = await listArchive(archive);
  if (listing.kind === "REFUSED") {
    expect(listing.reason).toMatch(/^[A-Z].*\.$/s);
    return listing.code;
  }
  const found: Record<string, string> = {};
  for (const { path, code, reason } of listing.rejected) {
    expect(reason).toMatch(/^[A-Z].*\.$/s);
    found[path] = code;
  }
  for (const entry of listing.entries) {
    const read = readEntry(await archive.readRange(entry.start, entry.end), entry);
    if (read.kind === "REJECTED") found[entry.path] = read.rejection.code;
    else {
      const file = ingestFile(read.bytes, { path: entry.path, tags: {} });
      found[entry.path] = file.state === "ACCEPTED" ? file.state : file.code;
    }
  }
  return found;
}

const a = (more: Partial<ZipEntry> = {}): ZipEntry => ({ name: "a.mid", bytes: song, ...more });
const zip = (entries: readonly ZipEntry[], options?: ZipOptions): Uint8Array => zipFile(entries, options);
const one = zip([a()]);

interface Row {
  readonly number: string;
  readonly what: string;
  readonly bytes: () => Uint8Array;
  readonly expected: Record<string, string> | string;
}
const short = song.subarray(0, 400);
const noise = Buffer.from("nothing that is music");
const named = (number: string, what: string, name: string, shown: string, code: string): Row => ({
  ...{ number, what, bytes: () => zip([a(), a({ name })]) },
  expected: { "a.mid": "ACCEPTED", [shown]: code },
});

const rows: readonly Row[] = [
  named("1", "a name with ../", "../../etc/x.mid", '"../../etc/x.mid"', "PATH_NOT_RELATIVE"),
  named("1", "a name with ../ within", "ok/../x.mid", '"ok/../x.mid"', "PATH_NOT_RELATIVE"),
  named("1", "an absolute name", "/abs.mid", '"/abs.mid"', "PATH_NOT_RELATIVE"),
  named("1", "a name with a drive", "C:win.mid", '"C:win.mid"', "PATH_NOT_RELATIVE"),
  named("2", "a backslash", "b\\..\\c.mid", '"b\\..\\c.mid"', "PATH_HAS_BACKSLASH"),
  named("3", "NUL in a name", "nul\0.mid", '"nul\\u{0000}.mid"', "PATH_HAS_CONTROL_CHARACTERS"),
  named("3", "a line feed in a name", "new\nline.mid", '"new\\u{000a}line.mid"', "PATH_HAS_CONTROL_CHARACTERS"),
  named("3", "a bidi character", "bidi\u202edim.mid", '"bidi\\u{202e}dim.mid"', "PATH_HAS_CONTROL_CHARACTERS"),
  named("4", "5,000 characters", `${"x".repeat(5000)}.mid`, `"${"x".repeat(60)}…"`, "PATH_TOO_LONG"),
  named("4", "nine folders", "1/2/3/4/5/6/7/8/9/x.mid", '"1/2/3/4/5/6/7/8/9/x.mid"', "PATH_TOO_DEEP"),
  {
    ...{ number: "5", what: "names that differ in capitals alone are two files" },
    ...{ bytes: () => zip([a(), a({ name: "A.MID" })]), expected: { "a.mid": "ACCEPTED", "A.MID": "ACCEPTED" } },
  },
  {
    ...{ number: "5", what: "names that are equal once their accents are composed are two files" },
    bytes: () => zip([a({ name: "\u00e9.mid", bytes: otherSong }), a({ name: "e\u0301.mid", bytes: noise })]),
    // Both have one path, and the second one is what the table below keeps of it.
    expected: { "\u00e9.mid": "NOT_MIDI" },
  },
  {
    ...{ number: "8", what: "a gigabyte of zeros, by what it declares" },
    bytes: () => zip([a(), a({ name: "z.mid", bytes: new Uint8Array(100), declared: { bytes: 1 << 30 } })]),
    expected: { "a.mid": "ACCEPTED", "z.mid": "ENTRY_TOO_LARGE" },
  },
  {
    ...{ number: "8", what: "a megabyte of zeros" },
    bytes: () => zip([a(), a({ name: "z.mid", bytes: new Uint8Array(1_048_576) })]),
    expected: { "a.mid": "ACCEPTED", "z.mid": "ENTRY_PACKED_TOO_WELL" },
  },
  {
    ...{ number: "9", what: "20,001 entries" },
    bytes: () => zip(Array.from({ length: 20_001 }, (_, index) => a({ name: `${index}`, bytes: short }))),
    expected: "ARCHIVE_TOO_MANY_ENTRIES",
  },
  {
    ...{ number: "10", what: "15,000 entries on one body" },
    bytes: () =>
      zip([a(), ...Array.from({ length: 15_000 }, (_, index) => a({ name: `${index}`, declared: { offset: 0 } }))]),
    expected: "ARCHIVE_OVERLAPPING",
  },
  {
    ...{ number: "10", what: "entries that unpack to more than a gigabyte" },
    bytes: () => {
      const random = seededRandom(10);
      const dense = Uint8Array.from({ length: 20_000 }, () => 256 * random());
      return zip(
        Array.from({ length: 1100 }, (_, index) => a({ name: `${index}`, bytes: dense, declared: { bytes: 1e6 } })),
      );
    },
    expected: "ARCHIVE_UNPACKED_TOO_LARGE",
  },
  {
    ...{ number: "11", what: "a declared size that is too small" },
    ...{ bytes: () => zip([a({ declared: { bytes: 10 } })]), expected: { "a.mid": "ENTRY_DAMAGED" } },
  },
  {
    ...{ number: "11", what: "a declared size that is too large" },
    ...{ bytes: () => zip([a({ declared: { bytes: song.length + 1 } })]), expected: { "a.mid": "ENTRY_DAMAGED" } },
  },
  {
    ...{ number: "11", what: "a stored entry of another size" },
    ...{ bytes: () => zip([a({ method: 0, declared: { bytes: 10 } })]), expected: { "a.mid": "ENTRY_DAMAGED" } },
  },
  {
    ...{ number: "11", what: "a wrong check sum" },
    ...{ bytes: () => zip([a({ declared: { crc32: 1 } })]), expected: { "a.mid": "ENTRY_DAMAGED" } },
  },
  {
    ...{ number: "11", what: "an entry where there is none" },
    bytes: () => zip([a(), a({ name: "b.mid", declared: { offset: one.length - 300 } })]),
    expected: { "a.mid": "ACCEPTED", "b.mid": "ENTRY_DAMAGED" },
  },
  {
    ...{ number: "11", what: "an entry behind the end" },
    bytes: () => zip([a(), a({ name: "b.mid", declared: { offset: 0x7fff_0000 } })]),
    expected: { "a.mid": "ACCEPTED", "b.mid": "ENTRY_DAMAGED" },
  },
  {
    ...{ number: "12", what: "an encrypted entry" },
    bytes: () => zip([a(), a({ name: "b.mid", flags: 0x801 })]),
    expected: { "a.mid": "ACCEPTED", "b.mid": "ENTRY_ENCRYPTED" },
  },
  ...[12, 14, 93].map((method): Row => ({
    ...{ number: "13", what: `the method ${method} (bzip2, lzma, zstd)` },
    bytes: () => zip([a(), a({ name: "b.mid", method })]),
    expected: { "a.mid": "ACCEPTED", "b.mid": "ENTRY_METHOD_NOT_SUPPORTED" },
  })),
  {
    ...{ number: "14", what: "an archive in the archive, whatever it is called" },
    bytes: () => zip([a(), a({ name: "inner.zip", bytes: one }), a({ name: "b.mid", bytes: one, method: 0 })]),
    expected: { "a.mid": "ACCEPTED", "inner.zip": "ENTRY_IS_AN_ARCHIVE", "b.mid": "ENTRY_IS_AN_ARCHIVE" },
  },
  {
    ...{ number: "15", what: "a link" },
    bytes: () => zip([a(), a({ name: "b.mid", bytes: Buffer.from("/etc/passwd"), mode: 0o120_777 })]),
    expected: { "a.mid": "ACCEPTED", "b.mid": "ENTRY_IS_A_LINK" },
  },
  { number: "16", what: "no end", bytes: () => one.subarray(0, -30), expected: "ARCHIVE_NOT_A_ZIP" },
  { number: "16", what: "no archive", bytes: () => new Uint8Array(500).fill(31), expected: "ARCHIVE_NOT_A_ZIP" },
  { number: "16", what: "no bytes", bytes: () => new Uint8Array(), expected: "ARCHIVE_NOT_A_ZIP" },
  {
    ...{ number: "16", what: "junk before it" },
    ...{ bytes: () => zip([a()], { before: Buffer.from("#!/bin/sh\n".repeat(50)) }), expected: "ARCHIVE_DAMAGED" },
  },
  {
    ...{ number: "16", what: "junk after it" },
    ...{ bytes: () => Buffer.concat([one, new Uint8Array(40)]), expected: "ARCHIVE_DAMAGED" },
  },
  {
    ...{ number: "16", what: "a second end in the comment" },
    bytes: () => zip([a()], { comment: Buffer.concat([Buffer.from("PK\x05\x06"), new Uint8Array(36)]) }),
    expected: "ARCHIVE_DAMAGED",
  },
  {
    ...{ number: "16", what: "fewer entries than it says" },
    ...{ bytes: () => zip([a()], { entryCount: 7 }), expected: "ARCHIVE_DAMAGED" },
  },
  { number: "17", what: "an empty archive", bytes: () => zip([]), expected: "ARCHIVE_EMPTY" },
  {
    ...{ number: "17", what: "folders alone" },
    ...{ bytes: () => zip([a({ name: "rock/", bytes: new Uint8Array() })]), expected: "ARCHIVE_EMPTY" },
  },
  {
    ...{ number: "18", what: "files of systems" },
    bytes: () =>
      zip(["a.mid", "__MACOSX/._a.mid", ".DS_Store", "x/.hidden.mid", "Thumbs.db"].map((name) => a({ name }))),
    expected: { "a.mid": "ACCEPTED" },
  },
  {
    ...{ number: "19", what: "a picture named as a MIDI file" },
    bytes: () => zip([a({ bytes: Buffer.from("\x89PNG\r\n\x1a\n and more of it") })]),
    expected: { "a.mid": "NOT_MIDI" },
  },
  {
    ...{ number: "-", what: "another name beside the entry than in the directory, which is what counts" },
    ...{ bytes: () => zip([a({ localName: "b.exe" })]), expected: { "a.mid": "ACCEPTED" } },
  },
  {
    ...{ number: "-", what: "names in UTF-8 without the flag, in code page 437, and with accents apart" },
    bytes: () =>
      zip([
        a({ name: "ü.mid", flags: 0 }),
        a({ name: Uint8Array.from([0x81, 0x2e, 0x6d]), flags: 0 }),
        a({ name: "e\u0301.mid" }),
      ]),
    expected: { "ü.mid": "ACCEPTED", "ü.m": "ACCEPTED", "\u00e9.mid": "ACCEPTED" },
  },
];

test.each(rows)("$number: $what", async ({ bytes, expected }) => {
  expect(await outcomes(bytes())).toEqual(expected);
});

test("6: two equal files under different names share their digest, and 7: equal notes share theirs", async () => {
  const archive = archiveOf(zip([a(), a({ name: "b.mid" }), a({ name: "c.mid", bytes: otherSong })]));
  const listing = await listArchive(archive);
  if (listing.kind === "REFUSED") throw new Error(listing.reason);
  const digests = await Promise.all(
    listing.entries.map(async (entry) => {
      const read = readEntry(await archive.readRange(entry.start, entry.end), entry);
      if (read.kind === "REJECTED") throw new Error(read.rejection.reason);
      return ingestFile(read.bytes, { path: entry.path, tags: {} }).sha256;
    }),
  );
  expect(digests[0]).toBe(digests[1]);
  expect(digests[2]).not.toBe(digests[0]);
});

test("an archive that is larger than allowed is not read at all", async () => {
  const readRange = jest.fn();
  const listing = await listArchive({ bytes: datasetLimits.archiveBytes + 1, readRange });
  expect(listing).toMatchObject({ kind: "REFUSED", code: "ARCHIVE_TOO_LARGE" });
  expect(readRange).not.toHaveBeenCalled();
});

test("the directory of 20,000 entries is read in few ranges, and only the directory", async () => {
  const bytes = zip(Array.from({ length: 20_000 }, (_, index) => a({ name: `rock/${index}.mid`, bytes: short })));
  const archive = archiveOf(bytes);
  const ranges: (readonly [number, number])[] = [];
  const listing = await listArchive({
    ...archive,
    readRange: (start, end) => {
      ranges.push([start, end]);
      return archive.readRange(start, end);
    },
  });
  expect(listing).toMatchObject({ kind: "LISTED", rejected: [], leftOut: 0 });
  expect(ranges.length).toBeLessThanOrEqual(4);
  expect(Math.min(...ranges.map(([start]) => start))).toBeGreaterThan(bytes.length / 2);
});

test("an error of reading is thrown as it is: it is no fault of the archive", async () => {
  const failure = new Error("the bucket does not answer");
  await expect(listArchive({ bytes: 1000, readRange: () => Promise.reject(failure) })).rejects.toBe(failure);
  await expect(listArchive({ bytes: 1000, readRange: () => Promise.resolve(new Uint8Array(3)) })).rejects.toThrow(
    "3 bytes",
  );
});

test("tags.csv at the top, or in the one folder that holds everything, is the table; elsewhere it is a file", async () => {
  const table = { bytes: Buffer.from("path,genre\n") };
  const pathOfTable = async (names: readonly string[]): Promise<string | undefined> => {
    const listing = await listArchive(archiveOf(zip([a(), ...names.map((name) => a({ name, ...table }))])));
    return listing.kind === "LISTED" ? listing.table?.path : undefined;
  };
  expect(await pathOfTable(["tags.csv"])).toBe("tags.csv");
  expect(await pathOfTable(["rock/tags.csv", "Tags.CSV"])).toBe("Tags.CSV");
  expect(await pathOfTable(["rock/tags.csv"])).toBeUndefined();
  const inFolder = zip([a({ name: "x/a.mid" }), a({ name: "x/tags.csv", ...table })]);
  expect(await listArchive(archiveOf(inFolder))).toMatchObject({ table: { path: "x/tags.csv" } });
});

test("every file that is packed is read again from its range alone, whatever the others are", async () => {
  const name = fc
    .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom("a", "b", "ä", "é", "/", " ", "0") })
    .map((text) => `x${text}y`);
  const entry = fc.record({ name, bytes: fc.uint8Array({ maxLength: 300 }), method: fc.constantFrom(0, 8) });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 12 }), async (entries) => {
      const archive = archiveOf(zip(entries));
      const listing = await listArchive(archive);
      if (listing.kind === "REFUSED") throw new Error(listing.reason);
      expect(listing.entries.length + listing.rejected.length).toBe(entries.length);
      let place = 0;
      for (const found of listing.entries) {
        while (entries[place]?.name.normalize("NFC") !== found.path) place += 1;
        const read = readEntry(await archive.readRange(found.start, found.end), found);
        expect(read.kind === "FILE" && Buffer.from(read.bytes).equals(entries[place]?.bytes ?? song)).toBe(true);
        place += 1;
      }
    }),
    { numRuns: 60 },
  );
});

test("every code of archives is that of some row", () => {
  const found = rows.flatMap(({ expected }) => (typeof expected === "string" ? [expected] : []));
  expect(new Set([...found, "ARCHIVE_TOO_LARGE"])).toEqual(new Set(archiveRefusalCodes));
});
