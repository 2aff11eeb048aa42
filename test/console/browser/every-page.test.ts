/**
 * Every page of the route table, in light and dark and on a phone, a tablet and a desktop: nothing that axe finds
 * against WCAG 2.2 AA, no scrolling sideways, no error in the console. A picture of each is written to
 * `.cache/console-screenshots`, so that a person can look at all of them after a change.
 *
 * A page is loaded once and then resized and recolored, which a user does, too, and which saves most of the time.
 * What axe finds depends on the width, because other things are shown, and on the colors: in the dark mode the same
 * elements stand at the same places, so that there only the rules about color are asked again.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { texts } from "../../../console/src/texts/en";
import { begun, endedComposition, shapes } from "../../e2e/api-session";
import { repository } from "../../e2e/running-cloud";
import {
  type ConsoleBrowser,
  type ConsolePage,
  describeInBrowser,
  launchConsoleBrowser,
  signIn,
} from "./support/console-browser";
import { type ExampleResources, exampleViews } from "./support/example-views";

const sizes = [
  { width: 1440, height: 900 },
  { width: 834, height: 1112 },
  { width: 390, height: 844 },
];
const enlargedWidths = [720, 320];
const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const folder = join(repository, ".cache/console-screenshots");

/** Waits until everything that the page loads at first is there, and is drawn. */
async function settled(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction((loading) => {
    const waiting = document.querySelector(`[aria-label="${loading}"]`);
    return waiting === null && !document.body.innerText.includes(loading);
  }, texts.loading);
  await drawn(page);
}

const drawn = async (page: Page): Promise<void> =>
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  });

const wholeRules: RunOptions = {
  runOnly: { type: "tag", values: levels },
  // axe leaves this one out unless it is named.
  rules: { "target-size": { enabled: true } },
};
const colorRules: RunOptions = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };

async function findings(page: Page, rules: RunOptions): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).options(rules).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
  );
}

describeInBrowser("every page", () => {
  let browser: ConsoleBrowser;
  let opened: ConsolePage;
  let resources: ExampleResources;

  beforeAll(async () => {
    browser = await launchConsoleBrowser();
    const api = await browser.api();
    const training = {
      technique: "unet-gan",
      topics: { key: ["c-major"] },
      hyperparameters: { epochs: 2, batchSize: 8 },
    };
    const trainingJobIds = [
      await begun(api, "/training-jobs", { name: "Two epochs in C major", ...training }),
      await begun(api, "/training-jobs", { name: "Two more epochs in C major", ...training }),
    ] as const;
    const composition = await endedComposition(api, {
      name: "Ode to Joy, re-written",
      technique: "ar-cnn",
      modelId: "ar-cnn-bach",
      input: { sampleMelodyId: "ode-to-joy" },
    });
    for (const id of trainingJobIds)
      await api.pollUntil(`/training-jobs/${id}`, shapes.trainingJob, ({ state }) => state === "READY", 300);
    resources = { compositionId: composition.id, modelId: "unet-gan-bach", trainingJobIds };
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    opened = await browser.open();
    await opened.page.goto(opened.at("/about"));
    await signIn(opened);
  });
  afterAll(async () => {
    await browser.close();
    console.log(`Pictures of every page are in ${folder}.`);
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
        await page.setViewportSize(size);
        await drawn(page);
        const view = `${name}-${colorScheme}-${size.width}`;
        const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
        if (scrolled > size.width) found.push(`${view}: the page is ${scrolled} px wide`);
        // A picture of the whole page, in which what sticks to an edge of the window lies at its own place.
        const whole = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ ...size, height: Math.max(size.height, whole) });
        await drawn(page);
        await page.screenshot({ path: join(folder, `${view}.png`) });
        const violations = await findings(page, colorScheme === "dark" ? colorRules : wholeRules);
        found.push(...violations.map((violation) => `${view}: ${violation}`));
      }
    }
    // The width of a desktop at 200 and at 400 %.
    for (const width of enlargedWidths) {
      await page.setViewportSize({ width, height: 450 });
      await drawn(page);
      const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
      if (scrolled > width) found.push(`${name} at ${width}: the page is ${scrolled} px wide`);
    }
    expect([...found, ...takeErrors()]).toEqual([]);
  });
});
