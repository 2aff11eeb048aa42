import fc from "fast-check";
import {
  arrange,
  type ArrangedTrack,
  type Arrangement,
  type ArrangerSettings,
  arrangerSettingsSchema,
  densities,
} from "../../../../domain/music/arranger/arrange";
import { pitchClass, tonesOf } from "../../../../domain/music/arranger/chord";
import { chordRhythms } from "../../../../domain/music/arranger/chord-progression";
import { isInScale } from "../../../../domain/music/arranger/key";
import { drumPitches, styleNames, styles, stylesIn } from "../../../../domain/music/arranger/styles";
import {
  endOf,
  entryStep,
  lastOnset,
  notesIn,
  skyline,
  type Span,
  type Tune,
  tuneEnd,
} from "../../../../domain/music/arranger/tune";
import { tuneAsBassInWords } from "../../../../domain/music/arranger/tune-as-bass";
import type { ModelNote } from "../../../../domain/music/melody";
import { readNotation } from "../../../../domain/music/sample-melodies";
import { barShapes, pieceTimeSignatures } from "../../../../domain/music/time-signatures";
import { techniques } from "../../../../domain/techniques/registry";

const usualSettings: ArrangerSettings = arrangerSettingsSchema.parse(
  Object.fromEntries(techniques.arranger.parameters.map((parameter) => [parameter.name, parameter.default])),
);

const tuneOf = (notation: string): Tune => {
  const { bars, notes } = readNotation(notation);
  return { notes: notes.map((note) => ({ ...note, velocity: 90 })), bars, timeSignature: "4/4" };
};

const timeSignatureAndStyle = fc
  .constantFrom(...pieceTimeSignatures)
  .chain((timeSignature) =>
    fc.record({ timeSignature: fc.constant(timeSignature), style: fc.constantFrom(...stylesIn(timeSignature)) }),
  );

/** A melody of notes or of chords, with rests, in any register, and what is asked of the arranger. */
const requests = fc
  .record({
    form: timeSignatureAndStyle,
    bars: fc.integer({ min: 1, max: 12 }),
    center: fc.integer({ min: 24, max: 96 }),
    doublings: fc.uniqueArray(fc.constantFrom(1, 2, 3, 4, 7, 12), { maxLength: 2 }),
    upbeat: fc.integer({ min: 0, max: 11 }),
    intervals: fc.array(
      fc.record({
        rest: fc.constantFrom(0, 0, 0, 1, 4),
        duration: fc.constantFrom(1, 2, 3, 4, 4, 8, 12),
        interval: fc.integer({ min: -10, max: 10 }),
      }),
      { minLength: 1, maxLength: 60 },
    ),
    density: fc.constantFrom(...densities),
    chordRhythm: fc.constantFrom(...chordRhythms),
    drums: fc.boolean(),
    swing: fc.boolean(),
    seed: fc.integer({ min: 0, max: 2_147_483_647 }),
  })
  .map(({ form, bars, center, doublings, upbeat, intervals, seed, density, chordRhythm, drums, swing }) => {
    const steps = bars * barShapes[form.timeSignature].steps;
    let step = Math.min(upbeat, steps - 1);
    const notes: ModelNote[] = [];
    for (const { rest, duration, interval } of intervals) {
      const onset = step + (notes.length === 0 ? 0 : rest);
      if (onset >= steps) break;
      step = Math.min(onset + duration, steps);
      for (const above of [0, ...doublings]) {
        notes.push({ onset, duration: step - onset, pitch: center + interval + above, velocity: 90 });
      }
    }
    const tune: Tune = { notes, bars, timeSignature: form.timeSignature };
    return { tune, settings: { style: form.style, density, chordRhythm, drums, swing }, seed };
  });

const pitched = ({ tracks }: Arrangement): ArrangedTrack[] => tracks.filter(({ isDrums }) => !isDrums);
const named = ({ tracks }: Arrangement, name: string): readonly ModelNote[] =>
  tracks.find((track) => track.name === name)?.notes ?? [];

