/** Checks that every place that states the version of the software states the same one. */

const releaseHeading = /^## \[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d{2}-\d{2})$/;

interface Release {
  readonly version: string;
  readonly numbers: readonly [number, number, number];
  readonly date: string;
}

/**
 * Returns the newest release of a changelog in the form of Keep a Changelog, where the newest comes first.
 * @throws Error that names a heading which is no release or is out of order, or says that there is no release
 */
export function newestRelease(changelog: string): string {
  const releases: Release[] = [];
  for (const heading of changelog.split(/\r?\n/).filter((line) => /^##(?!#)/.test(line))) {
    if (heading === "## [Unreleased]") {
      if (releases.length > 0) throw new Error("CHANGELOG.md: [Unreleased] does not stand above every release");
      continue;
    }
    const [, major, minor, patch, date] = releaseHeading.exec(heading) ?? [];
    if (date === undefined || !isDate(date)) {
      throw new Error(`CHANGELOG.md: "${heading}" is no heading of a release, such as "## [1.2.3] - 2026-01-31"`);
    }
    const numbers = [Number(major), Number(minor), Number(patch)] as const;
    const release = { version: numbers.join("."), numbers, date };
    const above = releases.at(-1);
    if (above !== undefined && (compare(release.numbers, above.numbers) >= 0 || release.date > above.date)) {
      throw new Error(
        `CHANGELOG.md: ${release.version} stands below ${above.version}, but the newest release stands first`,
      );
    }
    releases.push(release);
  }
  const [newest] = releases;
  if (newest === undefined) throw new Error('CHANGELOG.md has no release, such as "## [1.2.3] - 2026-01-31"');
  return newest.version;
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function compare(one: Release["numbers"], other: Release["numbers"]): number {
  const differences = one.map((number, index) => number - (other[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/**
 * Returns the places that state another version than `package.json`.
 * @param stated - the version by the file that states it
 * @returns a sentence for each such file; none if all agree
 */
export function disagreements(version: string, stated: ReadonlyMap<string, string>): readonly string[] {
  return [...stated]
    .filter(([, other]) => other !== version)
    .map(([file, other]) => `${file} states version ${other}, package.json ${version}`);
}
