/** The commands of the runbook find functions and queues by the beginning of their names in the template. */
import { readFileSync } from "node:fs";
import { repositoryPath } from "../../lib/constructs/repository-root";
import { synthesize } from "./support/synthesize";

const runbook = readFileSync(repositoryPath("docs/runbook.md"), "utf8");
const { resources } = synthesize("prod").stack("Training");
const named = [...new Set(runbook.match(/\b(?:OpenWork|Compositions|DatasetIngest|DatasetFreezing)[A-Z]\w+/g))];
const typeOf = (name: string): string => (name.endsWith("Queue") ? "AWS::SQS::Queue" : "AWS::Lambda::Function");

test("the runbook names functions and queues", () => {
  expect(named.filter((name) => typeOf(name) === "AWS::Lambda::Function").length).toBeGreaterThanOrEqual(3);
  expect(named.filter((name) => typeOf(name) === "AWS::SQS::Queue").length).toBeGreaterThanOrEqual(3);
});

test.each(named)("%s is the beginning of one resource's name", (name) => {
  const found = Object.entries(resources).filter(([id, { Type }]) => id.startsWith(name) && Type === typeOf(name));
  expect(found).toHaveLength(1);
});

test("the runbook switches off each mapping from a queue or a stream to a function", () => {
  const block = /^for name in (?<names>.*); do\n(?:.*\n)?.*update-event-source-mapping --no-enabled/m.exec(runbook);
  const names = (block?.groups?.["names"] ?? "").split(" ");
  const mappings = Object.entries(resources).filter(([, { Type }]) => Type === "AWS::Lambda::EventSourceMapping");
  // The reader of data sets takes from two queues.
  const byMapping = mappings.map(([id]) => names.filter((name) => id.startsWith(name)).length);
  expect(byMapping).toEqual(mappings.map(() => 1));
  for (const name of names) expect(mappings.filter(([id]) => id.startsWith(name)).length).toBeGreaterThanOrEqual(1);
});
