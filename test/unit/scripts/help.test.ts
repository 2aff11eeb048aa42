/** `--help` of every command of scripts/ that package.json has. */
import { join } from "node:path";
import * as z from "zod";
import { read, repository } from "../documents/support/repository-files";

// Jest cannot load these two, and whoever asks for help needs neither.
jest.mock("prettier", () => ({}));
jest.mock("openapi-typescript", () => ({}));

const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read("package.json")));
const commands = Object.entries(scripts).flatMap(([name, line]) => {
  const [, file] = /\btsx (scripts\/\S+\.ts)$/.exec(line) ?? [];
  return file === undefined ? [] : [{ command: name === "test" ? "npm test" : `npm run ${name}`, file }];
});

const { argv } = process;
afterEach(() => {
  process.argv = argv;
  process.exitCode = 0;
  jest.restoreAllMocks();
});

test("package.json has the commands of operators", () => {
  expect(commands.map(({ command }) => command)).toEqual(
    expect.arrayContaining(["npm run seed", "npm run doctor", "npm run users", "npm run stop-all", "npm run check"]),
  );
});

test.each(commands)("$command tells how it is called, and does nothing else", async ({ command, file }) => {
  const printed: unknown[] = [];
  const said: unknown[] = [];
  jest.spyOn(console, "log").mockImplementation((line: unknown) => printed.push(line));
  jest.spyOn(console, "error").mockImplementation((line: unknown) => said.push(line));
  process.argv = [process.execPath, file, "--help"];
  await import(join(repository, file));
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(said).toEqual([]);
  expect(printed).toEqual([expect.stringMatching(/^ {2}--help +prints this and does nothing else$/m)]);
  expect(String(printed[0]).startsWith(`${command} -- `)).toBe(true);
  expect(process.exitCode).toBe(0);
});
