/** The console in a real browser, on the suite's local cloud. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type ApiSession, openSession, tokensOf } from "../../../e2e/api-session";
import type { Outputs } from "../../../e2e/running-cloud";
import { findChromium } from "../../../support/chromium";
import { consoleCloud } from "./suite-cloud";

const executablePath = findChromium();

/** Describes tests in the browser. Without one they are reported as skipped. */
export const describeInBrowser = executablePath === undefined ? describe.skip : describe;

/** How long a test waits for what a page is to show. Only a page that hangs takes so long, on the busiest machine, too. */
export const patienceMilliseconds = 240_000;

export interface ConsolePage {
  readonly page: Page;
  /** The address of a page of the console. */
  readonly at: (path: string) => string;
  /** Every address that the page has asked for. */
  readonly requested: readonly string[];
  /** What the browser has told as an error since the page was opened or since the last call. */
  readonly takeErrors: () => readonly string[];
  /** Closes the page. @throws Error if the browser has told of an error that no test took */
  readonly close: () => Promise<void>;
}

export interface ConsoleBrowser {
  readonly outputs: Outputs;
  /** Opens a browser's own session. With `isKnown` it has visited the address that `npm start` prints. */
  readonly open: (options?: { readonly isKnown?: boolean } & BrowserContextOptions) => Promise<ConsolePage>;
  readonly api: () => Promise<ApiSession>;
  readonly close: () => Promise<void>;
}

export async function launchConsoleBrowser(): Promise<ConsoleBrowser> {
  const outputs = consoleCloud.outputs();
  const browser: Browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
  });
  const { origin } = new URL(outputs.consoleUrl);
  return {
    outputs,
    open: async ({ isKnown = true, ...options } = {}) => {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(patienceMilliseconds);
      const page = await context.newPage();
      const requested: string[] = [];
      let errors: string[] = [];
      page.on("request", (request) => requested.push(request.url()));
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
      });
      const takeErrors = (): readonly string[] => {
        const taken = errors;
        errors = [];
        return taken;
      };
      if (isKnown) await page.goto(outputs.consoleUrl);
      return {
        page,
        at: (path) => `${origin}${path}`,
        requested,
        takeErrors,
        close: async () => {
          await context.close();
          const left = takeErrors();
          if (left.length > 0) throw new Error(`The browser told of errors:\n${left.join("\n")}`);
        },
      };
    },
    api: async () => openSession(outputs, (await tokensOf(outputs, outputs.demoUser)).AccessToken),
    close: async () => {
      await browser.close();
    },
  };
}

/** Presses the header's "Sign in" as the user of the printed address, who needs no password. */
export async function signIn({ page }: ConsolePage): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("banner").getByRole("button", { name: "Sign out" }).waitFor();
}
