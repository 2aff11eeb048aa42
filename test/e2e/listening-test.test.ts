/** The page of `npm run listening-test` in a browser: every pair is played and answered, and the saved answers are scored. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import * as z from "zod";
import { repository } from "../../tools/repository";
import { findChromium } from "../support/chromium";

const executablePath = findChromium();
const withBrowser = executablePath === undefined ? describe.skip : describe;

/** Writes a page of three trials and its key, as the command does with the chorales of the data set. */
const writeTest = `
import json, sys
from pathlib import Path
from opencomposer_evaluation.listening.page import key_document, listening_page, played_document
from opencomposer_evaluation.listening.trials import Trial
trials = [Trial("a", "ours", "before"), Trial("b", "bach", "ours"), Trial("a", "before", "bach")]
note = lambda pitch: [(0, 2, 69, 0), (0, 2, pitch, 1)]
music = {piece: {"bach": note(57), "ours": note(45), "before": note(33)} for piece in ("a", "b")}
test = played_document(trials, music)
key = key_document(test, trials, technique="ar-cnn", seed=1, model_sha256="a" * 64)
folder = Path(sys.argv[1])
folder.joinpath("index.html").write_text(listening_page(test), encoding="utf-8")
folder.joinpath("key.json").write_text(json.dumps(key), encoding="utf-8")
`;

/** Keeps the frequencies of the page's oscillators, each when it is started. The tests' types know no browser. */
const recordOscillators = `
globalThis.started = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  started.push(Math.round(this.frequency.value));
  return start.apply(this, when);
};
`;

const answersSchema = z.strictObject({
  test: z.string(),
  answers: z.array(
    z.strictObject({ trial: z.int(), choice: z.string(), playsOfA: z.int().min(1), playsOfB: z.int().min(1) }),
  ),
});

withBrowser("the page of a listening test", () => {
  const python = join(repository, ".venv", "training", "bin", "python");
  let folder: string;
  let browser: Browser;
  let page: Page;
  const requested: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "listening-test-"));
    execFileSync(python, ["-c", writeTest, folder]);
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--autoplay-policy=no-user-gesture-required"],
    });
    page = await browser.newPage({ acceptDownloads: true });
    page.on("request", (request) => requested.push(request.url()));
    // What the page plays: the frequencies of its oscillators, each when it begins.
    await page.addInitScript({ content: recordOscillators });
    await page.goto(pathToFileURL(join(folder, "index.html")).href);
  }, 600_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const frequencies = async (): Promise<unknown> => await page.evaluate("started.splice(0)");
  const saved = async (name: string): Promise<string> => {
    const [download] = await Promise.all([page.waitForEvent("download"), button(name).click()]);
    return readFileSync(await download.path(), "utf8");
  };

  /** Reloads the page until it goes on at this pair: the browser stores in its own time. */
  const reloadUntilKept = async (pair: string): Promise<void> => {
    for (const deadline = Date.now() + 240_000; ;) {
      await page.reload();
      await button("Begin").click();
      if (await page.getByText(pair).isVisible()) return;
      if (Date.now() > deadline) throw new Error(`the page does not go on at ${pair}`);
    }
  };

  test("asks for a choice only after both were heard, goes on after a reload, and saves what can be scored", async () => {
    await button("Begin").click();
    await page.getByText("Pair 1 of 3").waitFor();
    expect(await button("A is better").isDisabled()).toBe(true);
    await button("Play A").click();
    await page.getByText("Playing A.").waitFor();
    // The partials of the tune (440 Hz) and of the voice of this kind (110 Hz).
    expect(await frequencies()).toEqual([440, 880, 1320, 110, 220, 330]);
    expect(await button("A is better").isDisabled()).toBe(true);
    await button("Play B").click();
    expect(await frequencies()).toEqual([440, 880, 1320, 55, 110, 165]);
    await button("Stop").click();
    await button("A is better").click();

    await page.getByText("Pair 2 of 3").waitFor();
    await reloadUntilKept("Pair 2 of 3");
    for (const choice of ["B is better", "No difference"]) {
      await button("Play A").click();
      await button("Play B").click();
      await button(choice).click();
    }
    await page.getByText("That was all.").waitFor();

    const csv = await saved("Save as a table (CSV)");
    expect(csv.split("\r\n")).toEqual(["trial,choice,playsOfA,playsOfB", "1,first,1,1", "2,second,1,1", "3,same,1,1"]);
    const json = await saved("Save the answers (JSON)");
    expect(answersSchema.parse(JSON.parse(json)).answers.map(({ choice }) => choice)).toEqual([
      "first",
      "second",
      "same",
    ]);
    const file = join(folder, "answers.json");
    writeFileSync(file, json);
    const command = ["-m", "opencomposer_evaluation.listening", "--score", file, "--key", join(folder, "key.json")];
    const result = execFileSync(python, command, { encoding: "utf8" });
    expect(result).toContain("| ours now – release 0.2 | 1 | 0 | 0 | 1.00 [0.21, 1.00] | 1.000 |");
    expect(result).toContain("| ours now – Bach | 1 | 0 | 0 | 1.00 [0.21, 1.00] | 1.000 |");
    expect(result).toContain("| release 0.2 – Bach | 0 | 0 | 1 | no answer prefers one | – |");
    expect(requested.filter((url) => !url.startsWith("file:") && !url.startsWith("blob:"))).toEqual([]);
  }, 600_000);
});
