import { composesBy, type StruckKey, type StruckPlace } from "../../../console/src/studio/compose-keys";

const struck: StruckKey = { key: "Enter", ctrlKey: true, metaKey: false, repeat: false, defaultPrevented: false };
const place: StruckPlace = { isOnPage: true, hasDialog: false };

describe("Ctrl + Enter", () => {
  test("composes, and so does the Command key of a Mac", () => {
    expect(composesBy(struck, place)).toBe(true);
    expect(composesBy({ ...struck, ctrlKey: false, metaKey: true }, place)).toBe(true);
  });

  test.each([
    ["without Ctrl", { ctrlKey: false }, {}],
    ["of another key", { key: "m" }, {}],
    ["that repeats itself", { repeat: true }, {}],
    ["that a control has used", { defaultPrevented: true }, {}],
    ["while a dialog is open", {}, { hasDialog: true }],
    ["in the header", {}, { isOnPage: false }],
  ])("a stroke %s composes nothing", (_, key: Partial<StruckKey>, where: Partial<StruckPlace>) => {
    expect(composesBy({ ...struck, ...key }, { ...place, ...where })).toBe(false);
  });
});
