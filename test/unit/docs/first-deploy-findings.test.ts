/** docs/local-and-aws.md says what holds each finding about the first deploy: none is left out, and what it names exists. */
import { read, repositoryPaths } from "../documents/repository-files";

const heading = "### The first deploy: what was found by reading, and what holds it now";
const section = read("docs/local-and-aws.md").split(heading)[1]?.split("\n### ")[0] ?? "";
const [ofReview = "", ofSecond = "", ofThird = ""] = section.split(/A second reader|A third reader/);
const ofReaders = `${ofSecond}\n${ofThird}`;

interface Row {
  readonly finding: string;
  readonly heldBy: string;
}

const rowsOf = (text: string): readonly Row[] =>
  [...text.matchAll(/^\| (?<finding>.*?) +\| (?<heldBy>.*?) +\|$/gm)]
    .map(({ groups }) => ({ finding: groups?.["finding"] ?? "", heldBy: groups?.["heldBy"] ?? "" }))
    .filter(({ finding }) => finding !== "Finding" && !finding.startsWith("---"));

const numbered = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
/** The review's own list, by its letters. */
const findings = [
  ...numbered("A", 7),
  ...numbered("B", 15),
  ...numbered("C", 4),
  ...numbered("D", 4),
  ...numbered("E", 9),
  ...numbered("G", 7),
];

test("every finding is in the table once", () => {
  const ids = rowsOf(ofReview).flatMap(({ finding }) => /^(?:[A-G]\d+(?:, )?)+/.exec(finding)?.[0].split(", ") ?? []);
  expect(ids).toEqual(findings);
});

test("every row of the first table has an id, and the readers' rows are all there", () => {
  expect(rowsOf(ofReview).filter(({ finding }) => !/^[A-G]\d/.test(finding))).toEqual([]);
  expect([ofSecond, ofThird].map((rows) => rowsOf(rows).length)).toEqual([20, 11]);
});

const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`(?<path>[\w.-]+(?:\/[\w.-]+)+)`/g)].map(({ groups }) => groups?.["path"] ?? "");
const isTest = (path: string): boolean => /\.test\.ts$|\/test_\w+\.py$/.test(path);

test("each is held by a test that exists, or says that only AWS can show it, or that it is not done", () => {
  const rows = [...rowsOf(ofReview), ...rowsOf(ofReaders)];
  const missing = rows.flatMap(({ heldBy }) =>
    pathsIn(heldBy).filter((path) => isTest(path) && !repositoryPaths.has(path)),
  );
  expect(missing).toEqual([]);
  const held = ({ heldBy }: Row): boolean =>
    pathsIn(heldBy).some(isTest) || /only AWS/i.test(heldBy) || heldBy.includes("Not done:");
  expect(rows.filter((row) => !held(row))).toEqual([]);
});

test("a title that a row gives after a test's path stands in that test", () => {
  const wrong = rowsOf(ofReview).flatMap(({ heldBy }) =>
    [...heldBy.matchAll(/`(?<path>test\/\S+)`: (?<id>[A-G]\d*)\b/g)].flatMap(({ groups }) => {
      const { path = "", id = "" } = groups ?? {};
      return read(path).includes(`"${id}: `) || read(path).includes(`"${id} `) ? [] : [`${path}: ${id}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test("A5: the page about deploying names the quotas that doctor reads", () => {
  const page = read("docs/deploy.md").replaceAll(/\s+/g, " ");
  expect(page).toContain('`dev` trains on demand: ask for "ml.m5.xlarge for training job usage"');
  expect(page).toContain(
    '`prod` trains on spot instances (`training.useSpot`): "ml.m5.xlarge for spot training job usage"',
  );
});

test("the pages of operators name what stops a deploy or a removal in some accounts only", () => {
  const [deploy = "", runbook = ""] = ["docs/deploy.md", "docs/runbook.md"].map((page) =>
    read(page).replaceAll(/\s+/g, " "),
  );
  expect(deploy).toContain("`aws freetier get-account-plan-state`");
  expect(deploy).toContain("`kms:GenerateDataKey` and `kms:Decrypt` through S3");
  const collections = runbook.match(/npx cdk gc [^`]*/g) ?? [];
  expect(collections.length).toBeGreaterThan(0);
  for (const command of collections) expect(command).toBe("npx cdk gc --unstable=gc --created-buffer-days 0");
});
