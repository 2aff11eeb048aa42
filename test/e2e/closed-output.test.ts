/** `npm start | head -1`: whoever reads what the starter prints has gone. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { leftOf, newDirectory, processesOf, spawnCloud } from "./running-cloud";
import { lendStacks } from "./synthesized-stacks";
import { until } from "./until";

it("goes on without its reader, and ends whole on Ctrl-C", async () => {
  const directory = newDirectory();
  lendStacks(directory);
  const { child, printed, ended } = spawnCloud([], directory);
  let code: number | null | undefined;
  void ended.then((value) => (code = value));
  try {
    await until("its first line", 120, () => {
      if (code !== undefined) throw new Error(`it ended with ${String(code)}:\n${printed()}`);
      return printed() !== "";
    });
    child.stdout?.destroy();
    child.stderr?.destroy();
    // Many lines later.
    await until("the local cloud is up", 300, () => {
      if (code !== undefined) throw new Error(`it ended with ${String(code)} when its reader was gone`);
      return existsSync(join(directory, "outputs.json"));
    });
    child.kill("SIGINT");
    await until("the starter has ended", 120, () => code !== undefined);
    expect(code).toBe(0);
    expect(await leftOf(directory)).toEqual([]);
  } finally {
    for (const line of processesOf(directory)) process.kill(Number.parseInt(line, 10), "SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}, 600_000);
