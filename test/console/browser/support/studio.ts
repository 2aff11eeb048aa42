/** The studio as a person uses it: what stands on its stage, what is heard, and how a piece is asked for. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import * as z from "zod";
import { type ConsoleBrowser, type ConsolePage, patienceMilliseconds, signIn } from "./console-browser";

/** Keeps every analyser that the page makes, so that what sounds can be measured. */
function keepAnalysers(): void {
  const kept: AnalyserNode[] = [];
  Object.defineProperty(globalThis, "keptAnalysers", { value: kept });
  const make: unknown = Reflect.get(BaseAudioContext.prototype, "createAnalyser");
  if (typeof make !== "function") throw new Error("This browser makes no analysers.");
  BaseAudioContext.prototype.createAnalyser = function createAnalyser(this: BaseAudioContext) {
    const analyser: unknown = Reflect.apply(make, this, []);
    if (!(analyser instanceof AnalyserNode)) throw new Error("This browser makes no analysers.");
    kept.push(analyser);
    return analyser;
  };
}

/** A click of the metronome. */
export interface Click {
  /** When it is heard, by `performance.now()` of the page. */
  readonly at: number;
  /** The same by the clock of the sound, in milliseconds. No busy machine can make it late. */
  readonly sounds: number;
  readonly isDownbeat: boolean;
}

/** Keeps when each oscillator begins: those of the console are the clicks of its metronome. */
function keepClicks(): void {
  const kept: Click[] = [];
  Object.defineProperty(globalThis, "keptClicks", { value: kept });
  const begin: unknown = Reflect.get(OscillatorNode.prototype, "start");
  if (typeof begin !== "function") throw new Error("The oscillators of this browser do not begin.");
  OscillatorNode.prototype.start = function start(this: OscillatorNode, when = 0) {
    const { context, frequency } = this;
    const latency = context instanceof AudioContext ? context.outputLatency : 0;
    const at = performance.now() + (when - context.currentTime + latency) * 1000;
    kept.push({ at, sounds: when * 1000, isDownbeat: frequency.value > 1500 });
    Reflect.apply(begin, this, [when]);
  };
}

/** Returns the clicks of the metronome until now, in order. */
export const clicks = async (page: Page): Promise<readonly Click[]> =>
  await page.evaluate(() => {
    const kept: unknown = Reflect.get(globalThis, "keptClicks");
    if (!Array.isArray(kept)) throw new Error("The page keeps no clicks.");
    const all: Click[] = kept;
    return [...all].sort((one, other) => one.at - other.at);
  });

/** Opens the studio. With `isSignedIn` the demo user is signed in. */
export async function openStudio(
  browser: ConsoleBrowser,
  {
    isSignedIn = true,
    path = "/studio",
    ...options
  }: { isSignedIn?: boolean; path?: string } & Parameters<ConsoleBrowser["open"]>[0] = {},
): Promise<ConsolePage> {
  const opened = await browser.open({ viewport: { width: 1440, height: 900 }, ...options });
  await opened.page.addInitScript(keepAnalysers);
  await opened.page.addInitScript(keepClicks);
  if (isSignedIn) await signIn(opened);
  await opened.page.goto(opened.at(path));
  return opened;
}

const countsPattern = /(?:(\d+) tracks?), (?:(\d+) bars?), (?:(\d+) notes?)/;

export interface StageCounts {
  readonly tracks: number;
  readonly bars: number;
  readonly notes: number;
}

/** Returns what the roll says of itself to those who do not see it. */
export async function stageCounts(page: Page): Promise<StageCounts | undefined> {
  const roll = page.locator(".stage .roll[aria-label]");
  if ((await roll.count()) === 0) return undefined;
  const found = countsPattern.exec((await roll.first().getAttribute("aria-label")) ?? "");
  return found === null ? undefined : { tracks: Number(found[1]), bars: Number(found[2]), notes: Number(found[3]) };
}

