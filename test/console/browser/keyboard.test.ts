/** The main job without a mouse, with the browser enlarged, and without motion. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Locator } from "playwright-core";
import { describeInBrowser } from "./support/console-browser";
import { tabTo } from "./support/keyboard-user";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { compose, eventually, finishedPiece, loudness, stageCounts } from "./support/studio";

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
    await page.getByRole("button", { name: "Compose", exact: true }).click();
    await page
      .getByRole("progressbar")
      .or(page.getByRole("button", { name: "Result", pressed: true }))
      .waitFor();
    expect(await moving()).toEqual([]);
    await finishedPiece(page);
    await page.getByRole("button", { name: "How it was made" }).click();
    await page.locator(".replay").waitFor();
    expect(await moving()).toEqual([]);
  });

  test("at 200 % nothing is cut off: every control lies within the page and shows its whole text", async () => {
    const { page } = await tab.openStudio({ viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 });
    await eventually(notesOf, (notes) => notes === 42);
    await compose(tab.opened);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button, a, select, input, h1, h2, h3")].flatMap((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        const scrolls = element.closest(".navigation, .tracks, .skip-link") !== null;
        const isOutside = width > 0 && !scrolls && (left < 0 || right > innerWidth);
        const isShort =
          element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === "hidden";
        const what = element.getAttribute("aria-label") ?? element.textContent;
        return isOutside || isShort ? [`${element.tagName} ${what}: ${left} to ${right}`] : [];
      }),
    );
    expect(cut).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(720);
  });
});
