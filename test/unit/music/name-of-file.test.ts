import fc from "fast-check";
import { nameOfFile } from "../../../domain/music/name-of-file";
import { allowedPattern, isVisible, isWellFormed } from "../../../domain/schemas/text";

describe("the name that a file gives", () => {
  test.each([
    ["Evening song.mid", "Evening song"],
    ["v1.2 of it.midi", "v1.2 of it"],
    ["no ending", "no ending"],
    [".mid", ".mid"],
    [" two\nlines .mid", "two lines"],
    ["\u202egnos\u200f.mid", "gnos"],
    ["Pr\ufffdlude.mid", "Prlude"],
    ["\u200b\u2800 ", ""],
  ])("%j is %j", (fileName, name) => {
    expect(nameOfFile(fileName)).toBe(name);
  });

  test("is one that the API takes, or none", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (fileName) => {
        const name = nameOfFile(fileName);
        if (name === "") return;
        expect(name.length).toBeLessThanOrEqual(100);
        expect(name).toMatch(allowedPattern);
        expect(isVisible(name) && isWellFormed(name)).toBe(true);
      }),
    );
  });
});
