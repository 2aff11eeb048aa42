/** The commands of docs/tutorial.md, as they stand there, in one shell: what a newcomer copies has to work. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findSampleMelody } from "../../domain/music/sample-melodies";
import { parseMidi, type Song } from "../../domain/music/song";
import { repository, type RunningCloud, startCloud } from "./running-cloud";

const notRun = "<!-- not run by the test -->";

/** The blocks of shell commands, but for those that a comment leaves to people: starting the cloud, playing sound. */
function commandsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/(?<before>[^\n]*)\n+```bash\n(?<commands>.*?)```/gs)]
    .filter(({ groups }) => groups?.["before"] !== notRun)
    .map(({ groups }) => groups?.["commands"] ?? "");
}

async function runInShell(
  script: string,
  directory: string,
): Promise<{ readonly code: number | null; readonly printed: string }> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd: repository,
    env: { ...process.env, OPENCOMPOSER_LOCAL_DIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, printed };
}

let cloud: RunningCloud;
let printed: string;
const song = (name: string): Song => parseMidi(readFileSync(join(cloud.directory, "tutorial", name)));
const sounding = ({ tracks }: Song): string[] => tracks.filter(({ notes }) => notes.length > 0).map(({ name }) => name);

beforeAll(async () => {
  cloud = await startCloud();
}, 600_000);
afterAll(async () => {
  expect((await cloud.stop()).left).toEqual([]);
});

test("every command of the tutorial succeeds", async () => {
  const blocks = commandsOf(readFileSync(join(repository, "docs/tutorial.md"), "utf8"));
  expect(blocks.length).toBeGreaterThan(6);
  // The only difference to what a person copies: this cloud has a folder of its own.
  const script = blocks.join("\n").replaceAll(".local/", `${cloud.directory}/`);
  expect(script).not.toContain("npm start");
  const result = await runInShell(script, cloud.directory);
  printed = result.printed;
  expect({ code: result.code, printed }).toMatchObject({ code: 0 });
});

test("every piece and the training end as the tutorial says", () => {
  const states = printed.split("\n").filter((line) => /^(?:COMPLETED|READY|FAILED|STOPPED)$/.test(line));
  expect(states).toEqual(["COMPLETED", "COMPLETED", "READY", "COMPLETED"]);
  const epochs = printed.split("\n").filter((line) => line.startsWith('{"epoch":'));
  expect(epochs).toHaveLength(5);
});

test("its files are the music that it speaks of", () => {
  const melody = findSampleMelody("ode-to-joy")?.notes.map(({ pitch }) => pitch);
  expect(melody).toBeDefined();
  for (const name of ["joy.mid", "joy-by-my-model.mid", "sample-1.mid", "sample-5.mid"]) {
    const { tracks } = song(name);
    expect({ name, melody: tracks[0]?.notes.map(({ pitch }) => pitch) }).toEqual({ name, melody });
  }
  expect(sounding(song("joy.mid")).slice(1)).toEqual(["Alto", "Tenor", "Bass"]);
  expect(sounding(song("joy-edited.mid"))).toHaveLength(4);
});