describe("for every tune", () => {
  test("nothing sounds before the tune begins or after it has ended", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const first = Math.min(...request.tune.notes.map(({ onset }) => onset));
        for (const { name, notes, isDrums } of arrange(request).tracks) {
          for (const note of notes) {
            const lastsWithTune = isDrums || endOf(note) <= tuneEnd(request.tune);
            expect({ name, note, begins: note.onset >= first, lasts: note.duration > 0, lastsWithTune }).toMatchObject({
              begins: true,
              lasts: true,
              lastsWithTune: true,
            });
          }
        }
      }),
    );
  });

  test("no instrument reaches the tune from below or, where it is the bass, from above, except drums", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const upper = skyline(request.tune);
        const sungIn = ({ start, end }: Span): number[] =>
          upper.slice(start, end).filter((pitch) => pitch !== undefined);
        const arrangement = arrange({ ...request, settings: { ...request.settings, swing: false } });
        for (const note of pitched(arrangement).flatMap(({ notes }) => notes)) {
          const span = arrangement.chords.find(({ start, end }) => note.onset >= start && note.onset < end);
          if (span === undefined) throw new Error(`no chord at ${note.onset}`);
          const highest = Math.max(...sungIn(span));
          if (!span.tuneIsBass) {
            expect(note.pitch).toBeLessThan(Math.min(...sungIn({ start: note.onset, end: endOf(note) }), 128));
          } else if (highest <= 84) {
            // Above C6 there would be no room for a chord.
            expect(note.pitch).toBeGreaterThan(highest);
          }
        }
      }),
    );
  });

  test("an instrument besides the drums sounds in every bar from the entry of the band on, and no track is empty", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { tune } = request;
        const { steps } = barShapes[tune.timeSignature];
        const arrangement = arrange(request);
        const bars = Array.from({ length: tune.bars }, (_, bar) => ({
          start: Math.max(bar * steps, entryStep(tune)),
          end: Math.min((bar + 1) * steps, tuneEnd(tune)),
        })).filter(({ start, end }) => start < end);
        const notes = pitched(arrangement).flatMap((track) => track.notes);
        const isSilent = ({ start, end }: Span): boolean =>
          !notes.some((note) => note.onset < end && endOf(note) > start);
        expect(bars.filter(isSilent)).toEqual([]);
        expect(arrangement.tracks.filter((track) => track.notes.length === 0)).toEqual([]);
      }),
    );
  });

  test("at each moment the bass is the lowest pitch of the band, and it is silent where the tune is the bass", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const arrangement = arrange(request);
        const bassName = styles[request.settings.style].bass.name;
        const others = pitched(arrangement).filter(({ name }) => name !== bassName);
        for (const bass of named(arrangement, bassName)) {
          const lower = others
            .flatMap(({ notes }) => notes)
            .filter((note) => note.onset < endOf(bass) && endOf(note) > bass.onset && note.pitch <= bass.pitch);
          expect({ bass, lower }).toEqual({ bass, lower: [] });
          const low = arrangement.chords.filter(({ tuneIsBass, end }) => tuneIsBass && end <= lastOnset(request.tune));
          // Swing may move a note by less than a sixteenth.
          expect(low.filter(({ start, end }) => bass.onset >= start && bass.onset + 1 <= end)).toEqual([]);
        }
      }),
    );
  });

  test("chords follow each other without a gap, from the entry of the band to the end", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { chords } = arrange(request);
        expect(chords[0]?.start).toBe(entryStep(request.tune));
        expect(chords.at(-1)).toMatchObject({ start: lastOnset(request.tune), end: tuneEnd(request.tune) });
        expect(chords.slice(1).map(({ start }) => start)).toEqual(chords.slice(0, -1).map(({ end }) => end));
      }),
    );
  });

  test("struck, held and broken chords have the tones of their chord, and at most a seventh more", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const style = styles[request.settings.style];
        const arrangement = arrange({ ...request, settings: { ...request.settings, swing: false } });
        for (const { name, notes } of pitched(arrangement)) {
          if (name === style.bass.name) continue;
          for (const note of notes) {
            const span = arrangement.chords.find(({ start, end }) => note.onset >= start && note.onset < end);
            if (span === undefined) throw new Error(`no chord at ${note.onset}`);
            // A seventh that a style adds is one of the key: a dominant has a minor one.
            const sevenths = [10, 11]
              .map((interval) => pitchClass(span.chord.root + interval))
              .filter((seventh) => isInScale(arrangement.key, seventh));
            const allowed = [...tonesOf(span.chord), ...(style.hasSevenths ? sevenths : [])];
            expect(allowed).toContain(pitchClass(note.pitch));
            expect(endOf(note)).toBeLessThanOrEqual(span.end);
          }
        }
      }),
    );
  });

  test("the bass plays one note at a time, on each new chord its root, and the last one is held", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const settings = { ...request.settings, swing: false };
        const arrangement = arrange({ ...request, settings });
        const bass = named(arrangement, styles[settings.style].bass.name);
        for (const [index, note] of bass.entries()) {
          expect(endOf(note)).toBeLessThanOrEqual(bass[index + 1]?.onset ?? Infinity);
        }
        for (const [index, { chord, start, tuneIsBass }] of arrangement.chords.entries()) {
          if (arrangement.chords[index - 1]?.chord.root === chord.root) continue;
          const note = bass.find(({ onset }) => onset === start);
          expect(note && pitchClass(note.pitch)).toBe(tuneIsBass ? undefined : chord.root);
        }
        const closing = arrangement.chords.at(-1);
        if (closing === undefined) throw new Error("there is no last chord");
        if (closing.tuneIsBass) {
          // The tune itself has the root of the last chord.
          const sung = notesIn(request.tune, closing).filter(({ onset }) => onset <= closing.start);
          expect(pitchClass(Math.min(...sung.map(({ pitch }) => pitch)))).toBe(closing.chord.root);
          return;
        }
        const last = bass.at(-1);
        expect(last && { root: pitchClass(last.pitch), end: endOf(last) }).toEqual({
          root: closing.chord.root,
          end: closing.end,
        });
      }),
    );
  });

  test("drums are one track of known drums, and no drum is struck twice at once", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const drums = arrange(request).tracks.filter(({ isDrums }) => isDrums);
        expect(drums).toHaveLength(request.settings.drums ? 1 : 0);
        const known: readonly number[] = Object.values(drumPitches);
        const places = (drums[0]?.notes ?? []).map(({ onset, pitch }) => `${onset}/${pitch}`);
        expect(new Set(places).size).toBe(places.length);
        expect((drums[0]?.notes ?? []).filter(({ pitch }) => !known.includes(pitch))).toEqual([]);
      }),
    );
  });

  test("equal requests give equal arrangements", () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(arrange(request)).toEqual(arrange(request));
      }),
    );
  });

  test("swing moves notes by less than a sixteenth, and only late", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const straight = arrange({ ...request, settings: { ...request.settings, swing: false } });
        const swung = arrange({ ...request, settings: { ...request.settings, swing: true } });
        for (const [index, { notes }] of straight.tracks.entries()) {
          const moved = notes.map(({ onset }, place) => (swung.tracks[index]?.notes[place]?.onset ?? NaN) - onset);
          expect(moved.every((distance) => distance >= 0 && distance < 1)).toBe(true);
        }
      }),
    );
  });
});