/** Waits until something is as wanted. @throws Error with what was seen last */
export async function eventually<Seen>(
  look: () => Promise<Seen>,
  wanted: (seen: Seen) => boolean,
  seconds = patienceMilliseconds / 1000,
): Promise<Seen> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`After ${seconds} s it was still ${JSON.stringify(seen)}.`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** Returns the root of the mean square of what sounds at the moment. */
export const loudness = async (page: Page): Promise<number> =>
  await page.evaluate(() => {
    const kept: unknown = Reflect.get(globalThis, "keptAnalysers");
    if (!Array.isArray(kept)) throw new Error("The page keeps no analysers.");
    const values = kept.flatMap((analyser) => {
      if (!(analyser instanceof AnalyserNode) || analyser.context instanceof OfflineAudioContext) return [];
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return [Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)];
    });
    return Math.max(0, ...values);
  });

/** Presses a button, and measures how long it takes until the loudness is as wanted. */
export async function secondsUntil(
  page: Page,
  button: "Play" | "Pause",
  isWanted: (rms: number) => boolean,
): Promise<number> {
  await page.getByRole("button", { name: button, exact: true }).click();
  const begun = Date.now();
  await eventually(async () => await loudness(page), isWanted);
  return (Date.now() - begun) / 1000;
}

/**
 * Plays the beginning of the piece for a second and a half.
 * @returns the share that each of 64 bands of 86 Hz has of what is heard
 */
export async function spectrum(page: Page): Promise<readonly number[]> {
  const roll = page.locator(".stage .roll");
  const left = Number((await roll.getAttribute("data-origin"))?.split(",")[0]);
  // A click on the ruler, which is the roll's upper edge, seeks.
  await roll.click({ position: { x: left + 1, y: 10 } });
  await secondsUntil(page, "Play", (rms) => rms > 0.002);
  const powers = z.array(z.number()).parse(
    await page.evaluate(async () => {
      const kept: unknown = Reflect.get(globalThis, "keptAnalysers");
      if (!Array.isArray(kept)) throw new Error("The page keeps no analysers.");
      const analyser: unknown = kept.findLast(({ context }) => context instanceof AudioContext);
      if (!(analyser instanceof AnalyserNode)) throw new Error("Nothing is played.");
      const width = Math.round((analyser.fftSize * 86) / analyser.context.sampleRate);
      const bands = Array.from({ length: 64 }, () => 0);
      const decibels = new Float32Array(analyser.frequencyBinCount);
      const end = performance.now() + 1500;
      while (performance.now() < end) {
        analyser.getFloatFrequencyData(decibels);
        for (const band of bands.keys())
          for (const bin of decibels.subarray(band * width, (band + 1) * width))
            bands[band] = (bands[band] ?? 0) + 10 ** (bin / 10);
        await new Promise((resume) => setTimeout(resume, 20));
      }
      return bands;
    }),
  );
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Returns how much of one spectrum lies elsewhere in the other: from 0, where they are equal, to 1. */
export const spectralDistance = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, share, band) => sum + Math.abs(share - (other[band] ?? 0)), 0) / 2;

/** Begins to keep how long each task of the page takes that the browser calls long. */
export async function keepLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const kept: number[] = [];
    Object.defineProperty(globalThis, "keptLongTasks", { value: kept });
    new PerformanceObserver((list) => {
      kept.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: "longtask" });
  });
}

/** Returns the milliseconds of each long task since {@link keepLongTasks}. */
export const longTasks = async (page: Page): Promise<readonly number[]> =>
  z.array(z.number()).parse(
    await page.evaluate(() => {
      const kept: unknown = Reflect.get(globalThis, "keptLongTasks");
      return kept;
    }),
  );

/** Downloads the piece on the stage. @returns the file's bytes */
export async function download(page: Page, format: "MIDI" | "WAV" | "MP3"): Promise<Buffer> {
  await page.getByRole("button", { name: "Download" }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: format }).click(),
  ]);
  return readFileSync(await file.path());
}

/** Presses Compose and waits for the piece. @returns its id */
export async function compose({ page }: ConsolePage): Promise<string> {
  await page.getByRole("button", { name: "Compose", exact: true }).click();
  return await finishedPiece(page);
}

/** Waits until the page of a piece shows its result. @returns the piece's id */
export async function finishedPiece(page: Page, before?: string): Promise<string> {
  await page.waitForURL((url) => /^\/studio\/[0-9A-Z]{26}$/.test(url.pathname) && url.pathname !== `/studio/${before}`);
  await page.getByRole("button", { name: "Result", pressed: true }).waitFor();
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}
