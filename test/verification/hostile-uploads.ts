/**
 * Makes uploads of a given size that may be expensive to read or to refuse: MIDI files, forms, and bytes that are
 * neither.
 */

export interface HostileUpload {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const ascii = (text: string): Buffer => Buffer.from(text, "latin1");

/** Returns as many copies of the part as fit into the bytes, and at least one. */
function filled(bytes: number, part: Uint8Array): Buffer {
  return Buffer.alloc(Math.max(part.length, Math.floor(bytes / part.length) * part.length), part);
}

function midiHeader(tracks: number, division = 96): Buffer {
  const header = Buffer.alloc(14);
  header.write("MThd", "latin1");
  header.writeUInt32BE(6, 4);
  header.writeUInt16BE(1, 8);
  header.writeUInt16BE(Math.min(tracks, 65_535), 10);
  header.writeUInt16BE(division, 12);
  return header;
}

function chunk(type: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, "latin1");
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content]);
}

const end = Buffer.from([0, 0xff, 0x2f, 0]);

/** Returns a file with one track of equal events that fills the bytes. */
function oneTrack(bytes: number, events: readonly number[]): Buffer {
  return Buffer.concat([midiHeader(1), chunk("MTrk", Buffer.concat([filled(bytes - 40, Buffer.from(events)), end]))]);
}

/** Returns events of every pitch in turn, so that no note ends another. */
const chord = (status: number): number[] => Array.from({ length: 128 }, (_, pitch) => [0, status, pitch, 64]).flat();

const midiShapes: Readonly<Record<string, (bytes: number) => Buffer>> = {
  zeros: (bytes) => Buffer.alloc(bytes),
  "bytes of 255": (bytes) => Buffer.alloc(bytes, 0xff),
  headers: (bytes) => filled(bytes, midiHeader(1)),
  "a header and zeros": (bytes) => Buffer.concat([midiHeader(1), Buffer.alloc(bytes - 14)]),
  "a track without an end": (bytes) =>
    Buffer.concat([midiHeader(1), ascii("MTrk"), Buffer.from([255, 255, 255, 255]), Buffer.alloc(bytes - 22)]),
  "empty tracks": (bytes) => Buffer.concat([midiHeader(65_535), filled(bytes - 14, chunk("MTrk", end))]),
  "tracks of a note": (bytes) => {
    const track = chunk("MTrk", Buffer.concat([Buffer.from([0, 0x90, 60, 64, 96, 0x80, 60, 0]), end]));
    return Buffer.concat([midiHeader(bytes / track.length), filled(bytes - 14, track)]);
  },
  "unknown chunks": (bytes) => Buffer.concat([midiHeader(1), filled(bytes - 14, chunk("Junk", Buffer.alloc(0)))]),
  "RIFF in RIFF": (bytes) => filled(bytes, ascii("RIFF\u0000\u0000\u0010\u0000RMIDdata\u0000\u0000\u0010\u0000")),
  "chunk names": (bytes) => filled(bytes, ascii("MTrk")),
  notes: (bytes) => oneTrack(bytes, [0, 0x90, 60, 64, 1, 0x80, 60, 0]),
  "notes in running status": (bytes) => Buffer.concat([oneTrack(bytes, [1, 60, 64, 1, 60, 0])]),
  "notes that never end": (bytes) => oneTrack(bytes, [1, 0x90, 60, 64]),
  "chords that never end": (bytes) => oneTrack(bytes, chord(0x90)),
  "chords in every channel": (bytes) =>
    oneTrack(
      bytes,
      [0, 1, 5, 15].flatMap((channel) => chord(0x90 + channel)),
    ),
  "ends without notes": (bytes) => oneTrack(bytes, [0, 0x80, 60, 0]),
  "notes very far apart": (bytes) => oneTrack(bytes, [0xff, 0xff, 0xff, 0x7f, 0x90, 60, 64, 1, 0x80, 60, 0]),
  "time signatures": (bytes) => oneTrack(bytes, [1, 0xff, 0x58, 4, 3, 2, 24, 8, 1, 0xff, 0x58, 4, 5, 3, 24, 8]),
  "time signatures and notes": (bytes) =>
    oneTrack(bytes, [96, 0xff, 0x58, 4, 3, 2, 24, 8, 0, 0x90, 60, 64, 96, 0x80, 60, 0, 0, 0xff, 0x58, 4, 4, 2, 24, 8]),
  tempos: (bytes) => oneTrack(bytes, [1, 0xff, 0x51, 3, 7, 161, 32]),
  "empty texts": (bytes) => oneTrack(bytes, [0, 0xff, 1, 0]),
  "names of tracks": (bytes) => oneTrack(bytes, [0, 0xff, 3, 4, 0xe3, 0x81, 0x82, 0xff]),
  "one long name": (bytes) => {
    const length = bytes - 64;
    const size = [length >> 21, (length >> 14) & 127, (length >> 7) & 127].map((part) => part | 128);
    const name = Buffer.concat([Buffer.from([0, 0xff, 3, ...size, length & 127]), Buffer.alloc(length, 0x8f)]);
    return Buffer.concat([midiHeader(1), chunk("MTrk", Buffer.concat([name, end]))]);
  },
  "system exclusives": (bytes) => oneTrack(bytes, [0, 0xf0, 1, 0xf7]),
  "system exclusives without an end": (bytes) => oneTrack(bytes, [0, 0xf0, 2, 1, 2]),
  controllers: (bytes) => oneTrack(bytes, [0, 0xb0, 64, 127, 0, 0xb0, 64, 0]),
  bends: (bytes) => oneTrack(bytes, [0, 0xe0, 1, 1]),
  programs: (bytes) => oneTrack(bytes, [1, 0xc0, 1, 1, 0xc0, 2]),
  "real time bytes": (bytes) => oneTrack(bytes, [0, 0xfe]),
  "lengths that never end": (bytes) => oneTrack(bytes, [0xff]),
};

