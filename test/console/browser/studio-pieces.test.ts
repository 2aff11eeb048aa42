/** What is done with pieces: errors, chains, replay, comparisons, recipes, corrections. */
import { createHash } from "node:crypto";
import type { Locator, Page } from "playwright-core";
import * as z from "zod";
import { readPiece } from "../../../console/src/piece/read-piece";
import { writePiece } from "../../../console/src/piece/write-piece";
import { studioViewTexts } from "../../../console/src/texts/studio-views";
import { endedComposition, tokensOf } from "../../e2e/api-session";
import { axeFindings, axeFindingsInBothModes } from "./support/axe-findings";
import { describeInBrowser } from "./support/console-browser";
import { noteCountsByTrack } from "./support/note-rows";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { withStoredUser } from "./support/stored-user";
import { compose, eventually, finishedPiece, loudness, secondsUntil, stageCounts } from "./support/studio";

/** Returns the texts that describe a control to those who do not see it. */
async function descriptionOf(page: Page, control: Locator): Promise<string> {
  const ids = (await control.getAttribute("aria-describedby")) ?? "";
  const texts = ids.split(" ").map(async (id) => await page.locator(`[id="${id}"]`).textContent());
  return (await Promise.all(texts)).join(" ");
}

const words = studioViewTexts.lens;
const { correcting } = studioViewTexts;
const midi = { accept: "audio/midi" };
const daringSchema = z.object({ seed: z.int(), parameters: z.object({ temperature: z.number() }) });
const measuredSchema = z.object({ output: z.object({ metrics: z.record(z.string(), z.number()) }) });

