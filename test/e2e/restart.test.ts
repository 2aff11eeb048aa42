/** What a start finds of the one before it, whichever way that ended. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { accessToken, type ApiSession, openSession, shapes } from "./api-session";
import { randomMelody } from "./random-melody";
import { type CloudProcess, leftOf, newDirectory, type Outputs, outputsOf, spawnCloud } from "./running-cloud";
import { lendStacks } from "./synthesized-stacks";
import { until } from "./until";

let running: CloudProcess | undefined;
let directory: string | undefined;

afterEach(async () => {
  running?.child.kill("SIGINT");
  await running?.ended;
  if (directory === undefined) return;
  expect(await leftOf(directory)).toEqual([]);
  rmSync(directory, { recursive: true, force: true });
});

const start = async (): Promise<{ outputs: Outputs; api: ApiSession }> => {
  directory ??= newDirectory();
  lendStacks(directory);
  running = spawnCloud([], directory);
  const outputs = await outputsOf(running);
  return { outputs, api: openSession(outputs, await accessToken(outputs, outputs.demoUser)) };
};
const upload = async (api: ApiSession, name: string): Promise<void> => {
  const response = await api.call("POST", `/tracks?name=${name}`, { bytes: randomMelody(2).midi });
  expect(response.status).toBe(201);
};
const trackNames = async (api: ApiSession): Promise<string[]> => {
  const { items } = (await api.call("GET", "/tracks")).json(shapes.list(z.object({ name: z.string() })));
  return items.map(({ name }) => name).sort();
};
const printed = (): string => running?.printed() ?? "";
const snapshotsFolder = (): string => join(directory ?? "", "cloud", "snapshots");
/** What `npm start` does every few minutes. */
const takeSnapshot = async ({ awsEndpointUrl }: Outputs): Promise<void> => {
  const newest = readdirSync(snapshotsFolder())
    .filter((name) => /^\d+$/.test(name))
    .sort()
    .pop();
  const manifest: unknown = JSON.parse(readFileSync(join(snapshotsFolder(), newest ?? "", "manifest.json"), "utf8"));
  const { record } = z.object({ record: z.unknown() }).parse(manifest);
  const response = await fetch(`${awsEndpointUrl}/_local/snapshot`, { method: "POST", body: JSON.stringify(record) });
  expect(response.status).toBe(200);
};

it("goes on with the last snapshot after a stop that was cut off, says so, and keeps everything over a whole one", async () => {
  const first = await start();
  expect(printed()).toContain("nothing was kept: a fresh cloud");
  expect(printed()).toContain("stacks (cdk deploy): ");
  await upload(first.api, "before-the-snapshot");
  await until(
    "the first snapshot",
    60,
    () => existsSync(snapshotsFolder()) && readdirSync(snapshotsFolder()).some((name) => /^\d+$/.test(name)),
  );
  await takeSnapshot(first.outputs);
  await upload(first.api, "after-the-snapshot");

  // Ctrl-C, and MiniStack is gone in the middle of writing its state.
  const log = join(directory ?? "", "cloud", "ministack.log");
  const saved = (): number => readFileSync(log, "utf8").split("Persistence: saved").length;
  const before = saved();
  running?.child.kill("SIGINT");
  const deadline = Date.now() + 240_000;
  while (saved() === before && Date.now() < deadline) await new Promise((resume) => setImmediate(resume));
  process.kill(first.outputs.pids["ministack"] ?? 0, "SIGKILL");
  expect(await running?.ended).toBe(1);
  expect(printed()).toMatch(/last minutes could not be kept[^]*goes on with the snapshot of \d\d:\d\d/);

  const second = await start();
  expect(printed()).toMatch(
    /the last stop was cut off: going on with the snapshot of \d\d:\d\d; what came after it is lost/,
  );
  expect(await trackNames(second.api)).toEqual(["before-the-snapshot"]);
  await upload(second.api, "in-the-second-start");
  running?.child.kill("SIGINT");
  expect(await running?.ended).toBe(0);

  const third = await start();
  expect(printed()).toMatch(/going on with the cloud of the last start, as of \d\d:\d\d/);
  expect(printed()).toContain("stacks, unchanged since the last start: ");
  expect(printed()).not.toContain("cdk deploy");
  expect(await trackNames(third.api)).toEqual(["before-the-snapshot", "in-the-second-start"]);
}, 900_000);
