/** docs/experiments/faults-0.2.md says which test holds which finding: what it names is there, and nothing is left out. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { numbered } from "./support/finding-ids";

const root = path.join(__dirname, "../../..");
const text = readFileSync(path.join(root, "docs/experiments/faults-0.2.md"), "utf8");
const lines = text.split("\n");

interface NamedTest {
  /** The headings above it, the outermost first. */
  readonly headings: readonly string[];
  readonly file: string;
  /** Absent where the whole file is meant. */
  readonly title?: string;
}

/** A file is a bullet in backticks; its tests are the bullets below it, in quotation marks or, in Python, in backticks. */
function namedTests(): readonly NamedTest[] {
  const found: NamedTest[] = [];
  let headings: readonly string[] = [];
  let file = "";
  for (const line of lines) {
    const [, marks = "", heading] = /^(#+) (.*)$/.exec(line) ?? [];
    if (heading !== undefined) headings = [...headings.slice(0, marks.length - 1), heading];
    const [, named] = /^- `([^`]+\.(?:ts|py))`$/.exec(line) ?? [];
    if (named !== undefined) {
      file = named;
      found.push({ headings, file });
    }
    const [, quoted, code] = /^ {2}- (?:"(.+)"|`(.+)`)$/.exec(line) ?? [];
    const title = quoted ?? code;
    if (title !== undefined) found.push({ headings, file, title });
  }
  return found;
}

/** Whether the file has a test of this name, or a case that is listed by it. */
function has(source: string, { file, title = "" }: NamedTest): boolean {
  if (file.endsWith(".py")) return source.includes(`def ${title}(`);
  return ['"', "`", "'"].some((mark) => source.includes(`${mark}${title}${mark}`));
}

const tests = namedTests();
const titlesUnder = (heading: (text: string) => boolean): readonly string[] =>
  tests.flatMap(({ headings, title }) => (title !== undefined && headings.some(heading) ? [title] : []));

test("every file and every test that is named exists", () => {
  expect(tests.length).toBeGreaterThan(100);
  const missing = tests.filter((named) => {
    const file = path.join(root, named.file);
    return !existsSync(file) || (named.title !== undefined && !has(readFileSync(file, "utf8"), named));
  });
  expect(missing.map(({ file, title }) => (title === undefined ? file : `${file}: ${title}`))).toEqual([]);
});

const findings = [...numbered("C", 1), ...numbered("H", 10), ...numbered("M", 17), ...numbered("L", 14)];
/** About costs, alarms and what a deployer decides, and one about MiniStack's own speed. */
const leftToOtherWork = ["H9", "M8", "M17", "L6", "L8"];

test("every finding is in the table once, and has a test of its own or is left to other work", () => {
  const rows = lines.flatMap((line) => /^\| ([CHML]\d+) /.exec(line)?.[1] ?? []);
  expect(rows).toEqual(findings);
  const without = findings.filter((id) => titlesUnder((heading) => heading.startsWith(`${id}: `)).length === 0);
  expect(without).toEqual(leftToOtherWork);
  expect(lines.flatMap((line) => /^- ([CHML]\d+): /.exec(line)?.[1] ?? [])).toEqual(leftToOtherWork);
});

test("every file from the field is in the table, and has a test of its own", () => {
  const files = readdirSync(path.join(root, "test/fixtures/midi-from-the-field")).filter((name) =>
    name.endsWith(".mid"),
  );
  expect(files.length).toBeGreaterThanOrEqual(26);
  const titles = titlesUnder((heading) => heading === "Files from the field");
  for (const file of files) {
    const [id = ""] = file.split("-");
    expect([file, lines.some((line) => line.startsWith(`| ${file.replace(/\.mid$/, "")} `))]).toEqual([file, true]);
    expect([file, titles.some((title) => title.startsWith(`${id}: `))]).toEqual([file, true]);
  }
});

test.each(["cap_message.py", "stop_cut_off.sh", "client_binary.ts", "seconds_remaining.py"])(
  "the script %s from the field has a test",
  (script) => {
    expect(titlesUnder((heading) => heading === script)).not.toEqual([]);
  },
);

test("the page can be read as it is: no line is longer than an editor is wide", () => {
  expect(lines.filter((line) => line.length > 125)).toEqual([]);
});
