/** MIDI files byte by byte, also such as no program writes. Numbers are bytes; times are in ticks. */

export const uint16 = (value: number): number[] => [value >> 8, value & 0xff];
export const uint32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
export const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/** Standard MIDI Files 1.0: at most four bytes of seven bits, the high bit set on all but the last. */
export function variableLength(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(128 + (rest % 128));
  return bytes;
}

const endOfTrack = [0, 0xff, 0x2f, 0];

/** A meta event at once. */
export const meta = (type: number, data: readonly number[]): number[] => [
  ...[0, 0xff, type],
  ...variableLength(data.length),
  ...data,
];

/** Middle C, a beat long at the division of {@link midiFile}. */
export const middleC = [0, 0x90, 60, 90, 96, 0x80, 60, 0];

/** A track chunk of these events, with its end unless another one is given. */
export function trackChunk(events: readonly number[], end: readonly number[] = endOfTrack): number[] {
  return [...ascii("MTrk"), ...uint32(events.length + end.length), ...events, ...end];
}

export function midiFile(chunks: readonly number[][], { format = 1, division = 96 } = {}): Uint8Array {
  const header = [...ascii("MThd"), ...uint32(6), ...uint16(format), ...uint16(chunks.length), ...uint16(division)];
  return Uint8Array.from([...header, ...chunks.flat()]);
}

/** The same events so many times. */
export function repeated(count: number, events: readonly number[]): number[] {
  return Array.from({ length: count }, () => events).flat();
}