const saints = tuneOf(`
  r:4 F4:4 A4:4 Bb4:4 | C5:16 | r:4 F4:4 A4:4 Bb4:4 | C5:16 |
  r:4 F4:4 A4:4 Bb4:4 | C5:8 A4:8 | F4:8 A4:8 | G4:16 |
  r:4 A4:4 A4:4 G4:4 | F4:12 F4:4 | A4:8 C5:8 | C5:4 Bb4:12 |
  r:8 A4:4 Bb4:4 | C5:8 A4:8 | F4:8 G4:8 | F4:16 |`);

describe("a band", () => {
  test("waits for the bar line after an upbeat of three beats", () => {
    const arrangement = arrange({ tune: saints, settings: usualSettings, seed: 1 });
    const onsets = arrangement.tracks.flatMap(({ notes }) => notes.map(({ onset }) => onset));
    expect(Math.min(...onsets)).toBe(16);
  });

  test("has two to four instruments besides the drums", () => {
    const count = (density: ArrangerSettings["density"], drums: boolean): number =>
      arrange({ tune: saints, settings: { ...usualSettings, density, drums }, seed: 1 }).tracks.length;
    expect(densities.map((density) => count(density, true))).toEqual([3, 4, 5]);
    expect(densities.map((density) => count(density, false))).toEqual([2, 3, 4]);
  });

  test("ends on the tonic, which every instrument holds to the end of the tune", () => {
    for (const style of stylesIn("4/4")) {
      const settings = { ...usualSettings, style, density: "full" } as const;
      const arrangement = arrange({ tune: saints, settings, seed: 3 });
      for (const { name, notes } of pitched(arrangement)) {
        const closing = notes.filter(({ onset }) => onset >= 240);
        expect({ name, onsets: [...new Set(closing.map(({ onset }) => onset))] }).toEqual({ name, onsets: [240] });
        expect(closing.every((note) => endOf(note) === 256 && [5, 9, 0].includes(pitchClass(note.pitch)))).toBe(true);
      }
      expect(pitchClass(named(arrangement, styles[style].bass.name).at(-1)?.pitch ?? 0)).toBe(5);
    }
  });

  test("has a fill in the eighth bar after its entry, and an accent after that", () => {
    const drums = named(arrange({ tune: saints, settings: usualSettings, seed: 1 }), "Drums");
    const crashes = drums.filter(({ pitch }) => pitch === drumPitches.crash).map(({ onset }) => onset);
    expect(crashes).toEqual([16, 144, 240]);
    const bar = (number: number): string[] =>
      drums
        .filter(({ onset }) => Math.floor(onset / 16) === number - 1)
        .map(({ onset, pitch }) => `${onset % 16}/${pitch}`);
    expect(bar(9)).not.toEqual(bar(8));
    expect(bar(7)).toEqual(bar(8));
  });

  test("plays another piece for another seed, with the same chords", () => {
    const arrangements = Array.from({ length: 8 }, (_, seed) =>
      arrange({ tune: saints, settings: usualSettings, seed }),
    );
    const rhythms = arrangements.map(({ tracks }) =>
      JSON.stringify(tracks.map(({ notes }) => notes.map(({ onset, pitch }) => [onset, pitch]))),
    );
    expect(new Set(rhythms).size).toBeGreaterThan(4);
    expect(new Set(arrangements.map(({ chords }) => JSON.stringify(chords))).size).toBe(1);
  });

  test("does not play every note equally loud", () => {
    for (const { name, notes } of arrange({ tune: saints, settings: usualSettings, seed: 1 }).tracks) {
      const velocities = notes.map(({ velocity }) => velocity);
      expect({ name, range: Math.max(...velocities) - Math.min(...velocities) > 5 }).toEqual({ name, range: true });
    }
  });

  test("refuses a style that is not played in the tune's time signature, and names those that are", () => {
    const settings = { ...usualSettings, style: "waltz" } as const;
    expect(() => arrange({ tune: saints, settings, seed: 1 })).toThrow(
      "waltz cannot be played in 4/4 (allowed: pop, rock, jazz, bossa)",
    );
  });
});

