import { axeFindings } from "./support/axe-findings";
import { describeInBrowser, signIn } from "./support/console-browser";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { storedUser, withStoredUser } from "./support/stored-user";
import { eventually, stageCounts } from "./support/studio";

describeInBrowser("signing in", () => {
  const tab = pagesOfEachTest();

  const signOutButton = () => tab.opened.page.getByRole("banner").getByRole("button", { name: "Sign out" });

  test("the first page is shown without signing in, and asks nobody but this machine", async () => {
    await tab.open();
    await tab.opened.page.getByRole("heading", { level: 1 }).waitFor();
    await tab.opened.page.waitForLoadState("networkidle");
    expect(tab.opened.requested.length).toBeGreaterThan(3);
    expect(
      tab.opened.requested.filter((url) => !url.startsWith("http://127.0.0.1:") && !url.startsWith("data:")),
    ).toEqual([]);
  });

  test("one click signs the user of the printed address in, and leads back to the page and the query that were left", async () => {
    const { page, at } = await tab.open();
    await page.goto(at("/melodies?q=no-such-melody"));
    await signIn(tab.opened);
    await page.waitForURL(at("/melodies?q=no-such-melody"));
    await page.getByText("Nothing fits these filters.").waitFor();
    expect(await page.getByRole("textbox", { name: "Find by name" }).or(page.getByRole("searchbox")).inputValue()).toBe(
      "no-such-melody",
    );
    expect(page.url()).not.toContain("code=");
    const user = await storedUser(page);
    expect(user?.["access_token"]).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("oidc.")))).toEqual([]);
  });

  test("whoever does not have the printed address types name and password", async () => {
    const { page, at } = await tab.open({ isKnown: false });
    const { username, password } = tab.browser.outputs.secondUser;
    await page.goto(at("/compositions"));
    await page.getByRole("banner").getByRole("button", { name: "Sign in" }).click();
    await page.fill("input[name=username]", username);
    await page.fill("input[name=password]", password);
    await page.click("button[type=submit], input[type=submit]");
    await signOutButton().waitFor();
    await page.waitForURL(at("/compositions"));
    await page.getByText(username, { exact: true }).waitFor();
    // This user has nothing yet.
    for (const [path, words] of [
      ["/melodies", /^You have no melodies yet/],
      ["/training", /^You have not trained a model yet/],
    ] as const) {
      await page.goto(at(path));
      await page.getByText(words).waitFor();
      expect([path, ...(await axeFindings(page))]).toEqual([path]);
    }
  });

  test("a page that is reloaded stays signed in; signing out forgets the tokens", async () => {
    const { page, at } = await tab.open();
    await page.goto(at("/melodies"));
    await signIn(tab.opened);
    await page.reload();
    await signOutButton().click();
    await page.getByRole("banner").getByRole("button", { name: "Sign in" }).waitFor();
    expect(await storedUser(page)).toBeUndefined();
  });

  test("a token that the API refuses is renewed once for all requests of a page", async () => {
    const { page, at, requested } = await tab.open();
    await page.goto(at("/compositions"));
    await signIn(tab.opened);
    await page.getByRole("list", { name: "Compositions" }).waitFor();
    await withStoredUser(page, (user) => ({ ...user, access_token: String(user["access_token"]).slice(0, -8) }));
    const before = requested.length;
    await page.reload();
    await page.getByRole("list", { name: "Compositions" }).getByRole("listitem").first().waitFor();
    const since = requested.slice(before);
    expect(since.filter((url) => url.startsWith(tab.browser.outputs.apiUrl)).length).toBeGreaterThanOrEqual(4);
    expect(since.filter((url) => new URL(url).pathname === "/oauth2/token")).toHaveLength(1);
    expect(await signOutButton().isVisible()).toBe(true);
    // The browser tells of each refusal. There is nothing else.
    expect(tab.opened.takeErrors().filter((error) => !error.includes("401"))).toEqual([]);
  });

  test("a session that cannot be renewed leaves the page as it is, and offers to sign in again", async () => {
    const { page, at } = await tab.open();
    const nameOfThePiece = page.getByRole("textbox", { name: "Name of the piece" });
    const notes = async () => (await stageCounts(page))?.notes;
    await page.goto(at("/studio"));
    await signIn(tab.opened);
    await eventually(notes, (count) => count === 42);
    await nameOfThePiece.fill("Not to be lost");
    await page.locator(".stage .roll").focus();
    for (const key of ["ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await eventually(notes, (count) => count === 43);
    const isKept = async (): Promise<void> => {
      await eventually(notes, (count) => count === 43);
      expect(await nameOfThePiece.inputValue()).toBe("Not to be lost");
    };
    await withStoredUser(page, (user) => ({ ...user, access_token: "cut", refresh_token: "revoked" }));
    await page.reload();
    const bar = page.getByRole("alert").filter({ hasText: "Your session has ended" });
    await bar.waitFor();
    await isKept();
    expect(tab.opened.takeErrors().filter((error) => !/40[01]/.test(error))).toEqual([]);
    await bar.getByRole("button", { name: "Sign in again" }).click();
    await bar.waitFor({ state: "detached" });
    await signOutButton().waitFor();
    await page.waitForURL((url) => url.pathname === "/studio");
    await isKept();
  });
});
