/** What goes on while the API cannot be reached. */
import { describeInBrowser } from "./support/console-browser";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { eventually, loudness, stageCounts } from "./support/studio";

describeInBrowser("without the API", () => {
  const tab = pagesOfEachTest();

  test("playing and editing go on, pages say what is missing, and all is well again by itself", async () => {
    const { page, takeErrors } = await tab.openStudio();
    const notes = async (): Promise<number | undefined> => (await stageCounts(page))?.notes;
    const drawn = await eventually(notes, (count) => count !== undefined);
    const address = `${tab.browser.outputs.apiUrl}/**`;
    await page.route(address, async (route) => {
      await route.abort("connectionrefused");
    });
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await eventually(
      async () => await loudness(page),
      (rms) => rms > 0.005,
    );
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.locator(".stage .roll").focus();
    for (const key of ["ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await eventually(notes, (count) => count === (drawn ?? 0) + 1);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Training" }).click();
    await page.getByText("The API does not answer").waitFor();
    await page.unroute(address);
    await page.getByRole("link", { name: /^You have \d+ of 500\.$/ }).waitFor();
    await page.getByText("The API does not answer").waitFor({ state: "detached" });
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Studio" }).click();
    await eventually(notes, (count) => count === (drawn ?? 0) + 1);
    expect(takeErrors().filter((error) => !error.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  });
});
