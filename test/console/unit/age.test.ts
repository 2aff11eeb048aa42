import { ageOf } from "../../../console/src/texts/age";

const made = "2026-01-31T12:00:00.000Z";
const seconds = (count: number): number => Date.parse(made) + count * 1000;

test.each([
  [0, "just now"],
  [59, "just now"],
  [60, "1 minute ago"],
  [59 * 60, "59 minutes ago"],
  [60 * 60, "1 hour ago"],
  [23 * 3600, "23 hours ago"],
  [24 * 3600, "yesterday"],
  [13 * 86_400, "13 days ago"],
])("after %d s it is %s", (count, age) => {
  expect(ageOf(made, seconds(count))).toBe(age);
});

test("after two weeks it is the date", () => {
  expect(ageOf(made, seconds(14 * 86_400))).toMatch(/Jan 31, 2026/);
});

test("a clock that goes slow says nothing of the future", () => {
  expect(ageOf(made, seconds(-300))).toBe("just now");
});
