import { instrumentName, programFamilies, programName } from "../../../domain/music/instrument-names";

test("each of the 128 programs has a name of its own, in sixteen families of eight", () => {
  const names = Array.from({ length: 128 }, (_, program) => programName(program));
  expect(new Set(names).size).toBe(128);
  expect(programFamilies.map(({ programs }) => programs.length)).toEqual(Array.from({ length: 16 }, () => 8));
  expect(programFamilies.flatMap(({ programs }) => programs)).toEqual(names);
});

test.each([
  [0, "Acoustic Grand Piano", "Piano"],
  [52, "Choir Aahs", "Choir"],
  [73, "Flute", "Flute"],
  [127, "Gunshot", "Sound effect"],
] as const)("program %i is the standard's %s, which people call %s", (program, standard, called) => {
  expect(programName(program)).toBe(standard);
  expect(instrumentName(program)).toBe(called);
});