const boundary = "b";
const formHead = (headers: string): string => `--${boundary}\r\n${headers}\r\n\r\n`;
const fileHead = formHead('Content-Disposition: form-data; name="file"; filename="a.mid"');
const formEnd = `\r\n--${boundary}--\r\n`;

const formShapes: Readonly<Record<string, (bytes: number) => Buffer>> = {
  parts: (bytes) => filled(bytes, ascii(`${formHead('Content-Disposition: form-data; name="a"')}x\r\n`)),
  boundaries: (bytes) => filled(bytes, ascii(`\r\n--${boundary}`)),
  "beginnings of boundaries": (bytes) =>
    Buffer.concat([ascii(fileHead), filled(bytes, ascii("\r\n--")), ascii(formEnd)]),
  "no boundary": (bytes) => Buffer.alloc(bytes, "-"),
  "a file without an end": (bytes) => Buffer.concat([ascii(fileHead), Buffer.alloc(bytes)]),
  "a long field": (bytes) =>
    Buffer.concat([
      ascii(formHead('Content-Disposition: form-data; name="name"')),
      Buffer.alloc(bytes, "x"),
      ascii(formEnd),
    ]),
  "a long header": (bytes) => Buffer.concat([ascii(`--${boundary}\r\nX: `), Buffer.alloc(bytes, "x")]),
  "many headers": (bytes) => Buffer.concat([ascii(`--${boundary}\r\n`), filled(bytes, ascii("A: b\r\n"))]),
  "folded headers": (bytes) => Buffer.concat([ascii(`--${boundary}\r\nA: b`), filled(bytes, ascii("\r\n "))]),
  "a header of semicolons": (bytes) =>
    Buffer.concat([ascii(formHead(`Content-Disposition: form-data${"; ".repeat(1_900)}`)), Buffer.alloc(bytes)]),
  "a header of backslashes": (bytes) =>
    Buffer.concat([
      ascii(formHead(`Content-Disposition: form-data; name="${"\\".repeat(3_900)}`)),
      Buffer.alloc(bytes),
    ]),
  "base64 of white space": (bytes) =>
    Buffer.concat([
      ascii(formHead(`Content-Disposition: form-data; name="f"; filename="a"\r\nContent-Transfer-Encoding: base64`)),
      Buffer.alloc(bytes, " \n"),
      ascii(formEnd),
    ]),
  "base64 that breaks at its end": (bytes) =>
    Buffer.concat([
      ascii(formHead(`Content-Disposition: form-data; name="f"; filename="a"\r\nContent-Transfer-Encoding: base64`)),
      Buffer.alloc(bytes, "A"),
      ascii(`!${formEnd}`),
    ]),
  "a MIDI file of notes": (bytes) =>
    Buffer.concat([ascii(fileHead), oneTrack(bytes, [0, 0x90, 60, 64, 1, 0x80, 60, 0]), ascii(formEnd)]),
};

/**
 * Yields every shape.
 * @param bytes - number of bytes that each upload has, about
 */
export function* hostileUploads(bytes: number): Generator<HostileUpload> {
  for (const [name, make] of Object.entries(midiShapes)) {
    yield { name: `a file of ${name}`, contentType: "audio/midi", bytes: make(bytes) };
  }
  const contentType = `multipart/form-data; boundary=${boundary}`;
  for (const [name, make] of Object.entries(formShapes)) {
    yield { name: `a form: ${name}`, contentType, bytes: make(bytes - 400) };
  }
  yield {
    name: "a content type of many parameters",
    contentType: `multipart/form-data${"; boundary".repeat(700)}`,
    bytes: Buffer.alloc(bytes),
  };
  yield { name: "another content type", contentType: "application/json", bytes: Buffer.alloc(bytes, "[") };
}
