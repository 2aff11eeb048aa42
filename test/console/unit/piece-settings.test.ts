/** The form beside a piece: whose settings it has. */
import { firstDraft } from "../../../console/src/studio/draft";
import { isOtherPiece, settingsOf } from "../../../console/src/studio/piece-settings";

const composition = {
  technique: "ar-cnn" as const,
  modelId: "mine",
  parameters: { temperature: 0.5 },
  inputOptions: { tempo: 90 },
  seed: 7,
  input: { compositionId: "C".repeat(26), trackIndex: 1 },
};

test("a form that was filled from a piece is that piece's, whatever it had before", () => {
  const before = { ...firstDraft(), models: { "unet-gan": "other" }, values: { "unet-gan": { creativeRisk: 1 } } };
  expect(isOtherPiece(composition, before)).toBe(true);
  const after = { ...before, ...settingsOf(composition, before) };
  expect(isOtherPiece(composition, after)).toBe(false);
  expect(after).toMatchObject({
    ...{ technique: "ar-cnn", seed: 7, isSeedLocked: true, shape: { tempo: 90 } },
    models: { "unet-gan": "other", "ar-cnn": "mine" },
    values: { "unet-gan": { creativeRisk: 1 }, "ar-cnn": { temperature: 0.5 } },
  });
});

test.each([
  [{ technique: "unet-gan" }],
  [{ source: { kind: "sample", id: "ode-to-joy" } as const }],
  [{ source: { kind: "composition", id: "C".repeat(26), trackIndex: 2 } as const }],
])("another technique or input is another piece: %j", (change) => {
  const draft = { ...firstDraft(), ...settingsOf(composition, firstDraft()), ...change };
  expect(isOtherPiece(composition, draft)).toBe(true);
});
