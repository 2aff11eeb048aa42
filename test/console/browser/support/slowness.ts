/**
 * Limits of time on machines that are busy or slow. The research states its limits, such as three seconds until the first melody is
 * drawn, for an idle machine of two cores. A test allows that limit as many times as the same machine is slower at the
 * moment, by a piece of work that is always the same and that is measured in the same page in the same test.
 */
import type { Page } from "playwright-core";

/** What the piece of work takes on an idle core of an AMD EPYC. */
const idleMilliseconds = 20;

/** Returns how many times longer than on an idle machine a page's work takes now: 1 or more. */
export async function slowness(page: Page): Promise<number> {
  const longest = await page.evaluate(() => {
    const times = [0, 1, 2, 3, 4].map((seed) => {
      const begun = performance.now();
      let value = seed;
      for (let step = 0; step < 1_000_000; step += 1) value = (value * 16_807 + 1) % 2_147_483_647;
      // What nobody uses is not computed.
      return performance.now() - begun + (value < 0 ? 1 : 0);
    });
    return Math.max(...times);
  });
  return Math.max(1, longest / idleMilliseconds);
}
