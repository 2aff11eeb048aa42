/** What tests of pages begin with: one browser for the block, pages of their own for each test. */
import type { ApiSession } from "../../../e2e/api-session";
import { type ConsoleBrowser, type ConsolePage, launchConsoleBrowser, signIn } from "./console-browser";
import { openStudio } from "./studio";

export interface PagesOfEachTest {
  readonly browser: ConsoleBrowser;
  /** The API as the demo user has it, without the browser. */
  readonly api: ApiSession;
  /**
   * The page that the running test has opened last. After the test all of its pages are closed, which fails if the browser
   * told of an error that the test did not take.
   */
  readonly opened: ConsolePage;
  /** Opens a browser's session of its own: see {@link ConsoleBrowser.open}. */
  readonly open: ConsoleBrowser["open"];
  /** Opens a path of the console in the page that was opened last, and signs the demo user in there. */
  readonly show: (path: string) => Promise<void>;
  /** Opens the studio in a session of its own: see {@link openStudio}. */
  readonly openStudio: (options?: Parameters<typeof openStudio>[1]) => Promise<ConsolePage>;
}

/**
 * Each test opens its pages with options of its own. Call it once in a block of tests, before they run. What it returns
 * changes with each test.
 */
export function pagesOfEachTest(): PagesOfEachTest {
  const missing = (): never => {
    throw new Error("There is no page: it is opened by a test, and closed after it.");
  };
  const current: { browser?: ConsoleBrowser; api?: ApiSession } = {};
  let all: readonly ConsolePage[] = [];
  const keep = (opened: ConsolePage): ConsolePage => {
    all = [...all, opened];
    return opened;
  };
  const pages: PagesOfEachTest = {
    get browser() {
      return current.browser ?? missing();
    },
    get api() {
      return current.api ?? missing();
    },
    get opened() {
      return all.at(-1) ?? missing();
    },
    open: async (options) => keep(await pages.browser.open(options)),
    show: async (path) => {
      await pages.opened.page.goto(pages.opened.at(path));
      await signIn(pages.opened);
    },
    openStudio: async (options) => keep(await openStudio(pages.browser, options)),
  };
  beforeAll(async () => {
    current.browser = await launchConsoleBrowser();
    current.api = await current.browser.api();
  });
  afterEach(async () => {
    const opened = all;
    all = [];
    for (const page of opened) await page.close();
  });
  afterAll(async () => {
    await current.browser?.close();
  });
  return pages;
}

/** As {@link pagesOfEachTest}, with a page that is open, on the first page of the console, when a test begins. */
export function pageOfEachTest(): PagesOfEachTest {
  const pages = pagesOfEachTest();
  beforeEach(async () => {
    await pages.open();
  });
  return pages;
}
