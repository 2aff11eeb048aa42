/**
 * Every page of the route table, on a phone, a tablet and a desktop, and on the desktop also in the dark: nothing that axe finds
 * against WCAG 2.2 AA, no scrolling sideways, no error in the console. `npm run pictures` also writes a picture of each to
 * `.cache/console-screenshots`, so that a person can look at all of them after a change.
 *
 * A page is loaded once and then resized and recolored, which a user does, too, and which saves most of the time.
 * axe takes the most of what is left, so it is asked where its answer may differ: in the light mode with all rules on the
 * desktop, and with all but those of colors, which are the desktop's, on the phone (the tablet's elements are the desktop's,
 * in one column); in the dark mode, where the same elements stand at the same places, about colors alone.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { texts } from "../../../console/src/texts/en";
import { compositionShareSchema } from "../../../domain/schemas/api/shares";
import { endedComposition, shapes } from "../../e2e/api-session";
import { repository } from "../../e2e/running-cloud";
import { axeFindings, type RuleSet } from "./support/axe-findings";
import {
  type ConsoleBrowser,
  type ConsolePage,
  describeInBrowser,
  launchConsoleBrowser,
  signIn,
} from "./support/console-browser";
import { cutOffControls } from "./support/cut-off-controls";
import { type ExampleResources, exampleViews } from "./support/example-views";
import { readDataset } from "./support/read-dataset";
import { beginTraining } from "./support/trainings";

interface Size {
  readonly width: number;
  readonly height: number;
  /** Which of axe's rules are asked in which mode. */
  readonly rules: { readonly light?: RuleSet; readonly dark?: RuleSet };
}
const sizes: readonly Size[] = [
  { width: 1440, height: 900, rules: { light: "all", dark: "colors" } },
  { width: 834, height: 1112, rules: {} },
  { width: 390, height: 844, rules: { light: "all but colors" } },
];
/** A list of all pieces can be longer than anybody looks at. */
const tallestPicture = 4000;
/** What a window of 1440 px shows at 200 %. */
const widthAt200Percent = 720;
const enlargedWidths = [widthAt200Percent, 320];
const trainingName = "Two epochs in C major";
const folder = join(repository, ".cache/console-screenshots");
/** Pictures are for people, and drawing them takes a good part of the time, so they are taken on request. */
const takesPictures = process.env["OPENCOMPOSER_PICTURES"] === "1";

/** Waits until everything that can be seen of the page is there, and is drawn. A list loads what comes into view. */
async function settled(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction((loading) => {
    const isWaiting = (element: Element): boolean =>
      element.getAttribute("aria-label") === loading ||
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.includes(loading));
    return ![...document.querySelectorAll("body *")].some((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top < innerHeight && bottom > 0 && isWaiting(element);
    });
  }, texts.loading);
  await drawn(page);
}

async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  });
}

describeInBrowser("every page", () => {
  let browser: ConsoleBrowser;
  let opened: ConsolePage;
  let resources: ExampleResources;

  beforeAll(async () => {
    browser = await launchConsoleBrowser();
    const api = await browser.api();
    // A cloud that has gone on running since an earlier run has the trainings of that run.
    const kept = (await api.call("GET", `/training-jobs?state=READY&q=${trainingName.replaceAll(" ", "%20")}`)).json(
      shapes.list(shapes.trainingJob),
    );
    const jobOf = async (place: number): Promise<string> =>
      kept.items[place]?.id ?? (await beginTraining(api, { name: trainingName, epochs: 2 }));
    const trainingJobIds = [await jobOf(0), await jobOf(1)] as const;
    const body = {
      name: "Ode to Joy, re-written",
      technique: "ar-cnn",
      modelId: "ar-cnn-bach",
      input: { sampleMelodyId: "ode-to-joy" },
    };
    const composition = await endedComposition(api, { ...body, seed: 1 });
    const variation = await endedComposition(api, { ...body, seed: 2 });
    for (const id of trainingJobIds)
      await api.pollUntil(`/training-jobs/${id}`, shapes.trainingJob, ({ state }) => state === "READY", 300);
    const share = await api.call("POST", `/compositions/${composition.id}/share`, { json: { days: 1 } });
    const { token: shareToken } = share.json(compositionShareSchema);
    resources = {
      compositionId: composition.id,
      variationId: variation.id,
      shareToken,
      modelId: "unet-gan-bach",
      trainingJobIds,
      datasetId: await readDataset(browser, api),
    };
    if (takesPictures) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    }
    opened = await browser.open();
    await opened.page.goto(opened.at("/about"));
    await signIn(opened);
  });
  afterAll(async () => {
    await browser.close();
    if (takesPictures) console.log(`Pictures of every page are in ${folder}.`);
  });

  test.each(exampleViews)("$name", async ({ name, path }) => {
    const { page, at, takeErrors } = opened;
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(at(path(resources)));
    await settled(page);
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const size of sizes) {
        const { width, height } = size;
        // Colors are the same at all widths, so the dark page is looked at once.
        if (colorScheme === "dark" && size.rules.dark === undefined) continue;
        await page.setViewportSize({ width, height });
        await drawn(page);
        const view = `${name}-${colorScheme}-${width}`;
        const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
        if (scrolled > width) found.push(`${view}: the page is ${scrolled} px wide`);
        const rules = size.rules[colorScheme];
        if (rules === undefined && !takesPictures) continue;
        // The whole page is shown at once, in which what sticks to an edge of the window lies at its own place.
        const whole = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ width, height: Math.min(Math.max(height, whole), tallestPicture) });
        await settled(page);
        if (takesPictures) await page.screenshot({ path: join(folder, `${view}.png`) });
        if (rules === undefined) continue;
        found.push(...(await axeFindings(page, rules)).map((violation) => `${view}: ${violation}`));
      }
    }
    // The width of a desktop at 200 and at 400 %.
    for (const width of enlargedWidths) {
      await page.setViewportSize({ width, height: 450 });
      await drawn(page);
      const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
      if (scrolled > width) found.push(`${name} at ${width}: the page is ${scrolled} px wide`);
      if (width === widthAt200Percent)
        found.push(...(await cutOffControls(page)).map((control) => `${name} at 200 % cuts off ${control}`));
    }
    expect([...found, ...takeErrors()]).toEqual([]);
  });
});
