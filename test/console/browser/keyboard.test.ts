/** The main job without a mouse, and without motion. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Locator } from "playwright-core";
import * as z from "zod";
import { axeFindingsInBothModes } from "./support/axe-findings";
import { describeInBrowser } from "./support/console-browser";
import { tabTo } from "./support/keyboard-user";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { eventually, finishedPiece, loudness, stageCounts } from "./support/studio";

const editsSchema = z.object({ items: z.array(z.object({ pass: z.int() })) });

describeInBrowser("the studio without a mouse", () => {
  const tab = pagesOfEachTest();

  const notesOf = async (): Promise<number | undefined> => (await stageCounts(tab.opened.page))?.notes;

  test("a melody is chosen, composed with, heard, muted, taken away and edited by keys alone, and the focus is always seen", async () => {
    const { page } = await tab.openStudio({ reducedMotion: "reduce" });
    await eventually(notesOf, (notes) => notes === 42);
    const unseen: string[] = [];
    const go = async (to: Locator): Promise<void> => {
      unseen.push(...(await tabTo(page, to)));
    };
    const press = async (key: string): Promise<void> => {
      await page.keyboard.press(key);
    };

    await go(page.getByRole("button", { name: /^Input/ }));
    await press("Enter");
    await page.getByRole("option", { name: "Ode to Joy 8 bars" }).waitFor();
    const highlighted = async (): Promise<string> =>
      await page.evaluate(() => {
        const id = document.activeElement?.getAttribute("aria-activedescendant") ?? "";
        return document.getElementById(id)?.textContent ?? "nothing";
      });
    for (const melody of ["Twinkle", "Ode to Joy"]) {
      await press("ArrowDown");
      await eventually(highlighted, (name) => name.startsWith(melody));
    }
    await press("Enter");
    await eventually(notesOf, (notes) => notes === 30);

    await go(page.getByRole("radio", { name: /Accompany/ }));
    await press("ArrowDown");
    await eventually(
      async () => await page.getByRole("radio", { name: /Re-write/ }).isChecked(),
      (isChecked) => isChecked,
    );
    const slider = page.locator(".number-field input[type=range]").filter({ visible: true }).first();
    await go(slider);
    const before = await slider.inputValue();
    await press("ArrowLeft");
    expect(Number(await slider.inputValue())).toBeLessThan(Number(before));

    await go(page.getByRole("button", { name: "Compose", exact: true }));
    await press("Enter");
    const id = await finishedPiece(page);

    const play = page.getByRole("button", { name: "Play", exact: true });
    await go(play);
    await press("Enter");
    await eventually(
      async () => await loudness(page),
      (rms) => rms > 0.005,
    );
    await press("Enter");
    await play.waitFor();

    const mute = page.getByRole("button", { name: "Mute Alto" });
    await go(mute);
    await press("Enter");
    expect(await mute.getAttribute("aria-pressed")).toBe("true");

    await go(page.getByRole("button", { name: "Download" }));
    await press("Enter");
    await page.getByRole("menuitem", { name: "MIDI" }).waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), press("Enter")]);
    const { headers } = await tab.api.call("GET", `/compositions/${id}/midi`, {
      headers: { accept: "audio/midi" },
    });
    expect(headers.get("etag")).toContain(
      createHash("sha256")
        .update(readFileSync(await file.path()))
        .digest("hex"),
    );

    await go(page.getByRole("button", { name: "Edit notes" }));
    await press("Enter");
    await go(page.getByRole("application"));
    const said = page.locator(".stage-said[aria-live=polite]");
    const hears = async (words: RegExp): Promise<void> => {
      await eventually(
        async () => (await said.textContent()) ?? "",
        (text) => words.test(text),
      );
    };
    await press(".");
    await hears(/^[A-G].*, \d+\.\d.* long$/);
    await press("Alt+ArrowUp");
    await hears(/^Moved: /);
    await press("Shift+ArrowRight");
    await hears(/^Changed: /);
    const whole = await notesOf();
    await press("Delete");
    await hears(/^1 note removed$/);
    expect(await notesOf()).toBe((whole ?? 0) - 1);
    await press("Control+z");
    await eventually(notesOf, (notes) => notes === whole);
    expect(unseen).toEqual([]);
  });

  test("on a phone the keyboard goes the way that the eye goes: the stage before the form under it", async () => {
    const { page } = await tab.openStudio({ viewport: { width: 390, height: 844 } });
    await eventually(notesOf, (notes) => notes === 42);
    await page.locator("#main").focus();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest(".stage") !== null)).toBe(true);
    await tabTo(page, page.getByRole("button", { name: /^Input/ }));
  });

  test("who wants no motion gets none, while a piece is made and while its edits are shown", async () => {
    const { page } = await tab.openStudio({ reducedMotion: "reduce" });
    const moving = async (): Promise<string[]> =>
      await page.evaluate(() =>
        document
          .getAnimations()
          .filter(({ playState }) => playState === "running")
          .map(({ effect }) => (effect instanceof KeyframeEffect ? (effect.target?.className ?? "") : "")),
      );
    await page.getByRole("radio", { name: /Re-write/ }).check();
    // The piece stays unfinished, for the page, until it is let go on: the first look at it gets what the page was told
    // when it was asked for, because on a busy machine the piece may be finished before that look, and all later ones wait.
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const asked = page.waitForResponse(
      (response) => response.request().method() === "POST" && response.status() === 202,
    );
    let looks = 0;
    await page.route(/\/compositions\/[0-9A-Z]{26}$/, async (route) => {
      looks += 1;
      if (looks === 1) {
        const answer = await asked;
        const headers = { "retry-after": "1", "access-control-expose-headers": "retry-after" };
        await route.fulfill({ contentType: "application/json", headers, body: await answer.text() });
        return;
      }
      await held;
      await route.continue();
    });
    await page.getByRole("button", { name: "Compose", exact: true }).click();
    await page.getByRole("progressbar").waitFor();
    expect(await moving()).toEqual([]);
    expect(await axeFindingsInBothModes(page)).toEqual([]);
    goOn();
    const id = await finishedPiece(page);
    await page.getByRole("button", { name: "How it was made" }).click();
    const slider = page.getByRole("slider", { name: "Edit", exact: true });
    await slider.fill("0");
    const { items } = (await tab.api.call("GET", `/compositions/${id}/edit-events`)).json(editsSchema);
    const ends = items.flatMap(({ pass }, index) => (items[index + 1]?.pass === pass ? [] : [index + 1]));
    expect(ends.length).toBeGreaterThan(3);
    await page.getByRole("button", { name: "Play the edits", exact: true }).click();
    expect(await moving()).toEqual([]);
    // The replay goes from the end of one pass to the end of the next, and shows nothing between them.
    const shown = z.array(z.number()).parse(
      await slider.evaluate(async (element, count) => {
        if (!(element instanceof HTMLInputElement)) throw new Error("The slider is no input.");
        const positions = [Number(element.value)];
        while (positions.length <= count) {
          const position = Number(element.value);
          if (position !== positions.at(-1)) positions.push(position);
          await new Promise(requestAnimationFrame);
        }
        return positions;
      }, 2),
    );
    expect(shown).toEqual([0, ...ends.slice(0, 2)]);
  });
});
