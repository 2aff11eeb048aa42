import { takeSnapshots } from "../../../local/cloud/snapshot-schedule";

/** Runs the schedule on a clock of its own: each attempt takes `seconds`, and fails with the problem where there is one. */
async function run(attempts: readonly { readonly seconds: number; readonly problem?: string }[]): Promise<{
  readonly pauses: number[];
  readonly said: string[];
}> {
  const ending = new AbortController();
  const pauses: number[] = [];
  const said: string[] = [];
  let clock = 0;
  let next = 0;
  await takeSnapshots({
    take: async () => {
      const { seconds, problem } = attempts[next] ?? { seconds: 0 };
      next += 1;
      clock += seconds * 1_000;
      if (problem !== undefined) throw new Error(problem);
    },
    report: (line) => said.push(line),
    signal: ending.signal,
    now: () => clock,
    pause: async (milliseconds) => {
      pauses.push(milliseconds / 1_000);
      if (next === attempts.length) ending.abort();
    },
  });
  return { pauses, said };
}

describe("snapshots of a running cloud", () => {
  it("come every two minutes, and of a large cloud for a twentieth of the time at most", async () => {
    const { pauses, said } = await run([{ seconds: 0.3 }, { seconds: 6 }, { seconds: 30 }]);
    expect(pauses).toEqual([120, 120, 600]);
    expect(said).toEqual([]);
  });

  it("that fail are said once, tried again, and it is said when all is well again", async () => {
    const full = { seconds: 1, problem: "the disk is full" };
    const { said } = await run([full, full, { seconds: 1 }, full]);
    expect(said).toEqual([
      expect.stringMatching(/could not be kept: the disk is full/),
      expect.stringMatching(/kept again/),
      expect.stringMatching(/could not be kept/),
    ]);
  });
});
