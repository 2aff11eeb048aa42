import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { offsetsOfPlaces, uncoveredPlaces } from "./counted-places";

const bundle = `// lambdas/training/finalize-training-job.ts
async function finalize() { if (done) await artifacts2.copy(one); const keep = () => work.list(all); names.map(keep); }
// lambdas/stores/tickets.ts
function createTickets() { return { async remove() { table.write([{ kind: "DELETE" }]); }, async put() { table.write([]); } }; }
// node_modules/other.js
work.list(1);
`;
const span = (text: string, count: number) => {
  const startOffset = bundle.indexOf(text);
  return { startOffset, endOffset: startOffset + text.length, count };
};
const line = (start: string): string => bundle.slice(bundle.indexOf(start)).split("\n", 1).join();
const whole = { startOffset: 0, endOffset: bundle.length, count: 1 };

test("places are calls of ports and of the table, and kinds of writes, in our own modules", () => {
  expect(offsetsOfPlaces(bundle).map((offset) => bundle.slice(offset, offset + 9))).toEqual([
    "artifacts",
    "work.list",
    "table.wri",
    'kind: "DE',
    "table.wri",
  ]);
});

test.each<[string, readonly object[][], readonly string[]]>([
  [
    "a block, an inner function and a method that ran",
    [
      [whole],
      [span(line("async function finalize"), 1)],
      [span("() => work.list(all)", 2)],
      [span(line("function createTickets"), 1)],
      [span('async remove() { table.write([{ kind: "DELETE" }]); }', 1)],
      [span("async put() { table.write([]); }", 0)],
    ],
    [],
  ],
  [
    "a block that did not, in a function that did; an inner function that did not",
    [
      [whole],
      [span(line("async function finalize"), 1), span("await artifacts2.copy(one);", 0)],
      [span("() => work.list(all)", 0)],
    ],
    ["lambdas/training/finalize-training-job.ts artifacts.copy", "lambdas/training/finalize-training-job.ts work.list"],
  ],
])("%s", (_, functions, uncovered) => {
  const folder = mkdtempSync(join(tmpdir(), "opencomposer-counts-"));
  try {
    writeFileSync(join(folder, "1-1.json"), JSON.stringify(functions.map((ranges) => ({ ranges }))));
    expect(uncoveredPlaces(bundle, folder)).toEqual(expect.arrayContaining([...uncovered]));
    const ours = uncoveredPlaces(bundle, folder).filter((place) => !place.includes("stores"));
    expect(ours).toEqual(uncovered);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
