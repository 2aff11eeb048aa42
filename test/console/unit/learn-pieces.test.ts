import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import odeToJoy from "../../../console/src/learn/pieces/gan-piece.json";
import modelVoices from "../../../console/src/learn/pieces/model-voices.json";
import { makeRounds } from "../../../console/src/learn/quiz";
import { addressOf } from "../../../console/src/learn/source-address";
import { spoil, spoilings } from "../../../console/src/learn/spoiled";
import { pieceOf } from "../../../console/src/learn/stored-piece";
import { bachFigures, bachParallelsPer100Bars } from "../../../console/src/models/bach-figures";
import { writePiece } from "../../../console/src/piece/write-piece";
import { learnTexts } from "../../../console/src/texts/en-learn";

const bachOf = (id: string, bars: number) => ({
  id,
  title: `Chorale ${id}`,
  bars,
  voices: [72, 67, 64, 48].map((pitch) => [[0, 16, pitch] as const]),
});
const excerpts = {
  source: "a test",
  license: "public domain",
  excerpts: modelVoices.map(({ id, bars }) => bachOf(id, bars)),
};

describe("the quiz", () => {
  test("both pieces of a round have the same melody, bars and instruments, and Bach's place is where his voices are", () => {
    for (const random of [() => 0, () => 0.9]) {
      const rounds = makeRounds(excerpts, modelVoices, random);
      expect(rounds).toHaveLength(6);
      for (const { pieces, bach } of rounds) {
        const [one, other] = pieces;
        expect(one.tracks[0]).toEqual(other.tracks[0]);
        expect(one.bars).toBe(other.bars);
        expect(one.tracks.map(({ name, program }) => [name, program])).toEqual(
          other.tracks.map(({ name, program }) => [name, program]),
        );
        expect(pieces[bach].tracks[3]?.notes).toEqual([[0, 16, 48]]);
      }
    }
  });

  test("a chorale of which the build has no excerpt is left out", () => {
    const [first] = excerpts.excerpts;
    const rounds = makeRounds({ ...excerpts, excerpts: first === undefined ? [] : [first] }, modelVoices, Math.random);
    expect(rounds.map(({ id }) => id)).toEqual([first?.id]);
  });

  test("the models' voices stay within their bars", () => {
    for (const { bars, voices } of modelVoices)
      for (const [step = 0, steps = 0] of voices.flat()) expect(step + steps).toBeLessThanOrEqual(bars * 16);
  });
});

describe("the spoiled pieces", () => {
  test.each(spoilings)("%s: the melody stays, the other voices do not, and the piece can be played", (spoiling) => {
    const spoiled = spoil(odeToJoy, spoiling);
    expect(spoiled.tracks[0]).toEqual(odeToJoy.tracks[0]);
    for (const [index, track] of spoiled.tracks.entries())
      if (index > 0) expect(track.notes).not.toEqual(odeToJoy.tracks[index]?.notes);
    expect(writePiece(pieceOf(spoiled)).byteLength).toBeGreaterThan(200);
  });
});

test("Bach's figures are those of the stock models' training data", () => {
  const referenceSchema = z.object({ metrics: z.record(z.string(), z.number()) });
  for (const [technique, figures] of Object.entries(bachFigures)) {
    const file = join(__dirname, "../../../models", `${technique}-bach`, "training-reference.json");
    const { metrics } = referenceSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    for (const [name, value] of Object.entries(figures)) expect(value).toBeCloseTo(metrics[name] ?? NaN, 4);
  }
});

test("Bach's parallels are those of the evaluation's held-out chorales", () => {
  const estimate = z.object({ value: z.number() });
  const row = z.object({ metrics: z.object({ beatParallelsPer100Bars: estimate }) });
  const evaluationSchema = z.object({ chorales: z.object({ rows: z.array(row).min(1) }) });
  const file = join(__dirname, "../../../models/unet-gan-bach/evaluation.json");
  const [bach] = evaluationSchema.parse(JSON.parse(readFileSync(file, "utf8"))).chorales.rows;
  expect(bachParallelsPer100Bars).toBeCloseTo(bach?.metrics.beatParallelsPer100Bars.value ?? NaN, 4);
});

test("papers among the sources can be opened, and files of the repository are not taken for addresses", () => {
  expect(addressOf("Dong et al. 2018, MuseGAN (arXiv 1709.06298)")).toBe("https://arxiv.org/abs/1709.06298");
  expect(addressOf("docs/how-models-learn.md")).toBeUndefined();
  // No paper is named without its number.
  const sources = Object.values(learnTexts.capsules).flatMap(({ sources: named }): readonly string[] => named);
  for (const source of sources)
    expect([source, addressOf(source) !== undefined]).toEqual([source, source.includes(" et al.")]);
});
