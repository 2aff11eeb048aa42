/**
 * Takes README's picture, `docs/studio.png`: the studio of the running local cloud with a piece that the U-Net GAN has written.
 *
 *     npm start          # in another terminal
 *     npm run picture
 *
 * The piece has a fixed seed, so that the picture changes with the console and with the model alone. It is kept.
 */
import { join } from "node:path";
import { chromium } from "playwright-core";
import { readOutputs } from "../../local/outputs";
import { type CommandUsage, readArguments, runCommand } from "../../tools/command-line";
import { findChromium } from "../support/chromium";

const repository = join(__dirname, "..", "..");
const seed = 1989909578;
/** As wide as a desktop, and so high that what follows the stage is seen to begin. */
const viewport = { width: 1440, height: 960 };

const usage = {
  command: "npm run picture",
  does: "Takes the picture of README.md, docs/studio.png, of the local cloud that runs.",
  options: {},
  examples: [{ given: "", does: "writes docs/studio.png" }],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  readArguments(usage);
  const folder = process.env["OPENCOMPOSER_LOCAL_DIR"] ?? join(repository, ".local");
  const outputs = readOutputs(join(folder, "outputs.json"));
  if (outputs === undefined)
    throw new Error(`No local cloud runs in ${folder}. Start one in another terminal: npm start`);
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("There is no Chromium. Set CHROMIUM to the path of one.");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport, colorScheme: "light" });
    await page.goto(outputs.consoleUrl);
    const banner = page.getByRole("banner");
    await banner.getByRole("button", { name: "Sign in" }).click();
    await banner.getByRole("button", { name: "Sign out" }).waitFor();
    await page.goto(new URL("/studio", outputs.consoleUrl).href);
    await page.locator(".stage .roll[aria-label]").waitFor();
    await page.getByRole("spinbutton", { name: "Seed" }).fill(String(seed));
    await page.getByRole("button", { name: "Compose", exact: true }).click();
    await page.getByRole("button", { name: "Result", pressed: true }).waitFor({ timeout: 120_000 });
    await page.getByRole("button", { name: "Mute Bass" }).waitFor();
    await page.getByRole("region", { name: "How it is played" }).waitFor();
    await page.evaluate(async () => {
      await document.fonts.ready;
    });
    const path = join(repository, "docs/studio.png");
    await page.screenshot({ path });
    console.log(`${path} is written. Look at it before it is committed.`);
  } finally {
    await browser.close();
  }
}

runCommand(main);