describe("a bass line", () => {
  const bassLine = tuneOf(Array.from({ length: 4 }, () => "E1:4 G1:4 A1:4 E1:4 |").join(" "));

  test("is the bass: chords lie above it in every bar, and no other bass plays", () => {
    for (const style of stylesIn("4/4")) {
      const settings = { ...usualSettings, style, density: "full", drums: false } as const;
      const arrangement = arrange({ tune: bassLine, settings, seed: 1 });
      const { chords, pad, figure } = styles[style];
      expect(arrangement.tracks.map(({ name }) => name)).toEqual([chords.name, pad.name, figure.name]);
      for (const { notes } of arrangement.tracks) {
        expect(new Set(notes.map(({ onset }) => Math.floor(onset / 16))).size).toBe(4);
        expect(Math.min(...notes.map(({ pitch }) => pitch))).toBeGreaterThanOrEqual(53);
      }
      expect(tuneAsBassInWords(bassLine, arrangement.chords)).toEqual([
        "The melody is so low that it is the bass: the chords lie above it, and no other bass plays.",
      ]);
    }
  });

  test("in some bars of a melody is the bass there, where the other bass rests", () => {
    const bars = ["C5:8 E5:8 |", "E2:8 C2:8 |", "F2:8 G2:8 |", "C5:16 |", "D2:16 |", "C5:16 |"];
    const tune = tuneOf(bars.join(" "));
    const arrangement = arrange({ tune, settings: usualSettings, seed: 1 });
    const heard = named(arrangement, "Bass").map(({ onset }) => Math.floor(onset / 16) + 1);
    expect([...new Set(heard)]).toEqual([1, 4, 6]);
    expect(tuneAsBassInWords(tune, arrangement.chords)).toEqual([
      "The melody is so low in bars 2 to 3, 5 that it is the bass there: the chords lie above it, and the other bass rests.",
    ]);
  });

  const alone = { ...usualSettings, density: "sparse", drums: false } as const;

  test("of clusters, against which every tone rubs, is accompanied in every bar nevertheless", () => {
    const notes = [0, 16, 32].flatMap((onset) =>
      Array.from({ length: 12 }, (_, above) => ({ onset, duration: 16, pitch: 30 + above, velocity: 90 })),
    );
    const { tracks } = arrange({ tune: { notes, bars: 3, timeSignature: "4/4" }, settings: alone, seed: 1 });
    expect(new Set(tracks.flatMap((track) => track.notes.map(({ onset }) => Math.floor(onset / 16)))).size).toBe(3);
  });

  test("that begins within a beat is accompanied from the next beat on", () => {
    const notes = Array.from({ length: 8 }, (_, index) => ({
      onset: 2 + 2 * index,
      duration: 2,
      pitch: 40,
      velocity: 90,
    }));
    for (const style of stylesIn("2/4")) {
      for (const seed of [0, 1, 2, 3]) {
        const tune: Tune = { notes, bars: 3, timeSignature: "2/4" };
        const [chords] = arrange({ tune, settings: { ...alone, style }, seed }).tracks;
        expect({ style, seed, first: chords?.notes[0]?.onset }).toEqual({ style, seed, first: 4 });
      }
    }
  });

  test("that leaps up beyond where chords are played has chords nevertheless", () => {
    const tune = tuneOf("C2:8 C8:8 | C2:12 C9:4 | C2:16 |");
    const { tracks } = arrange({ tune, settings: alone, seed: 1 });
    expect(new Set(tracks.flatMap(({ notes }) => notes.map(({ onset }) => Math.floor(onset / 16)))).size).toBe(3);
  });
});

