import fc from "fast-check";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
import { maxDelta, UnreadableMidiError } from "../../../domain/music/byte-reader";
import { PlainTrack } from "../../../domain/music/plain-track";

/** Small ones, those at which a delta gets another byte, and those that take several deltas. */
const waits = fc.oneof(
  fc.nat(200),
  fc.constantFrom(127, 128, 16_383, 16_384, 2_097_151, 2_097_152, maxDelta - 1, maxDelta, maxDelta + 1),
  fc.nat(5 * maxDelta),
);
const events = fc.array(fc.record({ wait: waits, pitch: fc.nat(127) }), { maxLength: 40 });

describe("PlainTrack", () => {
  it("is a file in which a parser finds every event at its tick", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32_767 }), events, (division, notes) => {
        const track = new PlainTrack(division, Infinity);
        let tick = 0;
        const written = notes.map(({ wait, pitch }) => {
          tick += wait;
          track.write(tick, [0x90, pitch, 90]);
          return { tick, pitch };
        });
        expect(track.lastWritten).toBe(tick);

        const file = parseArrayBuffer(track.file());
        expect({ division: file.division, tracks: file.tracks.length }).toEqual({ division, tracks: 1 });
        let at = 0;
        const read = (file.tracks[0] ?? []).flatMap((event) => {
          at += event.delta;
          return "noteOn" in event ? [{ tick: at, event }] : [];
        });
        expect(read).toEqual(
          written.map((note) => ({
            tick: note.tick,
            event: expect.objectContaining({ noteOn: { noteNumber: note.pitch, velocity: 90 } }),
          })),
        );
        expect((file.tracks[0] ?? []).length).toBe(notes.length + track.longWaits);
      }),
    );
  });

  it("refuses an event behind the last tick that may be, and writes nothing of it", () => {
    const track = new PlainTrack(96, 100);
    track.write(100, [0x90, 60, 90]);
    const before = track.file();
    expect(() => {
      track.write(101, [0x80, 60, 0]);
    }).toThrow(UnreadableMidiError);
    expect(track.file()).toEqual(before);
  });
});
