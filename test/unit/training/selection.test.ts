import fc from "fast-check";
import { dataShortage } from "../../../domain/training/selection";

const pieces = fc.array(
  fc.record({ bars: fc.integer({ min: 0, max: 12 }), split: fc.constantFrom("train", "validation", "test") }),
  { maxLength: 30 },
);

test("there is enough to train on exactly with 8 training pieces of 32 bars together among the selected", () => {
  fc.assert(
    fc.property(pieces, (selected) => {
      const trainedOn = selected.filter(({ split, bars }) => split === "train" && bars >= 1);
      const bars = trainedOn.reduce((sum, piece) => sum + piece.bars, 0);
      const shortage = dataShortage(selected);
      expect(shortage === undefined).toBe(trainedOn.length >= 8 && bars >= 32);
      if (shortage === undefined) return;
      expect(shortage.selected).toBe(shortage.unit === "pieces" ? trainedOn.length : bars);
      expect(shortage.selected).toBeLessThan(shortage.minimum);
    }),
  );
});

test("more pieces never make the data too little", () => {
  fc.assert(
    fc.property(fc.nat({ max: 4 }), pieces, (extra, more) => {
      const some = Array.from({ length: 8 + extra }, () => ({ bars: 4, split: "train" as const }));
      expect(dataShortage(some)).toBeUndefined();
      expect(dataShortage([...some, ...more])).toBeUndefined();
    }),
  );
});
