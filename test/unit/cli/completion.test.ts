/** What may stand next on a command line, and the script that asks for it. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { complete } from "../../../cli/src/completion/candidates";
import { completionScript } from "../../../cli/src/completion/scripts";
import { createProgram } from "../../../cli/src/program";
import type { Terminal } from "../../../cli/src/terminal";
import { playApi, Surroundings, tokenFor } from "./support/command-run";

const screen = { stream: process.stdout, isTerminal: false, isScreen: false, columns: 80 };
const terminal: Terminal = {
  input: process.stdin,
  output: screen,
  errors: screen,
  environment: {},
  folder: "/",
  home: "/",
  signal: new AbortController().signal,
};
const program = createProgram(terminal);
const valuesAfter = async (...words: string[]): Promise<readonly string[]> =>
  (await complete(program, words, async (source) => [{ value: `one of ${source}`, description: "" }])).candidates.map(
    ({ value }) => value,
  );

test("commands are completed by what was typed, and the command for scripts is not offered", async () => {
  expect(await valuesAfter("comp")).toEqual(["compose", "compositions", "completion"]);
  expect(await valuesAfter("")).not.toContain("complete");
  expect(await valuesAfter("datasets", "p")).toEqual(["push"]);
});

test("every command takes the options of the program, too", async () => {
  expect(await valuesAfter("jobs", "--")).toEqual(["--limit", "--search", "--help", "--json", "--quiet"]);
  expect(await valuesAfter("--json", "job")).toEqual(["jobs"]);
});

test("an option is offered once, unless it may be given several times", async () => {
  expect(await valuesAfter("compose", "--seed", "1", "--se")).toEqual([]);
  expect(await valuesAfter("compose", "-p", "ending=true", "--pa")).toEqual(["--param"]);
});

test("the value of an option comes from its choices or from the API, and no option is offered in its place", async () => {
  expect(await valuesAfter("login", "--user", "")).toEqual(["demo", "second"]);
  expect(await valuesAfter("compose", "--technique", "")).toEqual(["one of techniques"]);
  expect(await valuesAfter("compose", "-m", "")).toEqual(["one of models"]);
  expect(await valuesAfter("compose", "--seed", "-")).toEqual([]);
});

test("arguments come from the API or are files", async () => {
  expect(await valuesAfter("watch", "")).toEqual(["one of jobs"]);
  expect(await valuesAfter("--quiet", "watch", "j1", "")).toEqual([]);
  const { files, candidates } = await complete(program, ["compose", "one"], async (source) => [
    { value: `one of ${source}`, description: "" },
  ]);
  expect({ files, candidates }).toEqual({ files: true, candidates: [{ value: "one of melodies", description: "" }] });
});

test("every option and argument that names something of the API has a source", async () => {
  const expected = ["track", "composition", "technique", "model", "dataset", "melody"];
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
    const path = command.parent === program ? [command.name()] : [command.parent?.name() ?? "", command.name()];
    for (const { long, required } of command.options.filter(({ long: flag }) =>
      expected.includes(flag?.slice(2) ?? ""),
    )) {
      expect({ path, long, required, values: await valuesAfter(...path, long ?? "", "") }).toMatchObject({
        required: true,
        values: [expect.stringMatching(/^one of /)],
      });
    }
  }
});

test("the command for scripts asks the API, and prints nothing wrong where that gives no response", async () => {
  const at = new Surroundings();
  const api = await playApi(({ path }) =>
    path === "/models" ? { json: { items: [{ id: "m1", name: "Minor\tBach" }] } } : undefined,
  );
  try {
    const words = ["complete", "--", "compose", "--model", ""];
    expect(await at.run(words, { environment: tokenFor(api) })).toMatchObject({ code: 0, output: "m1\tMinor Bach\n" });
    expect(await at.run(words)).toMatchObject({ code: 0, output: "", errors: "" });
  } finally {
    await api.stop();
    at.remove();
  }
});

test("bash completes with it: words, files with spaces, and what was typed so far", () => {
  const at = new Surroundings();
  try {
    const bin = join(at.folder, "bin");
    mkdirSync(bin);
    // A program that offers what it was asked, and files.
    const stub = `#!/bin/sh\n[ "$1 $2" = "complete --" ] || exit 1\nshift 2\nprintf 'words:%s\\tThe words\\n:files\\n' "$#"\n`;
    writeFileSync(join(bin, "opencomposer"), stub);
    chmodSync(join(bin, "opencomposer"), 0o755);
    writeFileSync(join(at.folder, "my tune.mid"), "");
    writeFileSync(join(at.folder, "script.bash"), completionScript("bash"));
    const commands = `
      source script.bash
      complete -p opencomposer
      COMP_WORDS=(opencomposer compose --model my); COMP_CWORD=3
      _opencomposer
      printf '[%s]\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync("bash", ["--norc", "-c", commands], {
      cwd: at.folder,
      env: { PATH: `${bin}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
    expect(output.split("\n")).toEqual(["complete -F _opencomposer opencomposer", "[words:3]", "[my tune.mid]", ""]);
  } finally {
    at.remove();
  }
});
