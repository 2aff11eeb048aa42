/** docs/first-deploy.md says what holds each finding about the first deploy: none is left out, and what it names exists. */
import { numbered } from "./support/finding-ids";
import { read, repositoryPaths } from "./support/repository-files";

interface Row {
  readonly finding: string;
  readonly heldBy: string;
}

const rowsOf = (text: string): readonly Row[] =>
  [...text.matchAll(/^\| (?<finding>.*?) +\| (?<heldBy>.*?) +\|$/gm)]
    .map(({ groups }) => ({ finding: groups?.["finding"] ?? "", heldBy: groups?.["heldBy"] ?? "" }))
    .filter(({ finding }) => finding !== "Finding" && !finding.startsWith("---"));

const rows = rowsOf(read("docs/first-deploy.md"));

/** The first reader's findings, which tests call by their letters. */
const lettered = [
  ...numbered("A", 7),
  ...numbered("B", 15),
  ...numbered("C", 4),
  ...numbered("D", 4),
  ...numbered("E", 9),
  ...numbered("G", 7),
];
/** How many findings the other three readers added. */
const withoutLetter = 40;

const lettersOf = ({ finding }: Row): readonly string[] =>
  /^(?:[A-G]\d+(?:, )?)+/
    .exec(finding)?.[0]
    .split(", ")
    .map((id) => id.trim()) ?? [];

test("every finding is in the tables once", () => {
  const ids = rows.flatMap(lettersOf);
  expect(ids.toSorted()).toEqual(lettered.toSorted());
  expect(rows.filter((row) => lettersOf(row).length === 0)).toHaveLength(withoutLetter);
  expect(new Set(rows.map(({ finding }) => finding)).size).toBe(rows.length);
});

const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`(?<path>[\w.-]+(?:\/[\w.-]+)+)`/g)].map(({ groups }) => groups?.["path"] ?? "");
const isTest = (path: string): boolean => /\.test\.ts$|\/test_\w+\.py$/.test(path);

test("each is held by a test that exists, or says that only AWS can show it, or that it is not done", () => {
  const missing = rows.flatMap(({ heldBy }) =>
    pathsIn(heldBy).filter((path) => isTest(path) && !repositoryPaths.has(path)),
  );
  expect(missing).toEqual([]);
  const held = ({ heldBy }: Row): boolean =>
    pathsIn(heldBy).some(isTest) || /only AWS/i.test(heldBy) || heldBy.includes("Not done:");
  expect(rows.filter((row) => !held(row))).toEqual([]);
});

test("a title that a row gives after a test's path stands in that test", () => {
  const wrong = rows.flatMap(({ heldBy }) =>
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
