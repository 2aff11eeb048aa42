/**
 * Makes Python environments, by name, before `npm start` and `npm test`: `node --import tsx local/python/prepare.ts
 * cloud inference`. A fraction of a second when they are current; never part of `npm ci`.
 */
import { findPython, makeEnvironments, pythonEnvironments } from "./environments";

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const names = pythonEnvironments.filter((name) => asked.includes(name));
  const unknown = asked.filter((name) => !pythonEnvironments.some((known) => known === name));
  if (names.length === 0 || unknown.length > 0) {
    throw new Error(`Name one or more of ${pythonEnvironments.join(", ")}; not ${unknown.join(", ") || "nothing"}.`);
  }
  await makeEnvironments({
    names,
    python: findPython(),
    report: (line) => {
      console.log(line);
    },
  });
}

main().catch((problem: unknown) => {
  console.error(problem instanceof Error ? problem.message : problem);
  process.exitCode = 1;
});
