import fc from "fast-check";
import { dataShortage } from "../../../domain/training/selection";

const pieces = fc.array(
  fc.record({
    bars: fc.integer({ min: 0, max: 12 }),
    split: fc.constantFrom("train", "validation", "test"),
    tags: fc.record({ mode: fc.constantFrom(["major"], ["minor"], ["major", "minor"]) }),
  }),
  { maxLength: 30 },
);
const topics = fc.constantFrom<Record<string, string[]>>({}, { mode: [] }, { mode: ["major"] }, { mode: ["minor"] });

test("there is enough to train on exactly with 8 training pieces of 32 bars together among the selected", () => {
  fc.assert(
    fc.property(pieces, topics, (all, chosen) => {
      const asked = chosen["mode"] ?? [];
      const trainedOn = all.filter(
        ({ split, bars, tags }) =>
          split === "train" && bars >= 1 && (asked.length === 0 || tags.mode.some((mode) => asked.includes(mode))),
      );
      const bars = trainedOn.reduce((sum, piece) => sum + piece.bars, 0);
      const shortage = dataShortage(all, chosen);
      expect(shortage === undefined).toBe(trainedOn.length >= 8 && bars >= 32);
      if (shortage === undefined) return;
      expect(shortage.selected).toBe(shortage.unit === "pieces" ? trainedOn.length : bars);
      expect(shortage.selected).toBeLessThan(shortage.minimum);
    }),
  );
});

test("more pieces never make the data too little", () => {
  fc.assert(
    fc.property(fc.nat({ max: 4 }), pieces, topics, (extra, more, chosen) => {
      const some = Array.from({ length: 8 + extra }, () => ({
        bars: 4,
        split: "train" as const,
        tags: { mode: ["major", "minor"] },
      }));
      expect(dataShortage(some, chosen)).toBeUndefined();
      expect(dataShortage([...some, ...more], chosen)).toBeUndefined();
    }),
  );
});
