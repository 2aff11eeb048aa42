import fc from "fast-check";
import { searchText } from "../../../console/src/lists/search-text";
import { allowedPattern, isWellFormed } from "../../../domain/schemas/text";

describe("what is looked for in names", () => {
  test("is what the API takes, whatever was pasted", () => {
    const pasted = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(pasted, fc.constantFrom("", "\u202e", "\ufffd", "\ud83c", "\n"), (text, odd) => {
        const found = searchText(`${text}${odd}${text}`);
        expect(found.length).toBeLessThanOrEqual(100);
        expect(found).toMatch(allowedPattern);
        expect(isWellFormed(found)).toBe(true);
      }),
    );
  });

  test("is what was typed where that can be a name, without half of an emoji at the end", () => {
    expect(searchText("Evening song ")).toBe("Evening song ");
    expect(searchText(`${"a".repeat(99)}🎵`)).toBe("a".repeat(99));
  });
});
