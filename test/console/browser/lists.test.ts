import * as z from "zod";
import { shapes } from "../../e2e/api-session";
import { until } from "../../e2e/until";
import { axeFindings, axeFindingsInBothModes } from "./support/axe-findings";
import { describeInBrowser } from "./support/console-browser";
import { pageOfEachTest } from "./support/page-of-each-test";
import { midiFileOf } from "./support/tune";

const created = z.object({ id: z.string(), name: z.string() });
const pages = 3;
const perPage = 20;
const melodyCount = (pages - 1) * perPage + 5;

describeInBrowser("the lists", () => {
  const tab = pageOfEachTest();
  /** What no other test of the suite has in its names. */
  const mark = `lists ${Date.now()}`;

  const addMelody = async (name: string): Promise<string> => {
    const response = await tab.api.call("POST", `/tracks?name=${encodeURIComponent(name)}`, { bytes: midiFileOf() });
    return response.json(created).id;
  };
  const compose = async (name: string, trackId: string): Promise<string> => {
    const response = await tab.api.call("POST", "/compositions", {
      json: { name, technique: "arranger", input: { trackId } },
    });
    return response.json(created).id;
  };
  const finished = async (id: string): Promise<void> => {
    await tab.api.pollUntil(`/compositions/${id}`, shapes.composition, ({ state }) => state === "COMPLETED", 120);
  };

  beforeAll(async () => {
    for (let place = 1; place <= melodyCount; place += 5) {
      const places = [0, 1, 2, 3, 4].map((step) => place + step).filter((number) => number <= melodyCount);
      await Promise.all(places.map(async (number) => await addMelody(`${mark} melody ${number}`)));
    }
  });

  const cards = () => tab.opened.page.getByRole("list", { name: /Your melodies|Compositions/ }).locator("> li");
  const names = async (): Promise<string[]> => await cards().getByRole("heading").allTextContents();
  const choose = async (of: string, action: string): Promise<void> => {
    await tab.opened.page.getByRole("button", { name: `Actions of ${of}`, exact: true }).click();
    await tab.opened.page.getByRole("menuitem", { name: action }).click();
  };

  test("a long list is shown page by page, in the order that was chosen", async () => {
    await tab.show(`/melodies?q=${encodeURIComponent(`${mark} melody`)}&sort=name`);
    const { page } = tab.opened;
    const range = page.getByRole("navigation", { name: "Pages" }).getByRole("status");
    const seen: string[] = [];
    for (let place = 0; place < pages; place += 1) {
      const first = place * perPage + 1;
      const last = Math.min(first + perPage - 1, melodyCount);
      await page.getByText(`${first}–${last} of ${melodyCount}`).waitFor();
      expect(await range.textContent()).toBe(`${first}–${last} of ${melodyCount}`);
      seen.push(...(await names()));
      if (place < pages - 1) await page.getByRole("button", { name: "Next", exact: true }).click();
    }
    expect(seen).toEqual(Array.from({ length: melodyCount }, (_, index) => `${mark} melody ${index + 1}`));
    expect(await page.getByRole("button", { name: "Next", exact: true }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Previous", exact: true }).click();
    await page.getByText(`21–40 of ${melodyCount}`).waitFor();
  });

  test("what is typed is found, stands in the address, and can be cleared", async () => {
    await tab.show("/melodies");
    const { page } = tab.opened;
    await page.getByRole("searchbox", { name: "Find by name" }).fill(`${mark.toUpperCase()} MELODY 17`);
    await until("the list has one melody", 20, async () => (await cards().count()) === 1);
    expect(await names()).toEqual([`${mark} melody 17`]);
    expect(new URL(page.url()).searchParams.get("q")).toBe(`${mark.toUpperCase()} MELODY 17`);
    await page.reload();
    await until("the list has one melody again", 20, async () => (await cards().count()) === 1);
    await page.getByRole("searchbox", { name: "Find by name" }).fill("nothing is called so");
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await until("the list has a page of melodies", 20, async () => (await cards().count()) === perPage);
  });

  test("a new name is shown at once, and a name that cannot be is told at its field", async () => {
    const id = await addMelody(`${mark} old name`);
    await tab.show(`/melodies?q=${encodeURIComponent(`${mark} old`)}`);
    const { page } = tab.opened;
    await choose(`${mark} old name`, "Rename");
    const dialog = page.getByRole("dialog");
    const field = dialog.getByRole("textbox", { name: "Name" });
    await field.fill("x".repeat(101));
    await dialog.getByRole("button", { name: "Rename" }).click();
    await until("the field is marked", 20, async () => (await field.getAttribute("aria-invalid")) === "true");
    const described = (await field.getAttribute("aria-describedby")) ?? "";
    const messages = described.split(" ").map(async (of) => await page.locator(`[id="${of}"]`).textContent());
    expect((await Promise.all(messages)).join(" ")).toContain("1 to 100 characters");
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(tab.opened.takeErrors().filter((error) => !error.includes("400"))).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    await field.fill(`${mark} old and new name`);
    await field.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: `${mark} old and new name` }).waitFor();
    expect((await tab.api.call("GET", `/tracks/${id}`)).json(created).name).toBe(`${mark} old and new name`);
  });

  test("120 pieces are found, put in order and paged, and no more is loaded than is seen", async () => {
    const count = 120;
    const trackId = await addMelody(`${mark} of many`);
    const nameOf = (number: number): string => `${mark} piece ${String(number).padStart(3, "0")}`;
    // A user may have ten pieces under way.
    for (let first = 1; first <= count; first += 8) {
      const numbers = [0, 1, 2, 3, 4, 5, 6, 7].map((step) => first + step);
      const ids = await Promise.all(numbers.map(async (number) => await compose(nameOf(number), trackId)));
      await Promise.all(ids.map(finished));
    }
    await tab.show(`/compositions?q=${encodeURIComponent(`${mark} piece`)}&sort=name`);
    const { page, requested } = tab.opened;
    const range = page.getByRole("navigation", { name: "Pages" }).getByRole("status");
    for (let first = 1; first <= count; first += perPage) {
      await page.getByText(`${first}–${first + perPage - 1} of ${count}`).waitFor();
      expect(await names()).toEqual(Array.from({ length: perPage }, (_, index) => nameOf(first + index)));
      if (first + perPage <= count) await page.getByRole("button", { name: "Next", exact: true }).click();
    }
    const lists = requested.map((url) => new URL(url)).filter(({ pathname }) => pathname === "/compositions");
    expect(
      lists.filter(({ searchParams }) => searchParams.has("q")).map((url) => url.searchParams.get("limit")),
    ).toEqual(Array.from({ length: count / perPage + 1 }, (_, place) => (place === 0 ? null : String(perPage))));
    // Only the files of cards that came into view are read.
    expect(requested.filter((url) => url.endsWith("/midi")).length).toBeLessThan(count);

    await page.getByRole("searchbox", { name: "Find by name" }).fill(nameOf(77));
    await until("the list has one piece", 20, async () => (await cards().count()) === 1);
    expect(await names()).toEqual([nameOf(77)]);
    await page.getByRole("searchbox", { name: "Find by name" }).fill(`${mark} piece 0`);
    await until("the list begins again", 20, async () => (await range.textContent()) === `1–${perPage} of 99`);
    await page.getByRole("button", { name: /^Order/ }).click();
    await page.getByRole("option", { name: "Newest first" }).click();
    // Those of one batch were begun at the same time, in any order.
    const newest = [97, 98, 99].map(nameOf).join();
    await until("the newest are first", 20, async () => (await names()).slice(0, 3).toSorted().join() === newest);
  });

  test("a change that someone else has overtaken is put on top of theirs", async () => {
    const trackId = await addMelody(`${mark} overtaken`);
    const id = await compose(`${mark} before`, trackId);
    await tab.show(`/compositions?q=${encodeURIComponent(`${mark} before`)}`);
    await finished(id);
    await choose(`${mark} before`, "Rename");
    await tab.api.call("PATCH", `/compositions/${id}`, { json: { name: `${mark} theirs` } });
    const dialog = tab.opened.page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill(`${mark} before, mine`);
    await dialog.getByRole("button", { name: "Rename" }).click();
    await dialog.waitFor({ state: "detached" });
    expect((await tab.api.call("GET", `/compositions/${id}`)).json(created).name).toBe(`${mark} before, mine`);
    // The browser tells of the refusal by which the console learned of the other change.
    expect(tab.opened.takeErrors().filter((error) => !error.includes("412"))).toEqual([]);
  });

  test("a composition is followed in the list until it is finished", async () => {
    const trackId = await addMelody(`${mark} followed`);
    await tab.show(`/compositions?q=${encodeURIComponent(`${mark} followed`)}`);
    await tab.opened.page.getByText("Nothing fits these filters.").waitFor();
    await compose(`${mark} followed`, trackId);
    await tab.opened.page.reload();
    await cards().getByText("Finished").waitFor();
  });

  test("what was deleted is gone, after it was confirmed", async () => {
    const id = await addMelody(`${mark} deleted`);
    await tab.show(`/melodies?q=${encodeURIComponent(`${mark} deleted`)}`);
    const { page } = tab.opened;
    await choose(`${mark} deleted`, "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel", exact: true }).last().click();
    expect(await names()).toEqual([`${mark} deleted`]);
    await choose(`${mark} deleted`, "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText(`“${mark} deleted” is deleted.`).waitFor();
    await page.getByText("Nothing fits these filters.").waitFor();
    expect((await tab.api.call("GET", `/tracks/${id}`)).status).toBe(404);
  });

  test("what unfinished work needs is not deleted, and the dialog says what needs it", async () => {
    const trackId = await addMelody(`${mark} in use`);
    await tab.show(`/melodies?q=${encodeURIComponent(`${mark} in use`)}`);
    const { page } = tab.opened;
    await choose(`${mark} in use`, "Delete");
    const button = page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true });
    await button.waitFor();
    const begun = await Promise.all(
      [1, 2, 3, 4].map(async (number) => await compose(`${mark} user ${number}`, trackId)),
    );
    await button.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("The resource is in use").waitFor();
    await dialog
      .getByRole("link", { name: new RegExp(`${mark} user \\d`) })
      .first()
      .waitFor();
    expect(await dialog.getByText(/The request's id is [\w-]+/).count()).toBe(1);
    expect(await axeFindingsInBothModes(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Cancel", exact: true }).last().click();
    expect(await names()).toEqual([`${mark} in use`]);
    await Promise.all(begun.map(finished));
    expect(tab.opened.takeErrors().filter((error) => !error.includes("409"))).toEqual([]);
  });

  test("the line of a piece is a tree from the melody down to what was made from it", async () => {
    const trackId = await addMelody(`${mark} root`);
    const parent = await compose(`${mark} parent`, trackId);
    await finished(parent);
    const json = { name: `${mark} child`, technique: "arranger", input: { compositionId: parent } };
    await finished((await tab.api.call("POST", "/compositions", { json })).json(created).id);
    await tab.show(`/compositions?q=${encodeURIComponent(`${mark} parent`)}`);
    await choose(`${mark} parent`, "Where it came from");
    const tree = tab.opened.page.getByRole("list", { name: `The line of ${mark} parent` });
    await tree.getByRole("link", { name: `${mark} child` }).waitFor();
    expect(await tree.getByRole("link").allTextContents()).toEqual([`${mark} root`, `${mark} parent`, `${mark} child`]);
    const links = await tree.getByRole("link").all();
    expect(await links[0]?.getAttribute("href")).toBe(`/studio?melody=track:${trackId}`);
    expect(await links[1]?.getAttribute("href")).toBe(`/studio/${parent}`);
  });
});
