/** Whole songs, damaged in the ways of files in the field: they are read as if they were not, and what was done is told. */
import fc from "fast-check";
import { barAt, barLines } from "../../../domain/music/bar-lines";
import { UnreadableMidiError } from "../../../domain/music/byte-reader";
import { applyInputOptions } from "../../../domain/music/chosen-part";
import { firstBarWithNotes, type Melody, trackMelody } from "../../../domain/music/melody";
import { melodyChanges } from "../../../domain/music/melody-changes";
import { chooseMelodyTrack, whyNoTones } from "../../../domain/music/melody-choice";
import { endTick, type MidiNote } from "../../../domain/music/midi-note";
import { composeScore } from "../../../domain/music/score";
import { parseMidi, type Song } from "../../../domain/music/song";
import { textReader } from "../../../domain/music/text-encoding";
import type { InputOptions } from "../../../domain/schemas/composition-parts";
import { plainText } from "../../../domain/schemas/text";
import { timeSignaturesTakenBy } from "../../../domain/techniques/time-signatures";
import { ascii, meta, uint16, uint32, variableLength } from "../../support/midi-bytes";

const division = 96;
const step = division / 4;
const bar = 4 * division;

/** What happens at a tick; of two at one tick the lower rank comes first. */
interface Event {
  readonly tick: number;
  readonly rank: number;
  readonly bytes: readonly number[];
}

const notesAsEvents = (notes: readonly MidiNote[], channel = 0): Event[] =>
  notes.flatMap((note) => [
    { tick: note.startTick, rank: 2, bytes: [0x90 | channel, note.pitch, note.velocity] },
    { tick: endTick(note), rank: 1, bytes: [0x80 | channel, note.pitch, 64] },
  ]);

/** A track chunk's events, as bytes; its end where the last of them is. */
function asBytes(events: readonly Event[]): number[] {
  const sorted = [...events].sort((one, other) => one.tick - other.tick || one.rank - other.rank);
  let before = 0;
  const bytes = sorted.flatMap(({ tick, bytes: event }) => {
    const delta = variableLength(tick - before);
    before = tick;
    return [...delta, ...event];
  });
  return [...bytes, 0, 0xff, 0x2f, 0];
}

const metaAt = (tick: number, type: number, data: readonly number[]): Event => ({
  tick,
  rank: 0,
  bytes: [0xff, type, ...variableLength(data.length), ...data],
});
const nameAt = (name: readonly number[]): Event => metaAt(0, 0x03, name);
const timeSignatureAt = (tick: number, numerator: number, power: number): Event =>
  metaAt(tick, 0x58, [numerator, power, 24, 8]);
const tempoAt = (tick: number, microsecondsPerBeat: number): Event =>
  metaAt(tick, 0x51, uint32(microsecondsPerBeat).slice(1));

const chunk = (kind: string, data: readonly number[], length = data.length): number[] => [
  ...ascii(kind),
  ...uint32(length),
  ...data,
];
const header = (count: number): number[] => chunk("MThd", [...uint16(1), ...uint16(count), ...uint16(division)]);

interface Track {
  readonly name: string;
  readonly notes: readonly MidiNote[];
}

const trackBytes = ({ name, notes }: Track): number[] => asBytes([nameAt(ascii(name)), ...notesAsEvents(notes)]);

/** One note after the other on few pitches, so that pitches come again, some at once; none longer than its place. */
const lineArbitrary: fc.Arbitrary<readonly MidiNote[]> = fc
  .array(
    fc.record({
      place: fc.integer({ min: 1, max: 8 }),
      silence: fc.integer({ min: 0, max: 3 }),
      pitch: fc.integer({ min: 60, max: 64 }),
      velocity: fc.integer({ min: 1, max: 127 }),
    }),
    { minLength: 4, maxLength: 40 },
  )
  .map((notes) => {
    let tick = 0;
    return notes.map(({ place, silence, pitch, velocity }) => {
      const startTick = tick;
      tick += (place + silence) * step;
      return { startTick, durationTicks: place * step, pitch, velocity };
    });
  });

const tracksArbitrary: fc.Arbitrary<readonly Track[]> = fc.array(
  fc.record({ name: fc.constantFrom("Flute", "Oboe", "Viola", "Track"), notes: lineArbitrary }),
  { minLength: 1, maxLength: 4 },
);

const wholeFile = (tracks: readonly Track[], count = tracks.length): number[] => [
  ...header(count),
  ...tracks.flatMap((track) => chunk("MTrk", trackBytes(track))),
];

