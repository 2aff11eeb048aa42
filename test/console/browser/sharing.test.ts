/** A piece is shared by its owner, seen and heard by somebody who never signed in, and no longer shared. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as z from "zod";
import { axeFindings, axeFindingsInBothModes } from "./support/axe-findings";
import { type ConsolePage, describeInBrowser } from "./support/console-browser";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { compose, eventually, loudness, stageCounts } from "./support/studio";

const audible = 0.005;

describeInBrowser("sharing", () => {
  const tab = pagesOfEachTest();

  const press = async ({ page }: ConsolePage, name: string): Promise<void> => {
    await page.getByRole("button", { name, exact: true }).click();
  };
  /** Shares the piece that is open. @returns the path of its page */
  const shareOpenPiece = async (owner: ConsolePage): Promise<string> => {
    await press(owner, "Share");
    await press(owner, "Make a link");
    const link = owner.page.getByRole("dialog").getByRole("textbox", { name: "Link" });
    await link.waitFor();
    const { pathname, origin } = new URL(await link.inputValue());
    expect(origin).toBe(new URL(owner.page.url()).origin);
    expect(pathname).toMatch(/^\/shared\/[\w-]{32}$/);
    return pathname;
  };

  test("a re-written piece is heard, replayed and taken by a visitor who never signed in, until the owner ends it", async () => {
    const owner = await tab.openStudio({ permissions: ["clipboard-read", "clipboard-write"] });
    await owner.page.getByRole("radio", { name: /Re-write/ }).check();
    const id = await compose(owner);
    const counts = await eventually(
      async () => await stageCounts(owner.page),
      (seen) => seen !== undefined,
    );
    const path = await shareOpenPiece(owner);
    await press(owner, "Copy the link");
    await owner.page.getByText("Copied", { exact: true }).waitFor();
    const copied = await owner.page.evaluate(async () => await navigator.clipboard.readText());
    expect(copied).toBe(owner.at(path));
    await owner.page.getByText(/^The piece is shared until /).waitFor();
    await owner.page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).click();
    await owner.page.getByText(/ · shared$/).waitFor();

    // Another browser session, in which nobody ever signed in.
    const visitor = await tab.openStudio({ isSignedIn: false, isKnown: false, path });
    const { page } = visitor;
    await page.getByRole("heading", { level: 1, name: /re-written$/ }).waitFor();
    expect(
      await eventually(
        async () => await stageCounts(page),
        (seen) => seen !== undefined,
      ),
    ).toEqual(counts);
    await press(visitor, "Play");
    await eventually(
      async () => await loudness(page),
      (level) => level > audible,
    );
    await press(visitor, "Pause");
    await eventually(
      async () => await loudness(page),
      (level) => level < audible / 10,
    );

    // The file is that of the owner's piece.
    const [download] = await Promise.all([page.waitForEvent("download"), press(visitor, "Download MIDI")]);
    const { bytes } = await tab.api.call("GET", `/compositions/${id}/midi`, { headers: { accept: "audio/midi" } });
    const digest = (file: Uint8Array): string => createHash("sha256").update(file).digest("hex");
    expect(digest(readFileSync(await download.path()))).toBe(digest(bytes));

    // The edits are replayed from the input to the result.
    await press(visitor, "How it was made");
    const slider = page.getByRole("slider", { name: "Edit", exact: true });
    await slider.waitFor();
    await slider.fill("0");
    await press(visitor, "Play the edits");
    await eventually(
      async () => Number(await slider.inputValue()),
      (position) => position > 20,
    );
    expect(
      await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("oidc.user:"))),
    ).toEqual([]);
    expect(visitor.requested.filter((url) => url.includes(id))).toEqual([]);

    // The recipe stands in the studio of the visitor, with the same seed.
    const seed = (await tab.api.call("GET", `/compositions/${id}`)).json(z.object({ seed: z.int() })).seed;
    await page.getByRole("link", { name: "Open in the studio" }).click();
    await page.getByText("A recipe was opened").waitFor();
    expect(await page.getByRole("spinbutton", { name: "Seed" }).inputValue()).toBe(String(seed));
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: /re-written$/ }).waitFor();

    // The owner, who comes back later, ends it; the same link opens nothing any more.
    await owner.page.reload();
    await press(owner, "Share");
    await owner.page.getByText(/^The link was told when it was made/).waitFor();
    await press(owner, "End sharing");
    await owner.page.getByText("The piece is no longer shared: the link opens nothing.").waitFor();
    await page.goto(visitor.at(path));
    await page.getByRole("heading", { level: 1, name: "This link opens nothing" }).waitFor();
    await page.getByText(/the person who shared the piece has ended it/).waitFor();
    expect(await page.locator(".stage").count()).toBe(0);
    const told = visitor.takeErrors();
    expect(told.length).toBeGreaterThan(0);
    expect(told.every((error) => error.includes("404"))).toBe(true);
  });

  test("the dialog and the page of a shared piece can be used by everyone, also on a telephone", async () => {
    const owner = await tab.openStudio();
    await compose(owner);
    const path = await shareOpenPiece(owner);
    expect(await axeFindingsInBothModes(owner.page)).toEqual([]);
    const visitor = await tab.openStudio({ isSignedIn: false, isKnown: false, path });
    const { page } = visitor;
    await page.locator(".stage .roll[aria-label]").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await axeFindings(page)).toEqual([]);
    const isTooWide = async () => await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(await isTooWide()).toBe(false);
    await page.goto(visitor.at("/shared/nothing"));
    await page.getByRole("heading", { level: 1, name: "This link opens nothing" }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(visitor.takeErrors().every((error) => error.includes("404"))).toBe(true);
  });

  test("a new link ends the one before, and a link that is cut opens nothing", async () => {
    const owner = await tab.openStudio();
    await compose(owner);
    const first = await shareOpenPiece(owner);
    await press(owner, "Make a new link");
    const link = owner.page.getByRole("dialog").getByRole("textbox", { name: "Link" });
    await eventually(
      async () => new URL(await link.inputValue()).pathname,
      (path) => path !== first,
    );
    const second = new URL(await link.inputValue()).pathname;
    const visitor = await tab.openStudio({ isSignedIn: false, isKnown: false, path: second });
    await eventually(
      async () => await stageCounts(visitor.page),
      (counts) => counts?.tracks === 4,
    );
    // A technique that does not work by edits has nothing to replay.
    expect(await visitor.page.getByRole("button", { name: "How it was made" }).count()).toBe(0);
    for (const path of [first, second.slice(0, -1)]) {
      await visitor.page.goto(visitor.at(path));
      await visitor.page.getByRole("heading", { level: 1, name: "This link opens nothing" }).waitFor();
    }
    expect(visitor.takeErrors().every((error) => error.includes("404"))).toBe(true);
  });
});
