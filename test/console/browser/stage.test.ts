/**
 * The stage alone in a real browser, under the console's content security policy: it sounds, is muted, sought, drawn in
 * time and edited. What is heard is measured.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import type { PieceNote } from "../../../console/src/piece/piece";
import { until } from "../../e2e/until";
import { findChromium } from "../../support/chromium";
import type { StageChecks } from "../stage-check/stage-check";
import { slowness } from "./support/slowness";

declare global {
  var stageChecks: StageChecks;
}

const repository = join(__dirname, "..", "..", "..");
const sounds = join(repository, "console", ".generated", "public", "sounds");
const policy = [
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'",
  "img-src 'self' data: blob:; font-src 'self'; connect-src 'self' data:",
].join("; ");
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { cwd: repository, encoding: "utf8" });
  if (status !== 0) throw new Error(`${[program, ...args].join(" ")} ended with ${status}: ${stderr}`);
}

async function serve(folder: string): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://127.0.0.1");
    const file = join(folder, pathname === "/" ? "index.html" : pathname);
    if (!existsSync(file)) {
      response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
      return;
    }
    const type = types[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return { server, url: `http://127.0.0.1:${address.port}/` };
}

const program = findChromium();
const describeInBrowser = program === undefined ? describe.skip : describe;

describeInBrowser("the stage", () => {
  const folder = mkdtempSync(join(tmpdir(), "stage-check-"));
  let browser: Browser;
  let server: Server;
  let url: string;
  let page: Page;
  let faults: string[] = [];

  beforeAll(async () => {
    // The console's own build makes the sounds, once.
    if (!existsSync(sounds)) run("npm", "run", "build", "--workspace", "console");
    const vite = join("node_modules", "vite", "bin", "vite.js");
    const config = join("console", "vite.config.ts");
    run("node", vite, "build", "test/console/stage-check", "--config", config, "--outDir", folder);
    ({ server, url } = await serve(folder));
    browser = await chromium.launch({
      ...(program === undefined ? {} : { executablePath: program }),
      args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
    });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const open = async (query = ""): Promise<void> => {
    faults = [];
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(`${url}${query}`);
    await page.getByRole("application").waitFor();
  };
  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });

  const press = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
  /** Returns the loudest of some looks, for music has rests. */
  const loudness = async (): Promise<number> => {
    let most = 0;
    for (let look = 0; look < 12; look += 1) {
      most = Math.max(most, await page.evaluate(() => stageChecks.heard()));
      await page.waitForTimeout(60);
    }
    return most;
  };
  const untilLoud = async (): Promise<number> => {
    const begun = Date.now();
    while ((await page.evaluate(() => stageChecks.heard())) < 0.005) {
      if (Date.now() - begun > 30_000) throw new Error("Nothing was heard for 30 seconds.");
      await page.waitForTimeout(20);
    }
    return Date.now() - begun;
  };
  const melody = async (): Promise<readonly PieceNote[]> =>
    (await page.evaluate(() => stageChecks.piece())).tracks[0]?.notes ?? [];

  test("is heard when it plays, falls silent when it is muted or paused, and plays on from where it is sought", async () => {
    await open();
    await press("Play");
    console.log(`first sound after ${await untilLoud()} ms`);
    for (const voice of ["Soprano", "Alto", "Tenor", "Bass"]) await press(`Mute ${voice}`);
    await page.waitForTimeout(2500);
    expect(await loudness()).toBeLessThan(0.0005);
    await press("Mute Bass");
    expect(await loudness()).toBeGreaterThan(0.005);
    for (const voice of ["Soprano", "Alto", "Tenor"]) await press(`Mute ${voice}`);
    await press("Solo Alto");
    expect(await loudness()).toBeGreaterThan(0.003);
    // The ruler is the roll's upper edge: a click on it seeks.
    const before = await page.evaluate(() => stageChecks.position());
    const box = await page.getByRole("application").boundingBox();
    if (box === null) throw new Error("The roll has no place on the page.");
    await page.mouse.click(box.x + box.width - 200, box.y + 10);
    const position = async (): Promise<number> => await page.evaluate(() => stageChecks.position());
    // A busy page handles the click later.
    await until("the piece is sought", 20, async () => (await position()) - before > 4 * 1920);
    const after = await position();
    await until("it plays on from there", 20, async () => (await position()) > after);
    await press("Pause");
    await page.waitForTimeout(2500);
    expect(await loudness()).toBeLessThan(0.0005);
    const resting = await page.evaluate(() => stageChecks.position());
    await press("Play");
    await untilLoud();
    expect(await page.evaluate(() => stageChecks.position())).toBeGreaterThan(resting);
    await press("Pause");
  });

  test("plays on in time, at the same place, when another piece takes the place of the one that plays", async () => {
    await open();
    await press("Play");
    await untilLoud();
    const position = async (): Promise<number> => await page.evaluate(() => stageChecks.position());
    for (const beats of [4, 8]) {
      while ((await position()) < beats * 480) await page.waitForTimeout(50);
      const { before, after } = await page.evaluate(() => stageChecks.replaced());
      // 60 ms at 120 quarter notes a minute.
      expect(Math.abs(after - before)).toBeLessThan(0.12 * 480);
      await page.waitForTimeout(1500);
      // Three quarter notes later, and still on the way.
      const later = await position();
      expect(later).toBeGreaterThan(before + 1.5 * 480);
      expect(later).toBeLessThan(before + 6 * 480);
      await page.waitForTimeout(300);
      expect(await position()).toBeGreaterThan(later);
    }
    expect(await loudness()).toBeGreaterThan(0.003);
  });

  test("renders what is heard, as loud as a file should be, and nothing of a muted voice", async () => {
    await open();
    const all = await page.evaluate(() => stageChecks.rendered([]));
    expect(all).toMatchObject({ sampleRate: 44_100 });
    expect(all.rms).toBeGreaterThan(0.01);
    expect(all.peak).toBeCloseTo(10 ** (-1 / 20), 3);
    const bass = await page.evaluate(() => stageChecks.rendered([0, 1, 2]));
    expect(bass.rms).toBeGreaterThan(0.01);
    await expect(page.evaluate(() => stageChecks.rendered([0, 1, 2, 3]))).rejects.toThrow("Every track is muted");
    expect(await page.evaluate(() => stageChecks.wavHead())).toBe("RIFF");
    const [first = 0, second = 0] = await page.evaluate(() => stageChecks.mp3Head());
    const isFrame = first === 0xff && (second & 0xe0) === 0xe0;
    const isTagged = first === 0x49 && second === 0x44;
    expect(isFrame || isTagged).toBe(true);
  });

  test("draws 64 bars of four voices, and a replay of 25,600 edits, within the time of a frame", async () => {
    await open();
    const drawing = await page.evaluate(() => stageChecks.drawing());
    console.log(`p95 of drawing, in ms: ${JSON.stringify(drawing)}`);
    expect(drawing.notes).toBe(2048);
    // A frame of a screen that shows 60 in a second.
    const frame = 16 * (await slowness(page));
    expect(drawing.scroll).toBeLessThan(frame);
    expect(drawing.scrub).toBeLessThan(frame);
  });

  test("is edited by mouse: draw, move, stretch, delete, four times undone and done again", async () => {
    await open();
    const before = await melody();
    const roll = page.getByRole("application");
    const box = await roll.boundingBox();
    if (box === null) throw new Error("The roll has no place on the page.");
    const value = async (name: string): Promise<number[]> =>
      (await roll.getAttribute(`data-${name}`))?.split(",").map(Number) ?? [];
    const [bar = 0] = await value("bar");
    const [row = 0] = await value("row");
    const [left = 0, middleC = 0] = await value("origin");
    const at = (bars: number, pitch: number) =>
      [box.x + left + bars * bar, box.y + middleC + (60 - pitch + 0.5) * row] as const;
    const drag = async (from: readonly [number, number], to: readonly [number, number]): Promise<void> => {
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(...to, { steps: 4 });
      await page.mouse.up();
    };
    await press("Draw");
    await drag(at(1.001, 75), at(1.24, 75));
    await press("Draw");
    const drawn = { start: 1920, duration: 480, pitch: 75, velocity: 90 };
    expect(await melody()).toContainEqual(drawn);
    await drag(at(1.1, 75), at(1.35, 73));
    const moved = { ...drawn, start: 2400, pitch: 73 };
    expect(await melody()).toContainEqual(moved);
    expect(await melody()).toHaveLength(before.length + 1);
    await drag(at(1.495, 73), at(1.745, 73));
    const stretched = { ...moved, duration: 960 };
    expect(await melody()).toContainEqual(stretched);
    await press("Delete");
    expect(await melody()).toEqual(before);
    for (let step = 0; step < 4; step += 1) await press("Undo");
    expect(await melody()).toEqual(before);
    await press("Redo");
    expect(await melody()).toContainEqual(drawn);
    await press("Redo");
    await press("Redo");
    expect(await melody()).toContainEqual(stretched);
    await press("Redo");
    expect(await melody()).toEqual(before);
  });

  test("is edited by keyboard alone, and says what it does", async () => {
    await open();
    const before = await melody();
    await page.getByRole("application").focus();
    await page.keyboard.press("Home");
    for (let step = 0; step < 4; step += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("PageUp");
    await page.keyboard.press("Enter");
    const added = (await melody()).filter(
      (note) => !before.some((other) => JSON.stringify(other) === JSON.stringify(note)),
    );
    expect(added).toHaveLength(1);
    expect(added[0]).toMatchObject({ start: 480, duration: 480 });
    expect(await page.locator("[aria-live=polite]").textContent()).toMatch(/^Added: [A-G].*, 1\.2, 4 sixteenths long$/);
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Alt+ArrowUp");
    const [changed] = (await melody()).filter(({ duration, start }) => start === 480 && duration === 600);
    expect(changed?.pitch).toBe((added[0]?.pitch ?? 0) + 1);
    await page.keyboard.press("Delete");
    expect(await melody()).toEqual(before);
    await page.keyboard.press("Control+z");
    expect(await melody()).toContainEqual(changed);
  });

  test("replays its edits: from the input to the result and back", async () => {
    await open("?edits");
    const slider = page.getByLabel("Edit", { exact: true });
    expect(await slider.inputValue()).toBe("900");
    await press("Play the edits back");
    await page.waitForFunction(() => Number(document.querySelector<HTMLInputElement>(".replay-position")?.value) < 850);
    await press("Play the edits back");
    await slider.fill("0");
    await press("Play the edits");
    await page.waitForFunction(() => Number(document.querySelector<HTMLInputElement>(".replay-position")?.value) > 50);
  });

  test.each(["", "?edits"])("has nothing that keeps people out, at %p", async (query) => {
    await open(query);
    await press("Notes");
    const { violations } = await new AxeBuilder({ page }).include(".stage").include(".small-roll").analyze();
    const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(grave.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
});