const music = ({ tracks }: Song): unknown => tracks.map(({ index, name, notes }) => ({ index, name, notes }));
const read = (bytes: readonly number[]): Song => parseMidi(Uint8Array.from(bytes));
const oneTrack = (events: readonly Event[]): Song => read([...header(1), ...chunk("MTrk", asBytes(events))]);

describe("wrong counts and lengths", () => {
  test("however many tracks the header counts, those that are there are read, and it is told", () => {
    fc.assert(
      fc.property(tracksArbitrary, fc.nat(0xffff), (tracks, count) => {
        const song = read(wholeFile(tracks, count));
        expect(music(song)).toEqual(music(read(wholeFile(tracks))));
        expect(song.changes).toHaveLength(count === tracks.length ? 0 : 1);
      }),
    );
  });

  const anyLength = fc.oneof(fc.nat(400), fc.nat(0xffff_ffff), fc.constantFrom(0, 1, 4, 8, 0x7fff_ffff, 0xffff_ffff));

  test("whatever length a track chunk says it has, its events are read to their end, and it is told which chunk it was", () => {
    fc.assert(
      fc.property(tracksArbitrary, fc.nat(3), anyLength, (tracks, which, length) => {
        const damaged = which % tracks.length;
        const right = trackBytes(tracks[damaged] ?? { name: "", notes: [] }).length;
        const bytes = tracks.flatMap((track, index) =>
          chunk("MTrk", trackBytes(track), index === damaged ? length : trackBytes(track).length),
        );
        const song = read([...header(tracks.length), ...bytes]);
        expect(music(song)).toEqual(music(read(wholeFile(tracks))));
        if (length === right) expect(song.changes).toEqual([]);
        else {
          expect(song.changes).toEqual([
            `track ${damaged} says that it has ${length} ${length === 1 ? "byte" : "bytes"}; it was read to its end, which is at ${right}`,
          ]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("chunks of other kinds, and bytes that are no chunk, are left out wherever they stand", () => {
    const foreign = fc.oneof(
      fc.array(fc.nat(255), { maxLength: 12 }).map((data) => chunk("XFIH", data)),
      fc.array(fc.constantFrom(0, 0xff, 0x80), { minLength: 1, maxLength: 12 }),
    );
    fc.assert(
      fc.property(tracksArbitrary, fc.array(foreign, { minLength: 5, maxLength: 5 }), (tracks, between) => {
        const bytes = tracks.flatMap((track, index) => [
          ...(between[index] ?? []),
          ...chunk("MTrk", trackBytes(track)),
        ]);
        const song = read([...header(tracks.length), ...bytes, ...(between[4] ?? [])]);
        expect(music(song)).toEqual(music(read(wholeFile(tracks))));
        expect(song.changes.length).toBeGreaterThan(0);
      }),
    );
  });

  test("a file that was cut off keeps every note that had ended before", () => {
    fc.assert(
      fc.property(tracksArbitrary, fc.double({ min: 0, max: 1, noNaN: true }), (tracks, where) => {
        const bytes = wholeFile(tracks);
        const cut = Math.floor(where * bytes.length);
        const [first] = tracks;
        const firstEnd = 14 + 8 + trackBytes(first ?? { name: "", notes: [] }).length;
        try {
          const song = read(bytes.slice(0, cut));
          if (cut >= firstEnd) expect(song.tracks[0]?.notes).toEqual(first?.notes);
          expect(song.changes.length > 0).toBe(cut < bytes.length);
          for (const { index, notes } of song.tracks) {
            const whole = tracks[index]?.notes ?? [];
            // The last may have been ended by the cut.
            expect(whole.slice(0, notes.length - 1)).toEqual(notes.slice(0, -1));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableMidiError);
          expect(cut).toBeLessThan(firstEnd);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a RIFF file is taken off, with whatever chunks stand around the data, and so are bytes before the header", () => {
    const little = (value: number): number[] => uint32(value).reverse();
    const riffChunk = (kind: string, data: readonly number[]): number[] => [
      ...[...ascii(kind), ...little(data.length), ...data],
      ...(data.length % 2 === 1 ? [0] : []),
    ];
    const info = fc.array(fc.nat(255), { maxLength: 9 });
    fc.assert(
      fc.property(tracksArbitrary, info, info, fc.boolean(), (tracks, before, after, hasInfo) => {
        const inside = wholeFile(tracks);
        const body = [
          ...ascii("RMID"),
          ...(hasInfo ? riffChunk("LIST", before) : []),
          ...riffChunk("data", inside),
          ...riffChunk("LIST", after),
        ];
        const song = read([...ascii("RIFF"), ...little(body.length), ...body]);
        expect(music(song)).toEqual(music(read(inside)));
        expect(song.changes).toEqual([expect.stringContaining("RIFF")]);
        const prefixed = read([...after.map((byte) => byte % 64), ...inside]);
        expect(music(prefixed)).toEqual(music(read(inside)));
      }),
    );
  });
});

describe("events that have no place in a melody", () => {
  test("real-time messages between events, and inside of them, are skipped", () => {
    fc.assert(
      fc.property(lineArbitrary, fc.array(fc.integer({ min: 0xf8, max: 0xfe }), { minLength: 1 }), (notes, bytes) => {
        const realTime = bytes.map((byte, index): Event => ({ tick: index * 7, rank: 3, bytes: [byte] }));
        const [status = 0xfe] = bytes;
        const inside = notesAsEvents(notes).map((event, index) =>
          index % 3 === 0 ? { ...event, bytes: event.bytes.flatMap((byte) => [byte, status]).slice(0, -1) } : event,
        );
        expect(oneTrack([...inside, ...realTime]).tracks[0]?.notes).toEqual(notes);
      }),
    );
  });

  test("each kind is told once, with its number and the bar in which it begins, and takes no note away", () => {
    const kinds: readonly (readonly [readonly number[], string])[] = [
      [[0xb0, 64, 127], "pedal event"],
      [[0xe0, 0, 96], "pitch bend event"],
      [[0xb0, 7, 100], "controller event"],
      [[0xd0, 50], "aftertouch event"],
      [[0xa0, 60, 50], "aftertouch event"],
      [[0xff, 0x05, 2, 0x61, 0x62], "lyric or other text"],
      [[0xf0, 2, 0x43, 0xf7], "message for certain devices (SysEx)"],
      [[0xf3, 1], "system message"],
    ];
    fc.assert(
      fc.property(
        lineArbitrary,
        fc.constantFrom(...kinds),
        fc.array(fc.nat(20), { minLength: 1 }),
        (notes, kind, bars) => {
          const [bytes, words] = kind;
          const events = bars.map((at): Event => ({ tick: at * bar, rank: 3, bytes }));
          const song = oneTrack([...notesAsEvents(notes), ...events]);
          const [track] = song.tracks;
          if (track === undefined) throw new Error("there is no track");
          expect(track.notes).toEqual(notes);
          const changes = melodyChanges({ song, track, melody: trackMelody(song, track.index) }).filter((change) =>
            /event|text|message/.test(change),
          );
          expect(changes).toHaveLength(1);
          const [first] = changes;
          const many = words.replace("event", "events").replace("lyric or other text", "lyrics and other texts");
          const plural = many.replace("message", "messages").replace("eventss", "events");
          expect(first?.startsWith(`${bars.length} ${bars.length === 1 ? words : plural}`)).toBe(true);
          expect(first).toContain(`bar ${Math.min(...bars) + 1}`);
        },
      ),
    );
  });
});

describe("ends of notes", () => {
  const nextOfPitch = (notes: readonly MidiNote[], at: number): MidiNote | undefined =>
    notes.slice(at + 1).find(({ pitch }) => pitch === notes[at]?.pitch);

  test("a lost one changes no other note: its own ends where its pitch begins again, or with the track", () => {
    fc.assert(
      fc.property(lineArbitrary, fc.nat(), (notes, which) => {
        const at = which % notes.length;
        const lost = notes[at];
        if (lost === undefined) throw new Error("there is no note");
        const events = notesAsEvents(notes).filter((_, index) => index !== 2 * at + 1);
        const trackEnd = Math.max(...events.map(({ tick }) => tick));
        fc.pre(trackEnd > lost.startTick);
        const end = nextOfPitch(notes, at)?.startTick ?? trackEnd;
        const song = oneTrack(events);
        expect(song.tracks[0]?.notes).toEqual(
          notes.map((note) => (note === lost ? { ...note, durationTicks: end - note.startTick } : note)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("may come after the next beginning of the pitch, at its tick or as legato: no note is longer or shorter for it", () => {
    fc.assert(
      fc.property(lineArbitrary, fc.nat(step - 1), (notes, late) => {
        const events = notesAsEvents(notes).map((event) =>
          event.rank === 1 ? { ...event, tick: event.tick + late, rank: 3 } : event,
        );
        expect(oneTrack(events).tracks[0]?.notes).toEqual(
          notes.map((note, at) => {
            const next = nextOfPitch(notes, at)?.startTick ?? Infinity;
            return { ...note, durationTicks: Math.min(note.durationTicks + late, next - note.startTick) };
          }),
        );
      }),
      { numRuns: 300 },
    );
  });

  /** Beginnings and ends of few pitches in any order: many begin again while they sound, and many ends are missing. */
  const keysArbitrary = fc.array(
    fc.record({ wait: fc.nat(3), pitch: fc.integer({ min: 60, max: 62 }), velocity: fc.constantFrom(0, 64, 90) }),
    { minLength: 1, maxLength: 40 },
  );

  test("are finite, after the beginnings, and not after the track's end, wherever the file stops", () => {
    fc.assert(
      fc.property(keysArbitrary, fc.nat(), fc.boolean(), (keys, where, isRestruck) => {
        const kept = keys.slice(0, 1 + (where % keys.length));
        let tick = 0;
        const events = kept.map(({ wait, pitch, velocity }, rank): Event => {
          tick += wait * step;
          return { tick, rank, bytes: [0x90, pitch, velocity] };
        });
        const restrike = { tick: tick + step, rank: kept.length, bytes: [0x90, kept.at(-1)?.pitch ?? 60, 90] };
        const all = isRestruck ? [...events, restrike] : events;
        const whole = [...header(1), ...chunk("MTrk", asBytes(all))];
        const trackEnd = all.at(-1)?.tick ?? 0;
        for (const bytes of [whole, whole.slice(0, 22 + (where % (whole.length - 21)))]) {
          try {
            for (const note of read(bytes).tracks.flatMap(({ notes }) => notes)) {
              expect(Number.isFinite(note.durationTicks)).toBe(true);
              expect(note.durationTicks).toBeGreaterThan(0);
              expect(endTick(note)).toBeLessThanOrEqual(trackEnd);
            }
          } catch (error) {
            if (!(error instanceof UnreadableMidiError)) throw error;
            expect(error.message).toMatch(/has no notes|no note of the file lasts any time/);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a pitch that begins again with the track's last event ends there, and what has no length is told once", () => {
    const song = read([...header(1), ...chunk("MTrk", [1, 0x90, 60, 64, 1, 0x90, 60, 64, 0, 0xff, 0x2f, 0])]);
    const [track] = song.tracks;
    if (track === undefined) throw new Error("there is no track");
    expect(track.notes).toEqual([{ startTick: 1, durationTicks: 1, pitch: 60, velocity: 64 }]);
    expect(melodyChanges({ song, track, melody: trackMelody(song, 0) })).toEqual([
      "1 note that still sounded in bar 1: ended where the same pitch begins again",
      "1 note of no length in bar 1: left out",
    ]);
  });

  test("less than a sixteenth over the bar line make no bar; a sixteenth does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 24, max: 960 }), fc.nat(), (bars, ticks, over) => {
        const note = (durationTicks: number): MidiNote => ({ startTick: 0, durationTicks, pitch: 60, velocity: 90 });
        const barsOf = (durationTicks: number): number =>
          barAt(barLines({ timeSignatures: [], ticksPerBeat: ticks, notes: [note(durationTicks)] }), 0) +
          barLines({ timeSignatures: [], ticksPerBeat: ticks, notes: [note(durationTicks)] }).reduce(
            (sum, each) => sum + each.bars,
            0,
          ) -
          1;
        const late = over % Math.ceil(ticks / 4);
        expect(barsOf(bars * 4 * ticks + late)).toBe(bars);
        expect(barsOf(bars * 4 * ticks + Math.ceil(ticks / 4))).toBe(bars + 1);
      }),
    );
  });

  test("a note that begins after the bar line makes a bar, however short it is", () => {
    const notes = [{ startTick: bar, durationTicks: 1, pitch: 60, velocity: 90 }];
    expect(barLines({ timeSignatures: [], ticksPerBeat: division, notes })).toMatchObject([{ bars: 2 }]);
  });
});

describe("timeSignatures", () => {
  const equalTimeSignatures: readonly (readonly [number, number])[] = [
    [4, 2],
    [2, 1],
    [8, 3],
    [16, 4],
    [1, 0],
  ];

  test("what has four quarter notes in a bar is 4/4, wherever it stands; what is overruled or after the notes says nothing", () => {
    const sign = fc.record({ tick: fc.nat(4000), timeSignature: fc.constantFrom(...equalTimeSignatures) });
    fc.assert(
      fc.property(lineArbitrary, fc.array(sign), (notes, signs) => {
        const lastEnd = Math.max(...notes.map(endTick));
        const harmless = [
          ...signs.flatMap(({ tick, timeSignature }) => [
            timeSignatureAt(tick, 3, 2),
            timeSignatureAt(tick, ...timeSignature),
          ]),
          timeSignatureAt(lastEnd, 3, 2),
          timeSignatureAt(lastEnd + 1000, 5, 3),
        ];
        const melody = trackMelody(oneTrack([...harmless, ...notesAsEvents(notes)]), 0);
        expect(melody).toEqual(trackMelody(oneTrack(notesAsEvents(notes)), 0));
      }),
    );
  });

  test("an odd bar leaves the music before and after it as it is, and is not chosen beside them", () => {
    const oneBar = fc.integer({ min: 1, max: 6 }).filter((quarters) => quarters !== 4);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), oneBar, fc.integer({ min: 1, max: 6 }), (before, quarters, after) => {
        const beats = (count: number, from: number): MidiNote[] =>
          Array.from({ length: count }, (_, index) => ({
            ...{ startTick: from + index * division, durationTicks: division },
            ...{ pitch: 60 + (index % 7), velocity: 90 },
          }));
        const odd = before * bar;
        const next = odd + quarters * division;
        const song = oneTrack([
          ...[timeSignatureAt(0, 4, 2), timeSignatureAt(odd, quarters, 2), timeSignatureAt(next, 4, 2)],
          ...notesAsEvents([...beats(4 * before, 0), ...beats(quarters, odd), ...beats(4 * after, next)]),
        ]);
        const melody = trackMelody(song, 0);
        expect(melody.bars).toBe(before + 1 + after);
        expect(applyInputOptions(melody, { bars: before }, "unet-gan").notes).toEqual(beats(4 * before, 0));
        expect(applyInputOptions(melody, { startBar: before + 2 }, "unet-gan").notes).toEqual(beats(4 * after, 0));
        const isRefused = (options: InputOptions): void => {
          expect(() => applyInputOptions(melody, options, "unet-gan")).toThrow(`bar ${before + 1} is in ${quarters}/4`);
        };
        isRefused({});
        isRefused({ startBar: before, bars: 2 });
        const alone = { startBar: before + 1, bars: 1 };
        const name = `${quarters}/4`;
        if (!timeSignaturesTakenBy("unet-gan").some((taken) => taken === name)) isRefused(alone);
        else {
          const chosen = applyInputOptions(melody, alone, "unet-gan");
          expect({ timeSignature: chosen.timeSignature, notes: chosen.notes }).toEqual({
            timeSignature: name,
            notes: beats(quarters, 0),
          });
        }
      }),
    );
  });

  test("a time signature that holds for less than a sixteenth does not part the bars before and after it", () => {
    const timeSignatures = [
      { tick: 0, numerator: 3, denominator: 4 },
      { tick: 6 * division, numerator: 5, denominator: 4 },
      { tick: 6 * division + 1, numerator: 3, denominator: 4 },
    ];
    const notes = [{ startTick: 0, durationTicks: 12 * division, pitch: 60, velocity: 90 }];
    expect(barLines({ timeSignatures, ticksPerBeat: division, notes })).toEqual([
      { firstBar: 1, bars: 4, startTick: 0, barTicks: 3 * division, timeSignature: "3/4" },
    ]);
  });

  test("impossible ones, and tempos of nothing, are told once with their number and first bar", () => {
    const impossible = fc.oneof(
      fc.nat(255).map((power) => [0, power] as const),
      fc.tuple(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 7, max: 255 })),
    );
    const bars = fc.array(fc.nat(20), { maxLength: 5 });
    fc.assert(
      fc.property(lineArbitrary, impossible, bars, bars, (notes, [numerator, power], timeSignatureBars, tempoBars) => {
        const song = oneTrack([
          ...notesAsEvents(notes),
          ...timeSignatureBars.map((at) => timeSignatureAt(at * bar, numerator, power)),
          ...tempoBars.map((at) => tempoAt(at * bar, 0)),
        ]);
        const [track] = song.tracks;
        if (track === undefined) throw new Error("there is no track");
        const melody = trackMelody(song, 0);
        expect(melody).toEqual(trackMelody(oneTrack(notesAsEvents(notes)), 0));
        const changes = melodyChanges({ song, track, melody });
        const told = (all: readonly number[], one: string, many: string): string[] => {
          if (all.length === 0) return [];
          const first = Math.min(...all) + 1;
          return [
            all.length === 1
              ? `1 ${one} in bar ${first}: left out`
              : `${all.length} ${many} from bar ${first} on: left out`,
          ];
        };
        const signature = "(no beats, or beats shorter than a 64th)";
        expect(changes.filter((change) => /tempo|signature/.test(change))).toEqual([
          ...told(tempoBars, "tempo of 0 microseconds a beat", "tempos of 0 microseconds a beat"),
          ...told(
            timeSignatureBars,
            `impossible time signature ${signature}`,
            `impossible time signatures ${signature}`,
          ),
        ]);
      }),
    );
  });

  test("rests before the notes are a choice of bars away", () => {
    fc.assert(
      fc.property(lineArbitrary, fc.integer({ min: 0, max: 100 }), (notes, rests) => {
        const later = notes.map((note) => ({ ...note, startTick: note.startTick + rests * bar }));
        const melody = trackMelody(oneTrack(notesAsEvents(later)), 0);
        expect(firstBarWithNotes(melody)).toBe(rests + 1);
        const whole = trackMelody(oneTrack(notesAsEvents(notes)), 0);
        expect(applyInputOptions(melody, { startBar: rests + 1 }, "unet-gan")).toEqual(
          applyInputOptions(whole, {}, "unet-gan"),
        );
      }),
    );
  });
});

describe("tempos", () => {
  test("outside 20 to 400 beats a minute become the nearest inside, and it is told", () => {
    fc.assert(
      fc.property(lineArbitrary, fc.integer({ min: 1, max: 0xff_ffff }), (notes, microseconds) => {
        const song = oneTrack([tempoAt(0, microseconds), ...notesAsEvents(notes)]);
        const [track] = song.tracks;
        if (track === undefined) throw new Error("there is no track");
        const melody = trackMelody(song, 0);
        const asWritten = Math.round(60_000_000_000 / microseconds) / 1000;
        const isSensible = asWritten >= 20 && asWritten <= 400;
        expect(melody.tempo).toBe(isSensible ? asWritten : asWritten < 20 ? 20 : 400);
        expect(melodyChanges({ song, track, melody }).filter((change) => change.includes("tempo"))).toEqual(
          isSensible
            ? []
            : [
                `the tempo at the first note is ${asWritten} beats a minute: ${melody.tempo} is used (20 to 400 can be)`,
              ],
        );
      }),
      { examples: [[[{ startTick: 0, durationTicks: 96, pitch: 60, velocity: 90 }], 1]] },
    );
  });

  test("that change later are held against the one that is used", () => {
    const notes = [{ startTick: 0, durationTicks: 4 * bar, pitch: 60, velocity: 90 }];
    const [tooSlow, slowest, usual] = [0xff_ffff, 3_000_000, 500_000];
    const song = oneTrack([
      ...[tempoAt(0, tooSlow), tempoAt(bar, slowest), tempoAt(2 * bar, usual)],
      ...notesAsEvents(notes),
    ]);
    const [track] = song.tracks;
    if (track === undefined) throw new Error("there is no track");
    expect(melodyChanges({ song, track, melody: trackMelody(song, 0) })).toEqual([
      "the tempo at the first note is 3.576 beats a minute: 20 is used (20 to 400 can be)",
      "the tempo changes once, in bar 3 to 120: 20 beats a minute is used throughout",
    ]);
  });
});

describe("the choice of the melody", () => {
  const drumTracks = fc.constantFrom(
    { name: "Drums", channel: 0 },
    { name: "Percussion 2", channel: 1 },
    { name: "Drumkit", channel: 2 },
    { name: "Click", channel: 3 },
    { name: "Count-In", channel: 4 },
    { name: "Schlagzeug", channel: 5 },
    { name: "Anything", channel: 9 },
    { name: "Melody", channel: 9 },
  );

  test("is never drums, a click track or a count-in, wherever they stand", () => {
    fc.assert(
      fc.property(
        lineArbitrary,
        lineArbitrary,
        fc.array(drumTracks, { minLength: 1, maxLength: 3 }),
        fc.nat(3),
        (line, hits, drums, at) => {
          const events = drums.map(({ name, channel }) => [nameAt(ascii(name)), ...notesAsEvents(hits, channel)]);
          events.splice(at, 0, [nameAt(ascii("Flute")), ...notesAsEvents(line)]);
          const song = read([...header(events.length), ...events.flatMap((each) => chunk("MTrk", asBytes(each)))]);
          const choice = chooseMelodyTrack(song.tracks);
          expect(choice?.track.name).toBe("Flute");
          const isFirst = choice?.track.index === song.tracks[0]?.index;
          expect(choice?.changes).toHaveLength(isFirst ? 0 : 1);
          const onlyDrums = song.tracks.filter((track) => whyNoTones(track) !== undefined);
          expect(onlyDrums).toHaveLength(drums.length);
          expect(chooseMelodyTrack(onlyDrums)).toBeUndefined();
        },
      ),
    );
  });

  test.each([
    ["the one named as a melody", ["Piano", "Vocals", "Strings"], 1],
    ["the first of equals", ["Flute", "Oboe", "Viola"], 0],
    ["not the bass that comes first", ["Bass", "Flute"], 1],
    ["the soprano, not the other voices", ["Bass", "Tenor", "Alto", "Soprano"], 3],
    ["a tune that drums' words only begin like", ["Kitty's Tune", "Pad"], 0],
  ])("is %s", (_, names, expected) => {
    const line = [0, 1, 2, 3, 4, 5, 6, 7].map((beat) => ({
      ...{ startTick: beat * division, durationTicks: division, pitch: 60 + beat, velocity: 90 },
    }));
    const song = read(wholeFile(names.map((name) => ({ name, notes: line }))));
    expect(chooseMelodyTrack(song.tracks)?.track.index).toBe(expected);
  });

  test("prefers a line to chords, and many pitches to one", () => {
    const line = Array.from({ length: 16 }, (_, beat) => ({
      ...{ startTick: beat * division, durationTicks: division, pitch: 60 + (beat % 7), velocity: 90 },
    }));
    const chords = line.flatMap((note) => [
      note,
      { ...note, pitch: note.pitch + 4 },
      { ...note, pitch: note.pitch + 7 },
    ]);
    const beats = line.map((note) => ({ ...note, pitch: 60 }));
    const named = (notes: readonly MidiNote[]): Track => ({ name: "Track", notes });
    const song = read(wholeFile([named(chords), named(beats), named(line)]));
    const choice = chooseMelodyTrack(song.tracks);
    expect(choice?.track.index).toBe(2);
    expect(choice?.changes).toEqual([
      expect.stringMatching(/^track 2 "Track" is taken as the melody, with \d+ points: it has/),
    ]);
  });
});

describe("loudness", () => {
  test("generated notes stand to the melody's as they do in a melody of the usual velocity", () => {
    fc.assert(
      fc.property(lineArbitrary, fc.integer({ min: 1, max: 127 }), (notes, velocity) => {
        const melody: Melody = {
          ...{ name: "Line", program: 0, ticksPerBeat: division, tempo: 100, bars: 40, timeSignature: "4/4" },
          notes: notes.map((note) => ({ ...note, velocity })),
        };
        const generated = [{ name: "Bass", program: 32, notes: [{ onset: 0, duration: 4, pitch: 40, velocity: 80 }] }];
        const made = composeScore({ name: "Piece", melody, generated }).tracks[1]?.notes[0]?.velocity ?? 0;
        expect(made).toBe(Math.max(1, Math.round((80 * velocity) / 90)));
        const added = { onset: 0, duration: 4, pitch: 90, velocity: 80 };
        const kept = { onset: 0, duration: 1, pitch: notes[0]?.pitch ?? 0, velocity };
        const rewritten = composeScore({ name: "Piece", melody, rewritten: [kept, added], generated: [] }).tracks[0]
          ?.notes;
        expect(rewritten?.find(({ pitch }) => pitch === 90)?.velocity).toBe(made);
        expect(rewritten?.find(({ pitch }) => pitch === kept.pitch)?.velocity).toBe(velocity);
      }),
    );
  });
});

/** Names in an encoding, as bytes in hexadecimal, with what they say. */
const named: Readonly<Record<string, readonly (readonly [bytes: string, name: string])[]>> = {
  "windows-1252": [
    ["54e96e6f72", "Ténor"],
    ["466cf67465", "Flöte"],
    ["56696f6ce36f", "Violão"],
    ["63616ee7e36f", "canção"],
    ["4772f6df65", "Größe"],
    ["5069616e6f20e0207175657565", "Piano à queue"],
    ["53e9f16f72", "Séñor"],
    ["dc62756e67", "Übung"],
    ["4261746572ed61", "Batería"],
  ],
  "windows-1251": [
    ["cce5ebeee4e8ff", "Мелодия"],
    ["c1e0f1", "Бас"],
    ["d1eeebee", "Соло"],
    ["c2eeeae0eb2031", "Вокал 1"],
    ["d3e4e0f0edfbe5", "Ударные"],
  ],
  shift_jis: [
    ["8ee590f997a5", "主旋律"],
    ["83738341836d", "ピアノ"],
    ["837b815b834a838b", "ボーカル"],
    ["89cc", "歌"],
  ],
  gbk: [
    ["d6f7d0fdc2c9", "主旋律"],
    ["b8d6c7d9", "钢琴"],
    ["b0e9d7e0", "伴奏"],
    ["bcaacbfb", "吉他"],
    ["b1b4cbbe", "贝司"],
    ["d0a1cce1c7d9", "小提琴"],
  ],
  "euc-kr": [
    ["c7c7bec6b3eb20b8e1b7ceb5f0", "피아노 멜로디"],
    ["b8e1b7ceb5f0", "멜로디"],
    ["c7c7bec6b3eb2031", "피아노 1"],
    ["baa3c0ccbdba", "베이스"],
    ["b9d9c0ccbfc3b8b0", "바이올린"],
  ],
};
const bytesOf = (hexadecimal: string): Uint8Array => Uint8Array.from(Buffer.from(hexadecimal, "hex"));

const utf16le = (text: string): number[] => Array.from(text).flatMap((each) => uint16(each.charCodeAt(0)).reverse());

describe("names", () => {
  const all = Object.entries(named).flatMap(([encoding, names]) =>
    names.map(([bytes, name]) => ({ encoding, bytes, name })),
  );

  test.each(all.map(({ encoding, bytes, name }) => [encoding, name, bytes] as const))(
    "in %s, alone: %s",
    (_, name, bytes) => {
      expect(textReader([bytesOf(bytes)])(bytesOf(bytes))).toBe(name);
    },
  );

  test("of one file are read together, beside names in ASCII and UTF-8", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(named)), fc.nat(99), (encoding, from) => {
        const names = named[encoding] ?? [];
        const start = from % names.length;
        const chosen = [...names.slice(start), ...names.slice(0, start)].slice(0, 1 + (from % 4));
        const texts = [
          ...chosen.map(([bytes]) => bytesOf(bytes)),
          new TextEncoder().encode("Piano – 主"),
          bytesOf("50"),
        ];
        const reader = textReader(texts);
        expect(texts.map(reader)).toEqual([...chosen.map(([, name]) => name), "Piano – 主", "P"]);
      }),
    );
  });

  test.each([
    ["СОЛО in Windows-1251, all capitals", "d1cecbce"],
    ["half-width katakana", "cbdfb1c9"],
    ["one letter", "c9"],
    ["two syllables of EUC-KR, which are two characters of GBK", "b1e2c5b8"],
    ["bytes of no encoding", "ff81ff"],
  ])("that cannot be told are left out rather than garbled: %s", (_, bytes) => {
    expect(textReader([bytesOf(bytes)])(bytesOf(bytes))).toBe("");
  });

  test.each([
    ["{@LATIN} before it", [..."{@LATIN}".split("").map((each) => each.charCodeAt(0)), 0xc9], "É"],
    ["{@JP} before it", [...ascii("{@JP}"), 0xcb, 0xdf, 0xb1, 0xc9], "ﾋﾟｱﾉ".normalize("NFC")],
    ["a byte order mark of UTF-8", [0xef, 0xbb, 0xbf, 0x41], "A"],
    ["UTF-16, little-endian", [0xff, 0xfe, 0x3b, 0x4e, 0xcb, 0x65], "主旋"],
    [
      "UTF-16 without a mark, big-endian",
      Array.from("Melodie ü 主").flatMap((each) => uint16(each.charCodeAt(0))),
      "Melodie ü 主",
    ],
    ["UTF-16 without a mark, little-endian", utf16le("Melodie ü"), "Melodie ü"],
    ["UTF-16 without a mark, with an end", utf16le("é1\0"), "é1"],
    ["UTF-16 without a mark, in Cyrillic", utf16le("Мелодия Ё"), "Мелодия Ё"],
    ["a NUL at the end", [...ascii("Piano"), 0], "Piano"],
    ["a NUL at the end, in Windows-1252", [0x54, 0xe9, 0x6e, 0x6f, 0x72, 0], "Ténor"],
    ["NULs in between", [...ascii("AB\0CDE\0FG")], "ABCDEFG"],
  ])("with %s", (_, bytes, name) => {
    expect(textReader([Uint8Array.from(bytes)])(Uint8Array.from(bytes))).toBe(name);
  });

  test("are read by the language that a karaoke file declares", () => {
    const song = oneTrack([
      metaAt(0, 1, ascii("@LRUSS")),
      nameAt([0xd1, 0xce, 0xcb, 0xce]),
      ...notesAsEvents([{ startTick: 0, durationTicks: 96, pitch: 60, velocity: 90 }]),
    ]);
    expect(song.tracks[0]?.name).toBe("СОЛО");
  });

  test("have nothing in them that turns the direction, hides, or is no character; whatever bytes they were", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: "binary", maxLength: 200 }), (bytes, text) => {
        for (const name of [textReader([bytes])(bytes), plainText(`a\u202eb\ud800${text}`, 100)]) {
          expect(name).not.toMatch(/[\p{Cc}\p{Cs}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufffd]/u);
          expect(name.length).toBeLessThanOrEqual(100);
          expect(name).toBe(name.trim());
          expect(plainText(name, 100)).toBe(name);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test("texts that are not names do not change the music", () => {
  const song = read([
    ...header(1),
    ...chunk("MTrk", [
      ...meta(1, [0xff, 0xfe]),
      ...asBytes(notesAsEvents([{ startTick: 0, durationTicks: 96, pitch: 60, velocity: 90 }])),
    ]),
  ]);
  expect(song.tracks[0]).toMatchObject({ name: "Track 1", notes: { length: 1 } });
});