test("nothing is said of a melody that is nowhere the bass", () => {
  const { chords } = arrange({ tune: saints, settings: usualSettings, seed: 1 });
  expect(tuneAsBassInWords(saints, chords)).toEqual([]);
});

test("the document offers what the arranger takes, and every style can be played in the waltz's time signatures", () => {
  const valuesOf = (name: string): readonly string[] | undefined => {
    const parameter = techniques.arranger.parameters.find((each) => each.name === name);
    return parameter?.type === "string" ? parameter.values : undefined;
  };
  expect(valuesOf("style")).toEqual(styleNames);
  expect(valuesOf("density")).toEqual(densities);
  expect(valuesOf("chordRhythm")).toEqual(chordRhythms);
  expect(techniques.arranger.parameters.map(({ name }) => name).sort()).toEqual(
    Object.keys(arrangerSettingsSchema.shape).sort(),
  );
  expect(stylesIn("3/4")).toEqual(styleNames);
  expect(stylesIn("6/8")).toEqual(styleNames);
});

test("every rhythm has as many sixteenths as its bar, and the marks that its instrument knows", () => {
  for (const style of styleNames) {
    for (const timeSignature of stylesIn("4/4").includes(style) ? pieceTimeSignatures : (["3/4", "6/8"] as const)) {
      const groove = styles[style].grooves[timeSignature];
      if (groove === undefined) throw new Error(`${style} has no groove in ${timeSignature}`);
      const { steps } = barShapes[timeSignature];
      const drums = [...groove.drums, ...groove.fills].flatMap((rhythm) => Object.values(rhythm));
      const hits = [...groove.chords, ...groove.figure, ...drums];
      expect(hits.filter((rhythm) => rhythm.length !== steps || !/^[Xxo.-]+$/.test(rhythm))).toEqual([]);
      expect(groove.bass.filter((rhythm) => rhythm.length !== steps || !/^R[R35OA.-]+$/.test(rhythm))).toEqual([]);
    }
  }
});
