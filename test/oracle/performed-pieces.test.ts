/**
 * Pieces that we perform and write are read by mido as they were performed, and by music21, as a score program reads
 * them, as they were composed.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { perform, usualPerformance } from "../../domain/music/performance";
import { sampleAsMelody, sampleMelodies } from "../../domain/music/sample-melodies";
import { composeScore, writeMidi } from "../../domain/music/score";
import { barShapes, timeSignatureOf } from "../../domain/music/time-signatures";
import { environmentPython } from "../../tools/python/environments";

const readSchema = z.object({
  name: z.string(),
  ticksPerBeat: z.int(),
  tempos: z.array(z.tuple([z.int(), z.number()])),
  tracks: z.array(z.object({ program: z.int(), notes: z.array(z.tuple([z.int(), z.int(), z.int(), z.int()])) })),
});

const directory = mkdtempSync(join(tmpdir(), "performed-pieces-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Each sample melody over two voices that go with it, an octave and two octaves lower. */
const performed = sampleMelodies.map((sample) => {
  const melody = sampleAsMelody(sample);
  const generated = [12, 24].map((below) => ({
    name: `${below} lower`,
    program: 48,
    notes: sample.notes.map((note) => ({ ...note, pitch: note.pitch - below, velocity: 80 })),
  }));
  const score = composeScore({ name: sample.id, melody, generated });
  return { name: `${sample.id}.mid`, piece: perform({ score, options: usualPerformance, phraseEnds: [12, 28] }) };
});

test("mido reads every performed sample melody note for note, with the tempos of its ritardando", () => {
  const [written, copies] = [join(directory, "written"), join(directory, "copies")];
  for (const folder of [written, copies]) mkdirSync(folder);
  for (const { name, piece } of performed) writeFileSync(join(written, name), writeMidi(piece));
  const program = join(__dirname, "read_with_mido.py");
  const done = spawnSync(environmentPython("training"), [program, copies, `ours=${written}`], { encoding: "utf8" });
  expect(done.stderr).toBe("");
  const read = done.stdout
    .trim()
    .split("\n")
    .map((line) => readSchema.parse(JSON.parse(line)));
  expect(read).toHaveLength(performed.length);
  for (const { name, piece } of performed) {
    const found = read.find((file) => file.name === name);
    const tempos = [{ tick: 0, beatsPerMinute: piece.tempo }, ...(piece.tempos ?? [])];
    // The piece's own, and those of the ritardando, of which there are more the more beats a bar has.
    expect(tempos).toHaveLength(2 + barShapes[timeSignatureOf(piece)].beats);
    expect(found?.tempos.map(([tick]) => tick)).toEqual(tempos.map(({ tick }) => tick));
    found?.tempos.forEach(([, tempo], index) => {
      expect(tempo).toBeCloseTo(tempos[index]?.beatsPerMinute ?? 0, 1);
    });
    expect(found?.tracks.map(({ program: instrument, notes }) => ({ instrument, notes }))).toEqual(
      piece.tracks.map(({ program: instrument, notes }) => ({
        instrument,
        notes: notes.map(({ startTick, pitch, durationTicks, velocity }) => [
          startTick,
          pitch,
          durationTicks,
          velocity,
        ]),
      })),
    );
  }
});

const stavesSchema = z.object({
  name: z.string(),
  staves: z.array(z.array(z.tuple([z.number(), z.number(), z.array(z.int())]))),
});

/** Each sample melody over three voices: one keeps its rhythm, one sings longer notes, and one pauses. */
const inFourVoices = sampleMelodies.map((sample) => {
  const { notes } = sample;
  const lower = (below: number): typeof notes => notes.map((note) => ({ ...note, pitch: note.pitch - below }));
  const voices = [
    lower(4),
    lower(9).filter(({ onset }) => onset % 8 === 0),
    lower(24).filter((_, index) => index % 3 !== 2),
  ];
  const generated = voices.map((voice, index) => ({
    name: `Voice ${index}`,
    program: 52,
    notes: voice.map((note) => ({ ...note, velocity: 80 })),
  }));
  return {
    name: `${sample.id}.mid`,
    score: composeScore({ name: sample.id, melody: sampleAsMelody(sample), generated }),
  };
});

test("music21 shows the same four staves with and without a performance", () => {
  const staves = ["composed", "performed"].map((kind) => {
    const folder = join(directory, kind);
    mkdirSync(folder);
    for (const { name, score } of inFourVoices) {
      const piece = kind === "composed" ? score : perform({ score, options: usualPerformance, phraseEnds: [12, 28] });
      writeFileSync(join(folder, name), writeMidi(piece));
    }
    const program = join(__dirname, "read_with_music21.py");
    const done = spawnSync(environmentPython("training"), [program, folder], { encoding: "utf8" });
    expect(done.stderr).toBe("");
    return done.stdout
      .trim()
      .split("\n")
      .map((line) => stavesSchema.parse(JSON.parse(line)));
  });
  const [composed = [], played = []] = staves;
  expect(composed).toHaveLength(inFourVoices.length);
  expect(played).toEqual(composed);
  // music21 gives a file's time signature to its first part alone, and cuts notes at the bar lines of 4/4 in the others.
  const inCommonTime = inFourVoices.filter(({ score }) => timeSignatureOf(score) === "4/4");
  for (const { name, score } of inCommonTime) {
    const found = composed.find((file) => file.name === name);
    expect(
      found?.staves.map((staff) => staff.map(([offset, length, pitches]) => [offset, length, ...pitches])),
    ).toEqual(
      score.tracks.map(({ notes }) =>
        notes.map(({ startTick, durationTicks, pitch }) => [
          startTick / score.ticksPerBeat,
          durationTicks / score.ticksPerBeat,
          pitch,
        ]),
      ),
    );
  }
});
