/** What a musician relies on while playing: loop, metronome, count-in, the mix, and that what is heard goes on. */
import * as z from "zod";
import { readPiece } from "../../../console/src/piece/read-piece";
import { fromBase64 } from "../../../console/src/studio/base64";
import { describeInBrowser } from "./support/console-browser";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { type Click, clicks, compose, download, eventually, loudness, stageCounts } from "./support/studio";

/** Twinkle, Twinkle is played at 100 quarter notes a minute. */
const beat = 600;
const melodySchema = z.object({ file: z.string() });

const distances = (heard: readonly Click[]): number[] =>
  heard.slice(1).map(({ at }, index) => at - (heard[index]?.at ?? 0));

/** Returns the root of the mean square of a WAV file's samples. */
function loudnessOf(wav: Buffer): number {
  const samples = new Int16Array(Uint8Array.from(wav.subarray(44, wav.length - (wav.length % 2))).buffer);
  return Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length);
}

describeInBrowser("the transport of the studio", () => {
  const tab = pagesOfEachTest();

  const press = async (name: string | RegExp): Promise<void> => {
    await tab.opened.page.getByRole("button", { name, exact: true }).click();
  };
  const place = async (): Promise<string> => (await tab.opened.page.getByLabel("Bar and beat").textContent()) ?? "";
  const untilHeard = async (): Promise<void> => {
    await eventually(
      async () => await loudness(tab.opened.page),
      (rms) => rms > 0.005,
    );
  };
  const openMelody = async (): Promise<void> => {
    await tab.openStudio({ isSignedIn: false });
    await eventually(
      async () => await stageCounts(tab.opened.page),
      (counts) => counts?.notes === 42,
    );
  };

  test("a loop plays the bars of the frame again and again", async () => {
    await openMelody();
    const { page } = tab.opened;
    const roll = page.locator(".stage .roll");
    const box = await roll.boundingBox();
    const bar = Number(await roll.getAttribute("data-bar"));
    const left = Number((await roll.getAttribute("data-origin"))?.split(",")[0]);
    if (box === null) throw new Error("The roll has no place on the page.");
    // From the middle of bar 2 to the middle of bar 3: the loop has both whole.
    await page.mouse.move(box.x + left + 1.5 * bar, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + left + 2.5 * bar, box.y + 200, { steps: 4 });
    await page.mouse.up();
    await press("Loop");
    await press("Play");
    await untilHeard();
    const seen: string[] = [];
    const begun = Date.now();
    while (Date.now() - begun < 11 * beat) {
      seen.push((await place()).slice(0, 1));
      await page.waitForTimeout(100);
    }
    expect([...new Set(seen)].sort()).toEqual(["2", "3"]);
    const turns = seen.filter((now, index) => now === "2" && seen[index - 1] === "3");
    expect(turns).toHaveLength(1);
    await press("Loop");
    await eventually(place, (now) => now.startsWith("4"));
  });

  test("the metronome clicks on each beat, higher on the first of a bar, and only when it is asked to", async () => {
    await openMelody();
    const { page } = tab.opened;
    await press("Play");
    await untilHeard();
    expect(await clicks(page)).toEqual([]);
    await press("Metronome");
    const heard = await eventually(
      async () => await clicks(page),
      (all) => all.length >= 9,
    );
    // The clock of the sound settles while it begins.
    const settled = distances(heard.slice(1));
    const middle = [...settled].sort((one, other) => one - other)[Math.floor(settled.length / 2)] ?? 0;
    expect(Math.abs(middle - beat)).toBeLessThan(30);
    const first = heard.findIndex(({ isDownbeat }) => isDownbeat);
    expect(heard.map(({ isDownbeat }) => isDownbeat)).toEqual(heard.map((_, index) => index % 4 === first % 4));
    await press("Metronome");
    const after = (await clicks(page)).length;
    await page.waitForTimeout(3 * beat);
    expect((await clicks(page)).length).toBeLessThanOrEqual(after);
  });

  test("a recording is counted in for a bar, and each note stands where it was played, within 30 ms", async () => {
    const { page } = await tab.openStudio({ isSignedIn: false });
    await page.evaluate(() => {
      const pressed: number[] = [];
      Object.defineProperty(globalThis, "pressedAt", { value: pressed });
      addEventListener("keydown", ({ timeStamp }) => pressed.push(timeStamp));
    });
    await press("Record");
    await page.locator(".recorder").getByRole("button", { name: "Record" }).click();
    await page.getByText("Recording…").waitFor();
    for (const key of ["KeyA", "KeyS", "KeyD", "KeyF"]) {
      await page.keyboard.down(key);
      await page.waitForTimeout(0.4 * beat);
      await page.keyboard.up(key);
      await page.waitForTimeout(0.6 * beat);
    }
    const heard = await clicks(page);
    await press("Stop");
    await page.getByText("4 notes were recorded.").waitFor();
    const countIn = heard.slice(0, 4);
    expect(countIn.map(({ isDownbeat }) => isDownbeat)).toEqual([true, false, false, false]);
    for (const [index, { sounds }] of countIn.entries())
      expect(Math.abs(sounds - (countIn[0]?.sounds ?? 0) - index * beat)).toBeLessThan(1);
    expect(heard.slice(4, 8).map(({ isDownbeat }) => isDownbeat)).toEqual([true, false, false, false]);
    // The clock of the sound moves in steps, so each click may seem later than it is, and none earlier.
    const barLine = Math.min(...countIn.map(({ at }, index) => at - index * beat)) + 4 * beat;
    expect(Math.abs((heard[4]?.at ?? 0) - barLine)).toBeLessThan(60);
    const [pressedAt, melody] = await page.evaluate(() => {
      const pressed: unknown = Reflect.get(globalThis, "pressedAt");
      if (!Array.isArray(pressed)) throw new Error("The page keeps no presses.");
      const times: readonly number[] = pressed;
      return [times, localStorage.getItem("opencomposer.unsaved-melody.v1")] as const;
    });
    const { file } = melodySchema.parse(JSON.parse(melody ?? ""));
    const { tracks, ticksPerBeat } = readPiece(fromBase64(file).buffer);
    const onsets = tracks[0]?.notes.map(({ start }) => (start / ticksPerBeat) * beat) ?? [];
    expect(onsets).toHaveLength(4);
    for (const [index, onset] of onsets.entries())
      expect(Math.abs(onset - ((pressedAt[index] ?? 0) - barLine))).toBeLessThan(30);
  });

  test("a frame on the roll says where Re-write may change notes, and a click beside the notes takes it away", async () => {
    await openMelody();
    const { page } = tab.opened;
    await page.getByRole("radio", { name: /Re-write/ }).check();
    const roll = page.locator(".stage .roll");
    const box = await roll.boundingBox();
    const bar = Number(await roll.getAttribute("data-bar"));
    const [left = 0, middleC = 0] = (await roll.getAttribute("data-origin"))?.split(",").map(Number) ?? [];
    const row = Number(await roll.getAttribute("data-row"));
    if (box === null) throw new Error("The roll has no place on the page.");
    // From D 5 down to D 4, in bars 2 and 3.
    await page.mouse.move(box.x + left + 1.2 * bar, box.y + middleC - 13.5 * row);
    await page.mouse.down();
    await page.mouse.move(box.x + left + 2.8 * bar, box.y + middleC - 1.5 * row, { steps: 4 });
    await page.mouse.up();
    await page.getByText("Only bars 2 to 3 from D 4 to D 5 may be changed").waitFor();
    await page.getByRole("button", { name: /^\d+ more$/ }).click();
    expect(await page.getByRole("spinbutton", { name: "Last bar, value" }).inputValue()).toBe("3");
    await roll.click({ position: { x: left + 0.3 * bar, y: middleC - 18.5 * row } });
    await page.getByText("may be changed").waitFor({ state: "detached" });
    expect(await page.getByRole("spinbutton", { name: "Last bar, value" }).inputValue()).toBe("0");
  });

  test("who switches the hot keys off does not find them on again", async () => {
    await openMelody();
    const { page } = tab.opened;
    await press("Hot keys");
    await page.reload();
    await page.getByRole("button", { name: "Hot keys", pressed: false }).waitFor();
    await press("Hot keys");
    await page.reload();
    await page.getByRole("button", { name: "Hot keys", pressed: true }).waitFor();
  });

  test("what is stopped while it is counted in does not begin", async () => {
    const { page } = await tab.openStudio({ isSignedIn: false });
    await press("Record");
    await page.locator(".recorder").getByRole("button", { name: "Record" }).click();
    await press("Stop");
    await page.getByText("No note was played").waitFor();
    await page.waitForTimeout(5 * beat);
    expect(await page.getByText("Recording…").count()).toBe(0);
  });

  test("a piece is heard as it was mixed, also later, and a file of it sounds the same", async () => {
    const { page } = await tab.openStudio();
    await compose(tab.opened);
    const mute = (name: string | RegExp) => page.getByRole("button", { name });
    await mute(/^Mute Twinkle/).click();
    await mute("Mute Tenor").click();
    await mute("Mute Bass").click();
    await page.getByRole("slider", { name: "Loudness of Alto" }).fill("50");
    expect(loudnessOf(await download(page, "WAV"))).toBeGreaterThan(0.01);
    await page.reload();
    await page.getByRole("button", { name: "Result", pressed: true }).waitFor();
    await eventually(
      async () => await page.getByRole("button", { name: /^Mute/, pressed: true }).count(),
      (count) => count === 3,
    );
    expect(await page.getByRole("slider", { name: "Loudness of Alto" }).inputValue()).toBe("50");
    await mute("Mute Alto").click();
    await press("Play");
    await page.waitForTimeout(4 * beat);
    expect(await loudness(page)).toBeLessThan(0.0005);
    await press("Pause");
    await press("Download");
    await page.getByRole("menuitem", { name: "WAV" }).click();
    await page.getByText("Every track is muted").waitFor();
    // What plays solo is heard, and muted it is not.
    await mute("Mute Alto").click();
    await mute("Solo Alto").click();
    await press("Play");
    await untilHeard();
  });
});
