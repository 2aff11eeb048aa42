/** `npm start` that does not get as far as a cloud: it is called wrongly, or ended before the cloud is up. */
import { readdirSync, rmSync } from "node:fs";
import { type CloudProcess, leftOf, spawnCloud } from "./running-cloud";
import { until } from "./until";

let running: CloudProcess;
afterEach(() => {
  rmSync(running.directory, { recursive: true, force: true });
});

it("names the option that it does not know and those that it has, and touches nothing", async () => {
  running = spawnCloud(["--foo"]);
  expect({ code: await running.ended, printed: running.printed().trim().split("\n").at(-1) }).toEqual({
    code: 2,
    printed:
      "The option --foo is not known; the options are --once, --datasets, --fresh; npm start -- --help explains them.",
  });
  expect(running.printed()).not.toMatch(/^\s+at /m);
  expect(readdirSync(running.directory)).toEqual([]);
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "says by its exit code that %s ended it before the cloud was up, and leaves nothing behind",
  async (signal, code) => {
    running = spawnCloud();
    let ended: number | null | undefined;
    void running.ended.then((value) => (ended = value));
    await until("its first line", 120, () => {
      if (ended !== undefined) throw new Error(`it ended with ${String(ended)}:\n${running.printed()}`);
      return running.printed().includes("[");
    });
    running.child.kill(signal);
    expect({ code: await running.ended, printed: running.printed() }).toMatchObject({
      code,
      printed: expect.not.stringContaining("the API is at"),
    });
    expect(await leftOf(running.directory)).toEqual([]);
  },
  600_000,
);
