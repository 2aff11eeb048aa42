/** What the tests of most pages begin with: one browser for the block, a page of its own for each test. */
import type { ApiSession } from "../../../e2e/api-session";
import { type ConsoleBrowser, type ConsolePage, launchConsoleBrowser, signIn } from "./console-browser";

export interface PageOfEachTest {
  readonly browser: ConsoleBrowser;
  /** The page of the test that runs. It is closed afterwards, which fails if an error was told that the test did not take. */
  readonly opened: ConsolePage;
  /** The API as the demo user has it, without the browser. */
  readonly api: ApiSession;
  /** Opens a path of the console and signs the demo user in there. */
  readonly show: (path: string) => Promise<void>;
}

/** Call it once in a block of tests, before they run. What it returns changes with each test. */
export function pageOfEachTest(): PageOfEachTest {
  const missing = (): never => {
    throw new Error("There is a page only while a test runs.");
  };
  const current: { browser?: ConsoleBrowser; opened?: ConsolePage; api?: ApiSession } = {};
  const tab: PageOfEachTest = {
    get browser() {
      return current.browser ?? missing();
    },
    get opened() {
      return current.opened ?? missing();
    },
    get api() {
      return current.api ?? missing();
    },
    show: async (path) => {
      await tab.opened.page.goto(tab.opened.at(path));
      await signIn(tab.opened);
    },
  };
  beforeAll(async () => {
    current.browser = await launchConsoleBrowser();
    current.api = await current.browser.api();
  });
  beforeEach(async () => {
    current.opened = await tab.browser.open();
  });
  afterEach(async () => {
    await current.opened?.close();
  });
  afterAll(async () => {
    await current.browser?.close();
  });
  return tab;
}
