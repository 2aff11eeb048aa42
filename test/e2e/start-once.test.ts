/** `npm start -- --once`, as the README says it. */
import { readFileSync, rmSync } from "node:fs";
import { findSampleMelody, sampleAsMelody } from "../../domain/music/sample-melodies";
import { parseMidi } from "../../domain/music/song";
import { leftOf, spawnCloud } from "./running-cloud";

it("plays Twinkle, Twinkle by four voices and leaves nothing behind", async () => {
  const { directory, printed, ended } = spawnCloud(["--once"]);
  try {
    expect({ code: await ended, printed: printed() }).toMatchObject({ code: 0 });
    const path = printed().trim().split("\n").at(-1)?.trim() ?? "";
    expect(path).toMatch(/\.mid$/);
    const song = parseMidi(readFileSync(path));
    const twinkle = findSampleMelody("twinkle-twinkle");
    if (twinkle === undefined) throw new Error("there is no Twinkle");
    expect(song.tracks).toHaveLength(4);
    expect(
      song.tracks[0]?.notes.map(({ startTick, durationTicks, pitch }) => [startTick, durationTicks, pitch]),
    ).toEqual(
      sampleAsMelody(twinkle).notes.map(({ startTick, durationTicks, pitch }) => [startTick, durationTicks, pitch]),
    );
    expect(await leftOf(directory)).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