describeInBrowser("pieces in the studio", () => {
  const tab = pagesOfEachTest();

  const midiSha = async (id: string): Promise<string> => {
    const { bytes } = await tab.api.call("GET", `/compositions/${id}/midi`, {
      headers: { accept: "audio/midi" },
    });
    return createHash("sha256").update(bytes).digest("hex");
  };
  const press = async (name: string): Promise<void> => {
    await tab.opened.page.getByRole("button", { name, exact: true }).click();
  };

  /** Plays what stands on the stage until it sounds, and then no more. */
  const isHeard = async (): Promise<void> => {
    await secondsUntil(tab.opened.page, "Play", (rms) => rms > 0.002);
    await secondsUntil(tab.opened.page, "Pause", (rms) => rms < 0.0005);
  };

  test("each error stands at its control, the first gets the focus, and the fold over it opens", async () => {
    const { page } = await tab.openStudio();
    await page.getByRole("radio", { name: /Re-write/ }).check();
    await page.getByRole("spinbutton", { name: "Max notes added, value" }).fill("5000");
    await page.getByRole("button", { name: /^\d+ more$/ }).click();
    await page.getByRole("spinbutton", { name: "Last bar, value" }).fill("2");
    await page.getByRole("spinbutton", { name: "First bar, value" }).fill("3");
    await page.getByRole("button", { name: /^\d+ more$/ }).click();
    await press("Compose");
    const added = page.getByRole("spinbutton", { name: "Max notes added, value" });
    await eventually(
      async () => await added.getAttribute("aria-invalid"),
      (value) => value === "true",
    );
    expect(await added.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await descriptionOf(page, added)).toContain("1000");
    // The API tells of ranges when each value by itself is allowed.
    await added.fill("500");
    await press("Compose");
    const last = page.getByRole("spinbutton", { name: "Last bar, value" });
    await eventually(
      async () => await last.getAttribute("aria-invalid"),
      (value) => value === "true",
    );
    expect(await last.isVisible()).toBe(true);
    expect(await descriptionOf(page, last)).toMatch(/firstBar|First bar/);
    expect(await axeFindings(page)).toEqual([]);
    expect(tab.opened.takeErrors().every((error) => error.includes("400"))).toBe(true);
  });

  test("a piece that could not be made says why, and its melody can still be heard", async () => {
    const failed = await endedComposition(tab.api, {
      name: "Higher than the model sings",
      technique: "ar-cnn",
      modelId: "ar-cnn-bach",
      input: { sampleMelodyId: "ode-to-joy" },
      parameters: { lowestPitch: 120, highestPitch: 127 },
    });
    expect(failed.state).toBe("FAILED");
    const { page } = await tab.openStudio({ path: `/studio/${failed.id}` });
    await page.getByRole("alert").getByText("holds no note that this model can edit").waitFor();
    await isHeard();
    expect(await axeFindingsInBothModes(page)).toEqual([]);
  });

  test("a chain of three pieces is shown as a line, and each of them opens", async () => {
    const { page } = await tab.openStudio();
    const first = await compose(tab.opened);
    await press("Re-write this");
    const second = await finishedPiece(page, first);
    await press("Accompany this");
    const third = await finishedPiece(page, second);
    const line = page.getByRole("list", { name: /^The line of/ });
    await eventually(
      async () => await line.getByRole("link").count(),
      (count) => count === 4,
    );
    await isHeard();
    await line.locator(`a[href="/studio/${second}"]`).click();
    await finishedPiece(page, third);
    await eventually(
      async () => await stageCounts(page),
      (counts) => counts !== undefined && counts.tracks >= 1,
    );
    await isHeard();
    await page
      .getByRole("list", { name: /^The line of/ })
      .locator(`a[href="/studio/${first}"]`)
      .click();
    await finishedPiece(page, second);
    await eventually(
      async () => await stageCounts(page),
      (counts) => counts?.tracks === 4,
    );
    await isHeard();
  });

  test("a recipe makes the same bytes for another user", async () => {
    await tab.openStudio({ permissions: ["clipboard-read", "clipboard-write"] });
    const id = await compose(tab.opened);
    await press("Copy the recipe");
    await tab.opened.page.getByText("The recipe's link is copied.").waitFor();
    const link = await tab.opened.page.evaluate(async () => await navigator.clipboard.readText());
    await tab.opened.close();
    const { page } = await tab.openStudio();
    const { AccessToken } = await tokensOf(tab.browser.outputs, tab.browser.outputs.secondUser);
    await withStoredUser(page, (user) => ({ ...user, access_token: AccessToken }));
    await page.goto(link);
    await page.getByText("A recipe was opened").waitFor();
    const again = await compose(tab.opened);
    expect(again).not.toBe(id);
    const fetchBytes = async (): Promise<string> => {
      const response = await fetch(new URL(`/compositions/${again}/midi`, tab.browser.outputs.apiUrl), {
        headers: { accept: "audio/midi", authorization: `Bearer ${AccessToken}` },
      });
      return createHash("sha256")
        .update(new Uint8Array(await response.arrayBuffer()))
        .digest("hex");
    };
    expect(await fetchBytes()).toBe(await midiSha(id));
  });

  test("of four variations one is kept; two pieces are compared at the same beat, and blind", async () => {
    const { page } = await tab.openStudio();
    const first = await compose(tab.opened);
    await press("Four variations");
    const keep = page.getByRole("button", { name: "Keep this one" });
    await eventually(
      async () => await keep.count(),
      (count) => count === 4,
    );
    // Until the last one has ended, none can be kept: the others could not be deleted.
    await page.getByRole("button", { name: "Keep this one", disabled: true }).first().waitFor({ state: "detached" });
    await keep.first().click();
    const kept = await finishedPiece(page, first);
    await page.getByText("is kept; the others are deleted.").waitFor();
    await page.goto(tab.opened.at(`/studio/${kept}?view=compare&with=${first}`));
    await page.getByText(/^You hear/).waitFor();
    await page.locator(".stage .roll").waitFor();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    const bar = async () => (await page.getByLabel("Bar and beat").textContent()) ?? "";
    await eventually(bar, (text) => text.startsWith("3"));
    await page.getByRole("button", { name: /^B: / }).click();
    await eventually(bar, (text) => /^[34]/.test(text), 2);
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
    await press("Blind");
    // Neither names, nor tracks, nor notes, nor what was just playing tell which is which.
    expect(await page.locator(".stage-foot").textContent()).not.toContain("accompanied");
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    expect(await page.getByRole("button", { name: /^Mute/ }).count()).toBe(0);
    expect(await stageCounts(page)).toMatchObject({ tracks: 0, notes: 0 });
    await page.getByRole("button", { name: "First: First", pressed: true }).waitFor();
    await press("First is better");
    await page.getByText(/You have chosen/).waitFor();
    await page.getByRole("button", { name: /^Mute Alto/ }).waitFor();
  });

  test("three values of how daring the edits are stand side by side, and the lens marks what a teacher would", async () => {
    const { id } = await endedComposition(tab.api, {
      name: "Ode to Joy, in three ways",
      technique: "ar-cnn",
      modelId: "ar-cnn-bach",
      seed: 11,
      input: { sampleMelodyId: "ode-to-joy" },
      parameters: { melodyLock: false, temperature: 2 },
    });
    const { page } = await tab.openStudio({ path: `/studio/${id}?view=lens` });
    const marked = page.locator(".stage-foot").getByRole("status");
    await press("Notes");
    const seen: number[] = [];
    for (const mark of [words.dissonant, words.parallels, words.offScale]) {
      await press(mark);
      await page.getByRole("button", { name: mark, exact: true, pressed: true }).waitFor();
      // What is marked is a track of its own, so that it can be heard alone.
      const [, notes = 0] = (await noteCountsByTrack(page)).find(([track]) => track === mark) ?? [];
      expect(await marked.textContent()).toContain(notes === 0 ? words.none : words.marked(notes));
      seen.push(notes);
    }
    expect(Math.max(...seen)).toBeGreaterThan(0);
    // The measures of the piece are the API's, and stand beside Bach's own.
    const { output } = (await tab.api.call("GET", `/compositions/${id}`)).json(measuredSchema);
    for (const name of ["dissonantPairShare", "scaleConsistency"] as const) {
      const cells = page.getByRole("row").filter({ hasText: words.measures[name] }).getByRole("cell");
      const [piece = "", bach = ""] = await cells.allTextContents();
      expect(piece).toBe(output.metrics[name]?.toFixed(2));
      expect(Number(bach)).toBeGreaterThan(0);
      expect(bach).not.toBe(piece);
    }
    await press("Result");
    await page.getByRole("button", { name: /^Three .*temperature/i }).click();
    const three = page.getByRole("list").filter({ has: page.getByRole("button", { name: "Keep this one" }) });
    await page.getByRole("button", { name: "Keep this one" }).nth(2).waitFor();
    const ids = new URL(page.url()).searchParams.get("with")?.split(",") ?? [];
    expect(ids).toHaveLength(3);
    const responses = await Promise.all(ids.map(async (one) => await tab.api.call("GET", `/compositions/${one}`)));
    const pieces = responses.map((response) => response.json(daringSchema));
    const values = pieces.map(({ parameters }) => parameters.temperature);
    expect(new Set(values).size).toBe(3);
    expect(values).toEqual(values.toSorted((one, other) => one - other));
    // The seed is the piece's, so that the values alone differ.
    expect(pieces.map(({ seed }) => seed)).toEqual([11, 11, 11]);
    const titles = await three.getByRole("heading").allTextContents();
    expect(titles.map((title) => Number(/[\d.]+$/.exec(title)?.[0]))).toEqual(values);
    expect(await axeFindingsInBothModes(page)).toEqual([]);
  });

  test("two pieces that are compared are equally loud, to a decibel", async () => {
    const { api } = tab;
    const ids = await Promise.all(
      ["choir", "piano"].map(async (instruments) => {
        const json = {
          name: `Twinkle by ${instruments}`,
          technique: "unet-gan",
          modelId: "unet-gan-bach",
          seed: 5,
          input: { sampleMelodyId: "twinkle-twinkle" },
          inputOptions: { tempo: 160, bars: 4 },
          performance: { instruments },
        };
        const { id } = (await api.call("POST", "/compositions", { json })).json(z.object({ id: z.string() }));
        const stateSchema = z.object({ state: z.string() });
        await api.pollUntil(`/compositions/${id}`, stateSchema, ({ state }) => state === "COMPLETED", 60);
        return id;
      }),
    );
    const { page } = await tab.openStudio({ path: `/studio/${ids[0] ?? ""}?view=compare&with=${ids[1] ?? ""}` });
    await page.getByText(/^You hear/).waitFor();
    const meanLoudness = async (): Promise<number> => {
      await page.getByRole("button", { name: "Play", exact: true }).click();
      await eventually(
        async () => await loudness(page),
        (rms) => rms > 0.002,
      );
      const powers: number[] = [];
      while ((await page.getByRole("button", { name: "Pause", exact: true }).count()) > 0) {
        const rms = await loudness(page);
        powers.push(rms * rms);
        await page.waitForTimeout(20);
      }
      return Math.sqrt(powers.reduce((sum, power) => sum + power, 0) / powers.length);
    };
    const one = await meanLoudness();
    await page.getByRole("button", { name: /^B: / }).click();
    const other = await meanLoudness();
    console.log(`${(20 * Math.log10(one / other)).toFixed(2)} dB between two pieces of equal loudness`);
    expect(Math.abs(20 * Math.log10(one / other))).toBeLessThan(1);
  });

  test("corrections outlive other views and pages, and are kept on top of another window's, while the piece plays", async () => {
    const { page } = await tab.openStudio();
    const id = await compose(tab.opened);
    const notesAre = async (wanted: number | undefined): Promise<void> => {
      await eventually(
        async () => (await stageCounts(page))?.notes,
        (notes) => notes === wanted,
      );
    };
    const draw = async (): Promise<void> => {
      await page.locator(".stage .roll").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
    };
    const { notes: made = 0 } = (await stageCounts(page)) ?? {};
    await press("Edit notes");
    await draw();
    await notesAre(made + 1);
    // Neither another view nor another page takes the corrections away, and a reload asks.
    await press("Lens");
    await page.getByText(correcting.waits).waitFor();
    await page.getByRole("banner").getByRole("link", { name: "About" }).click();
    await page.getByRole("heading", { level: 1, name: "About" }).waitFor();
    await page.goBack();
    await press("Result");
    await notesAre(made + 1);
    const question = page.waitForEvent("dialog");
    await page.evaluate(() => {
      setTimeout(() => {
        location.reload();
      });
    });
    expect((await question).type()).toBe("beforeunload");
    await (await question).dismiss();
    await press("Leave the notes as they were");
    await page.getByRole("dialog").locator("button", { hasText: "Cancel" }).click();
    await notesAre(made + 1);

    // Meanwhile another window keeps a piece of one track.
    const bytesOf = async () => (await tab.api.call("GET", `/compositions/${id}/midi`, { headers: midi })).bytes;
    const whole = readPiece(Uint8Array.from(await bytesOf()).buffer);
    const theirs = { ...whole, tracks: whole.tracks.slice(0, 1) };
    const headers = { "content-type": "audio/midi", "if-match": "*" };
    const other = await tab.api.call("PUT", `/compositions/${id}/midi`, { headers, bytes: writePiece(theirs) });
    expect(other.status).toBe(200);
    await press("Keep the correction");
    await press(correcting.seeOther);
    await notesAre(theirs.tracks[0]?.notes.length);
    await press(correcting.seeMine);
    await notesAre(made + 1);
    expect(tab.opened.takeErrors().join()).toContain("412");

    await secondsUntil(page, "Play", (rms) => rms > 0.002);
    await press(correcting.keepMine);
    await page.getByText("The corrected notes are kept.").waitFor();
    await press("Edit notes");
    await notesAre(made + 1);
    await draw();
    await notesAre(made + 2);
    await press("Keep the correction");
    await page.getByRole("button", { name: "Edit notes" }).waitFor();
    await notesAre(made + 2);
    await press("Pause");
    await notesAre(made + 2);
    const kept = readPiece(Uint8Array.from(await bytesOf()).buffer);
    expect(kept.tracks.reduce((sum, { notes }) => sum + notes.length, 0)).toBe(made + 2);
    // The machine's own piece is still there.
    await press("Before your corrections");
    await notesAre(made);
  });
});
