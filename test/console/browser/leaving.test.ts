/** What a page that was left may still do: nothing that nobody asked for. And what the console does where nothing is kept. */
import { describeInBrowser } from "./support/console-browser";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { compose, eventually, finishedPiece, loudness, secondsUntil, stageCounts } from "./support/studio";

const refuseStorage = (): void => {
  for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(globalThis, name, {
      get: () => {
        throw new DOMException("Access is denied for this document.", "SecurityError");
      },
    });
};

describeInBrowser("leaving a page", () => {
  const tab = pagesOfEachTest();

  test("ends its sound; what it asked for takes nobody back, and its keys do nothing in dialogs", async () => {
    const { page } = await tab.openStudio();
    const id = await compose(tab.opened);
    let asked = 0;
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(/\/compositions$/, async (route) => {
      if (route.request().method() === "POST") {
        asked += 1;
        await answered;
      }
      await route.continue();
    });
    await page.getByRole("button", { name: "Rename" }).click();
    const dialog = page.getByRole("dialog", { name: "Rename" });
    await dialog.getByRole("textbox").fill("Anna");
    await page.keyboard.press("Control+Enter");
    await page.waitForTimeout(300);
    expect(await dialog.getByRole("textbox").inputValue()).toBe("Anna");
    expect(asked).toBe(0);
    await dialog.getByRole("button", { name: "Cancel" }).last().click();

    await secondsUntil(page, "Play", (rms) => rms > 0.005);
    await page.getByLabel("Name of the piece").press("Control+Enter");
    await eventually(
      async () => await Promise.resolve(asked),
      (count) => count === 1,
    );
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Training" }).click();
    await page.getByRole("heading", { level: 1, name: "Training" }).waitFor();
    await eventually(
      async () => await loudness(page),
      (rms) => rms < 0.001,
    );
    answer();
    await page.getByText("What you asked for is being composed.").waitFor();
    expect(new URL(page.url()).pathname).toBe("/training");
    await page.getByRole("button", { name: "Show it" }).click();
    await finishedPiece(page, id);
  });

  test("a browser that keeps nothing for this site shows all pages, and says why nobody can sign in", async () => {
    const { page, at } = await tab.open({ isKnown: false });
    await page.addInitScript(refuseStorage);
    await page.goto(at("/about"));
    await page.getByRole("heading", { level: 1, name: "About" }).waitFor();
    await page.goto(at("/studio"));
    await eventually(
      async () => await stageCounts(page),
      (counts) => counts?.notes === 42,
    );
    await page.getByRole("banner").getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This browser keeps nothing for this site").waitFor();
  });
});
