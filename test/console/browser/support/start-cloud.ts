/** Before the suite: one local cloud for all of its files, which name it by its folder. */
import { startCloud } from "../../../e2e/running-cloud";
import { findChromium } from "../../../support/chromium";
import { cloudVariable, keepCloud } from "./suite-cloud";

export default async function startSuiteCloud(): Promise<void> {
  // A cloud that runs already serves while tests are written: it is used as it is, and goes on running.
  if (findChromium() === undefined || process.env[cloudVariable] !== undefined) return;
  const cloud = await startCloud();
  process.env[cloudVariable] = cloud.directory;
  keepCloud(cloud);
}
