import { until } from "../../e2e/until";
import { describeInBrowser, signIn } from "./support/console-browser";
import { pagesOfEachTest } from "./support/page-of-each-test";

const routes = [
  { path: "/compositions", heading: "Compositions" },
  { path: "/melodies", heading: "Melodies" },
  { path: "/about", heading: "About" },
];

describeInBrowser("the frame", () => {
  const tab = pagesOfEachTest();

  const heading = (name: string) => tab.opened.page.getByRole("heading", { level: 1, name });
  const mode = async () => await tab.opened.page.evaluate(() => document.documentElement.dataset["mode"]);

  test.each(routes)("$path reloads to itself and has a title of its own", async ({ path, heading: name }) => {
    const { page, at } = await tab.open();
    await page.goto(at(path));
    await heading(name).waitFor();
    await page.reload();
    await heading(name).waitFor();
    expect(page.url()).toBe(at(path));
    expect(await page.title()).toBe(`${name} · OpenComposer`);
    expect(await page.getByRole("navigation", { name: "Main" }).locator("[aria-current=page]").textContent()).toBe(
      name,
    );
  });

  test("a page that does not exist says so and leads on; a missing file is no page", async () => {
    const { page, at } = await tab.open();
    await page.goto(at("/nowhere/at-all"));
    await page.getByText("Nothing is at /nowhere/at-all.").waitFor();
    await page.getByRole("link", { name: "Go to the first page" }).click();
    await page.waitForURL((url) => url.pathname !== "/nowhere/at-all");
    const missing = await fetch(at("/assets/missing-12345678.js"));
    expect(missing.status).toBe(404);
    expect(missing.headers.get("content-type")).toMatch(/^text\/plain/);
  });

  test("the keyboard skips past the header, and another page begins at its top", async () => {
    const { page, at } = await tab.open();
    await page.goto(at("/about"));
    await heading("About").waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
    await page.keyboard.press("Enter");
    const focused = async () => await page.evaluate(() => document.activeElement?.id);
    expect(await focused()).toBe("main");
    await page.getByRole("link", { name: "Melodies" }).click();
    await heading("Melodies").waitFor();
    expect(await focused()).toBe("main");
  });

  test("light and dark follow the system until the user chooses, which is remembered", async () => {
    const { page, at } = await tab.open({ colorScheme: "dark" });
    await page.goto(at("/about"));
    await heading("About").waitFor();
    expect(await mode()).toBe("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await until("the page is light", 10, async () => (await mode()) === "light");
    await page.getByRole("button", { name: "Dark" }).click();
    await page.reload();
    await heading("About").waitFor();
    expect(await mode()).toBe("dark");
    // Who chooses the system's mode follows the system again.
    await page.getByRole("button", { name: "Light" }).click();
    await page.emulateMedia({ colorScheme: "dark" });
    await until("the page is dark", 10, async () => (await mode()) === "dark");
  });

  test("on a phone the page does not scroll sideways, and the navigation does", async () => {
    const { page, at } = await tab.open({ viewport: { width: 390, height: 844 } });
    for (const { path, heading: name } of routes) {
      await page.goto(at(path));
      await heading(name).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    }
    await page.setViewportSize({ width: 240, height: 844 });
    const navigation = page.getByRole("navigation", { name: "Main" });
    expect(await navigation.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)).toBe(true);
    await navigation.getByRole("link", { name: "About" }).focus();
    expect(await navigation.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
  });

  test("without a usable config.json the page says what is wrong with it", async () => {
    const { page, at } = await tab.open();
    await page.route("**/config.json", async (route) => {
      await route.fulfill({ json: { apiUrl: "nowhere", region: "eu-west-1", version: "0.3.0" } });
    });
    await page.goto(at("/about"));
    const alert = page.getByRole("alert");
    await alert
      .getByText('apiUrl must be an address that begins with http:// or https://, and is "nowhere".')
      .waitFor();
    await alert.getByText("auth must be an object, and is missing.").waitFor();
  });

  test("while the API does not answer the page says so, and goes on by itself when it does", async () => {
    const { page, at } = await tab.open();
    await page.goto(at("/melodies"));
    await signIn(tab.opened);
    // The API's address is cut off in the browser, because the console and its API end together on this machine.
    const address = `${tab.browser.outputs.apiUrl}/**`;
    await page.route(address, async (route) => {
      await route.abort("connectionrefused");
    });
    await page.goto(at("/compositions"));
    await page.getByText("The API does not answer").waitFor();
    expect(await page.getByRole("banner").getByRole("button", { name: "Sign out" }).isVisible()).toBe(true);
    await page.unroute(address);
    // The page looks less and less often while the API is away.
    const first = page.getByRole("list", { name: "Compositions" }).getByRole("listitem").first();
    await first.waitFor({ timeout: 150_000 });
    expect(await page.getByText("The API does not answer").count()).toBe(0);
    expect(tab.opened.takeErrors().filter((error) => !error.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  });
});
