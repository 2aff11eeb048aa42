import { disagreements, newestRelease } from "../../../scripts/documents/versions";

const changelog = (...headings: string[]): string =>
  `# Changelog\n\n${headings.map((h) => `${h}\n\n- x\n`).join("\n")}`;

test.each([
  [
    "with work that is not released",
    ["## [Unreleased]", "## [0.2.0] - 2026-11-28", "## [0.1.0] - 2026-11-22"],
    "0.2.0",
  ],
  ["with sections of its releases", ["## [0.2.0] - 2026-11-28", "### Added", "## [0.1.0] - 2026-11-22"], "0.2.0"],
  ["by numbers, not by letters", ["## [0.10.0] - 2026-11-28", "## [0.9.9] - 2026-11-28"], "0.10.0"],
])("the newest release of a changelog stands first: %s", (_, headings, version) => {
  expect(newestRelease(changelog(...headings))).toBe(version);
  expect(newestRelease(changelog(...headings).replaceAll("\n", "\r\n"))).toBe(version);
});

test.each([
  ["no release", ["## [Unreleased]"], "has no release"],
  ["nothing", [], "has no release"],
  ["a release without a date", ["## [0.2.0]"], '"## [0.2.0]" is no heading of a release'],
  ["a date that is none", ["## [0.2.0] - 2026-02-30"], "is no heading of a release"],
  ["a version that is none", ["## [0.2] - 2026-11-28"], "is no heading of a release"],
  ["another heading", ["## Next", "## [0.2.0] - 2026-11-28"], '"## Next" is no heading of a release'],
  ["releases in another order", ["## [0.1.0] - 2026-11-22", "## [0.2.0] - 2026-11-28"], "0.2.0 stands below 0.1.0"],
  ["a release twice", ["## [0.2.0] - 2026-11-28", "## [0.2.0] - 2026-11-28"], "0.2.0 stands below 0.2.0"],
  [
    "an earlier release with a later date",
    ["## [0.2.0] - 2026-11-22", "## [0.1.0] - 2026-11-28"],
    "0.1.0 stands below",
  ],
  ["work below a release", ["## [0.2.0] - 2026-11-28", "## [Unreleased]"], "does not stand above every release"],
])("a changelog with %s is refused", (_, headings, reason) => {
  expect(() => newestRelease(changelog(...headings))).toThrow(reason);
});

test("each file that states another version is named", () => {
  expect(disagreements("0.2.0", new Map([["a.json", "0.2.0"]]))).toEqual([]);
  const stated = new Map([
    ["a.json", "0.2.0"],
    ["b.json", "1"],
    ["CHANGELOG.md", "0.1.0"],
  ]);
  expect(disagreements("0.2.0", stated)).toEqual([
    "b.json states version 1, package.json 0.2.0",
    "CHANGELOG.md states version 0.1.0, package.json 0.2.0",
  ]);
});
