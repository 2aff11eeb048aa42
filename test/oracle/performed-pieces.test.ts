/** Pieces that we perform and write are read by mido as they were performed. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { perform, usualPerformance } from "../../domain/music/performance";
import { sampleAsMelody, sampleMelodies } from "../../domain/music/sample-melodies";
import { composeScore, writeMidi } from "../../domain/music/score";
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
    expect(tempos).toHaveLength(6);
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
