/** What is cut off on a page that is enlarged. */
import type { Page } from "playwright-core";

/**
 * Returns a line for each control or heading that lies outside the window, or that does not show its whole text.
 * The navigation, the tabs of the stage and the tracks scroll by themselves.
 */
export const cutOffControls = async (page: Page): Promise<readonly string[]> =>
  await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a, select, input, h1, h2, h3")].flatMap((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      const scrolls = element.closest(".navigation, .tracks, .skip-link") !== null;
      const isOutside = width > 0 && !scrolls && (left < 0 || right > innerWidth);
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isCut = element.scrollWidth > element.clientWidth + 1 && overflowX === "hidden";
      // A user's own name of any length ends in an ellipsis, and its label tells it whole.
      const isShort = isCut && !(textOverflow === "ellipsis" && element.ariaLabel !== null);
      const what = element.getAttribute("aria-label") ?? element.textContent;
      return isOutside || isShort ? [`${element.tagName} ${what}: ${left} to ${right}`] : [];
    }),
  );
