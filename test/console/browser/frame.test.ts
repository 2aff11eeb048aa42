import { until } from "../../e2e/until";
import { axeFindings } from "./support/axe-findings";
import { describeInBrowser, signIn } from "./support/console-browser";
import { pagesOfEachTest } from "./support/page-of-each-test";

const routes = [
  { path: "/compositions", heading: "Compositions" },
  { path: "/melodies", heading: "Melodies" },
  { path: "/models", heading: "Models" },
  { path: "/training", heading: "Training" },
  { path: "/learn", heading: "Learn" },
  { path: "/about", heading: "About" },
];

describeInBrowser("the frame", () => {
  const tab = pagesOfEachTest();

  const heading = (name: string) => tab.opened.page.getByRole("heading", { level: 1, name });
  const mode = async () => await tab.opened.page.evaluate(() => document.documentElement.dataset["mode"]);

  test("each page is opened by its address, reloads to itself, has a title of its own, and keeps nobody out who is signed out", async () => {
    const { page, at } = await tab.open();
    for (const { path, heading: name } of routes) {
      await page.goto(at(path));
      await heading(name).waitFor();
      expect(page.url()).toBe(at(path));
      expect(await page.title()).toBe(`${name} · OpenComposer`);
      expect(
        await page.getByRole("navigation", { name: "Main" }).locator("[aria-current=page]").allTextContents(),
      ).toEqual([name]);
      expect([path, ...(await axeFindings(page))]).toEqual([path]);
    }
    await page.reload();
    await heading("About").waitFor();
    expect(page.url()).toBe(at("/about"));
  });

  test("what is injected into a page does not run: neither script nor style nor handler, from the page or from elsewhere", async () => {
    const { page, at, takeErrors } = await tab.open();
    await page.goto(at("/about"));
    await heading("About").waitFor();
    const blocked = await page.evaluate(async () => {
      const directives: string[] = [];
      addEventListener("securitypolicyviolation", ({ effectiveDirective }) => directives.push(effectiveDirective));
      const add = (tag: string, attributes: Readonly<Record<string, string>>, text = ""): void => {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
        element.textContent = text;
        document.body.append(element);
      };
      add("script", {}, "globalThis.injectedBy = 'a script'");
      add("script", { src: "http://localhost:9/injected.js" });
      add("style", {}, "body { opacity: 0.5 }");
      add("button", { id: "injected", onclick: "globalThis.injectedBy = 'a handler'" });
      document.getElementById("injected")?.click();
      while (directives.length < 4) await new Promise((resume) => setTimeout(resume, 20));
      const { opacity } = getComputedStyle(document.body);
      return { directives: directives.toSorted(), hasRun: Reflect.has(globalThis, "injectedBy"), opacity };
    });
    expect(blocked).toEqual({
      directives: ["script-src-attr", "script-src-elem", "script-src-elem", "style-src-elem"],
      hasRun: false,
      opacity: "1",
    });
    // A script that had been asked for would be one more error: nothing listens there.
    expect(takeErrors().filter((error) => !error.includes("Content Security Policy"))).toEqual([]);
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

  test("where the navigation is wider than the window, it scrolls and the page does not", async () => {
    const { page, at } = await tab.open({ viewport: { width: 240, height: 844 } });
    await page.goto(at("/about"));
    await heading("About").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(240);
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
    await first.waitFor();
    expect(await page.getByText("The API does not answer").count()).toBe(0);
    expect(tab.opened.takeErrors().filter((error) => !error.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  });
});
