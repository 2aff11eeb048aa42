/** What axe finds on a page against WCAG 2.2 AA. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const rulesOfColors = ["color-contrast", "link-in-text-block"];
/** All rules, those of colors alone, or all but those, which take most of the time. */
export type RuleSet = "all" | "colors" | "all but colors";
const axeOptions: Readonly<Record<RuleSet, Parameters<AxeBuilder["options"]>[0]>> = {
  // axe leaves the size of targets out unless it is named.
  all: { runOnly: { type: "tag", values: levels }, rules: { "target-size": { enabled: true } } },
  colors: { runOnly: { type: "rule", values: rulesOfColors } },
  "all but colors": {
    runOnly: { type: "tag", values: levels },
    rules: {
      "target-size": { enabled: true },
      ...Object.fromEntries(rulesOfColors.map((id) => [id, { enabled: false }])),
    },
  },
};

/**
 * Returns a line for each finding.
 *
 * axe is not asked about the elements that it finds right, and puts its results together in the page itself and not in a new
 * page each time, which it would do for pages with frames. That saves two thirds of its time.
 *
 * @throws Error for a page with a frame
 */
export async function axeFindings(page: Page, rules: RuleSet = "all"): Promise<readonly string[]> {
  if (page.frames().length > 1)
    throw new Error("The page has a frame, into which axe does not look as it is asked here.");
  const options = { ...axeOptions[rules], resultTypes: ["violations" as const] };
  const { violations } = await new AxeBuilder({ page }).options(options).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
  );
}

/** Asks all rules of the light page, and those of colors of the dark one, which has the same elements at the same places. */
export async function axeFindingsInBothModes(page: Page): Promise<readonly string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  const light = await axeFindings(page);
  await page.emulateMedia({ colorScheme: "dark" });
  // Colors that fade from one to the other are none that stay.
  await page.waitForFunction(() => document.documentElement.dataset["mode"] === "dark");
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map(async ({ finished }) => await finished.catch(() => undefined)));
  });
  const dark = await axeFindings(page, "colors");
  await page.emulateMedia({ colorScheme: "light" });
  return [...light, ...dark.map((found) => `in the dark: ${found}`)];
}
