/**
 * `npm run test:faults`: breaks each step of composing and training in every way, prints what happened, and writes the
 * tables of docs/experiments/faults.md.
 *
 *   npm run test:faults               runs all
 *   npm run test:faults -- memory     runs in memory, with virtual time: about 20 seconds
 *   npm run test:faults -- cloud      starts a local cloud of its own, whose parts are killed: about half an hour
 *
 * It ends with 1 when a row of a table is not right.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { cloudFaults } from "./cloud-faults";
import { composingFaults } from "./composing-faults";
import { counts, isOk, type Outcome, tablesOf } from "./outcomes";
import { trainingFaults } from "./training-faults";

const folder = resolve(__dirname, "../../docs/experiments");
const file = join(folder, "faults.md");

interface Part {
  readonly name: "training" | "composing" | "cloud";
  readonly group: "memory" | "cloud";
  readonly title: string;
  readonly how: string;
  readonly run: () => Promise<readonly Outcome[]>;
}

const parts: readonly Part[] = [
  {
    name: "training",
    group: "memory",
    title: "Training, in memory",
    how: `The real workflow definition and the real functions, on a table, buckets and a SageMaker in memory, with virtual time. A
fault hits each call of a port that a function makes in an undisturbed life, once for each kind of invocation: the call
throws before or after its effect, or the function is cut off there and its time-out passes. A cell says how the jobs
ended, and how many cases it stands for.`,
    run: trainingFaults,
  },
  {
    name: "composing",
    group: "memory",
    title: "Composing and the API's resources, in memory",
    how: `The whole API, the outbox, a queue that delivers again, the worker and the reconciler, on one table and one bucket in memory, with
virtual time. "Not tried again": the client gives up after the first response. "Overtaken": another request, or another
worker, does its whole work at that call.`,
    run: composingFaults,
  },
  {
    name: "cloud",
    group: "cloud",
    title: "The local cloud",
    how: `The whole local cloud (MiniStack, the local SageMaker, real containers as processes). After each fault everything is final,
counters equal rows, no slot is held, and objects and rows name each other. Spot interruptions with the real trainer are in
test/conformance/spot-resume.test.ts.`,
    run: async () =>
      await cloudFaults(({ step, fault, ended, wrong }) => {
        console.log(`${wrong.length === 0 ? "✓" : "✗"} ${step}, ${fault}: ${[ended, ...wrong].join("; ")}`);
      }),
  },
];

const head = `# What breaks, and what happens then

Written by \`npm run test:faults\`; see test/faults/README.md. Each case is right when nothing is stuck, doubled, leaked or
lost, and when a failure's text is a sentence with a code that names nothing of the inside.
`;

const begin = (name: string): string => `<!-- ${name} -->`;
const end = (name: string): string => `<!-- end of ${name} -->`;

/** Returns the section of the page that an earlier run of this part wrote. */
function sectionOf(page: string, name: string): string {
  const from = page.indexOf(begin(name));
  const to = page.indexOf(end(name));
  return from < 0 || to < from ? `${begin(name)}\n\n${end(name)}` : page.slice(from, to + end(name).length);
}

async function main(): Promise<boolean> {
  const asked = process.argv.slice(2);
  const chosen =
    asked.length === 0 ? parts : parts.filter(({ name, group }) => asked.includes(group) || asked.includes(name));
  if (chosen.length === 0) throw new Error(`no part is called ${asked.join(", ")}; there are memory and cloud`);
  const found = new Map<string, string>();
  const all: Outcome[] = [];
  for (const { name, title, how, run } of chosen) {
    const outcomes = await run();
    all.push(...outcomes);
    const { passed, failed } = counts(outcomes);
    const text = `## ${title}\n\n${how}\n\n${passed} cases are right, ${failed} are not.\n\n${tablesOf(outcomes)}`;
    console.log(`\n${text}`);
    found.set(name, `${begin(name)}\n\n${text}\n\n${end(name)}`);
  }
  mkdirSync(folder, { recursive: true });
  // The page is read only now, because another part may have been run meanwhile.
  const page = existsSync(file) ? readFileSync(file, "utf8") : "";
  const written = [head, ...parts.map(({ name }) => found.get(name) ?? sectionOf(page, name))].join("\n");
  writeFileSync(file, await format(written, { ...(await resolveConfig(file)), filepath: file }));
  const { passed, failed } = counts(all);
  console.log(`\n${passed} passed, ${failed} failed`);
  return all.every(isOk);
}

main()
  .then((isWell) => {
    process.exit(isWell ? 0 : 1);
  })
  .catch((error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    process.exit(1);
  });
