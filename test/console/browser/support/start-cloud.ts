import { findChromium } from "../../../support/chromium";
import { consoleCloud } from "./suite-cloud";

/** Before the suite. Without a browser its tests are skipped, and need no cloud. */
export default async function startConsoleCloud(): Promise<void> {
  if (findChromium() !== undefined) await consoleCloud.start();
}
