/** A person who has a keyboard and no mouse. */
import type { Locator, Page } from "playwright-core";

const mostStops = 150;

/**
 * Says whether what has the focus, or what stands around it, looks another way than without it. A ring may be drawn by
 * the element, by one of its pseudo-elements, or by the label or box that it stands in.
 */
const isFocusSeen = async (page: Page): Promise<boolean> =>
  await page.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement)) return false;
    const around = [focused, focused.parentElement, focused.parentElement?.parentElement].flatMap((element) =>
      element instanceof HTMLElement ? [element, ...element.children] : [],
    );
    const look = (): string =>
      around
        .flatMap((element) =>
          [undefined, "::before", "::after"].map((pseudo) => {
            const { outline, boxShadow, borderColor, background, content } = getComputedStyle(element, pseudo);
            return [outline, boxShadow, borderColor, background, content].join();
          }),
        )
        .join("\n");
    const withFocus = look();
    focused.blur();
    const without = look();
    // The keyboard goes on from where it was.
    focused.focus();
    return withFocus !== without;
  });

/**
 * Presses Tab until the element has the focus.
 * @returns what it has passed without anything to see of the focus
 * @throws Error with the stops when the element is not among them
 */
export async function tabTo(page: Page, wanted: Locator): Promise<readonly string[]> {
  await wanted.waitFor();
  const stops: string[] = [];
  const unseen: string[] = [];
  for (let stop = 0; stop < mostStops; stop += 1) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const focused = document.activeElement;
      return `${focused?.tagName ?? "nothing"} ${focused?.getAttribute("aria-label") ?? focused?.textContent ?? ""}`;
    });
    stops.push(name);
    if (name.startsWith("BODY")) continue;
    if (!(await isFocusSeen(page))) unseen.push(name);
    if (await wanted.evaluate((element) => element === document.activeElement)) return unseen;
  }
  throw new Error(`Tab does not come to the element. It came to:\n${stops.join("\n")}`);
}
