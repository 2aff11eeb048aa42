import { createHash } from "node:crypto";
import type { Request } from "playwright-core";
import * as z from "zod";
import { until } from "../../e2e/until";
import { describeInBrowser } from "./support/console-browser";
import { pageOfEachTest } from "./support/page-of-each-test";
import { beginTraining, endTraining, reachTraining, stopTrainings, type WatchedJob } from "./support/trainings";

const samplesSchema = z.object({
  items: z.array(z.object({ epoch: z.int(), melodyId: z.string(), href: z.string() })),
});
const progressSchema = z.object({ progress: z.object({ epoch: z.int() }) });
const curvesSchema = z.object({ items: z.array(z.object({ epoch: z.int() })) });
const topicsSchema = z.object({ selection: z.object({ pieces: z.int(), bars: z.int() }) });

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describeInBrowser("the training pages", () => {
  const tab = pageOfEachTest();
  const mark = `training ${Date.now()}`;

  const begin = async (name: string, epochs: number): Promise<string> => await beginTraining(tab.api, { name, epochs });
  const reach = async (id: string, isReached: (job: WatchedJob) => boolean): Promise<WatchedJob> =>
    await reachTraining(tab.api, id, isReached);
  const end = async (id: string): Promise<WatchedJob> => await endTraining(tab.api, id);

  afterEach(async () => {
    await stopTrainings(tab.api);
  });

  test("the form counts the pieces of a choice, and begins a training whose curves and samples come by themselves", async () => {
    await tab.show("/training/new");
    const { page } = tab.opened;
    const heardSamples = new Map<string, Promise<Buffer>>();
    page.on("response", (response) => {
      const { pathname, search } = new URL(response.url());
      if (pathname.includes("/samples/") && response.request().method() === "GET")
        heardSamples.set(`${pathname}${search}`, response.body());
    });
    const selection = page.getByText(/^\d+ pieces, \d+ bars$/);
    await selection.waitFor();
    const all = await selection.textContent();
    await page.getByRole("checkbox", { name: /^Major/ }).check();
    await until("the count changes", 20, async () => (await selection.textContent()) !== all);
    const { selection: major } = (await tab.api.call("GET", "/training-topics?mode=major")).json(topicsSchema);
    await page.getByText(`${major.pieces} pieces, ${major.bars} bars`).waitFor();
    await page.getByRole("group", { name: "Key" }).getByRole("button").click();
    await page.getByRole("checkbox", { name: /^C major/ }).check();
    await page.getByText(/^9 pieces, /).waitFor();
    await page.getByRole("spinbutton", { name: "Epochs" }).fill("2");
    await page.getByRole("textbox", { name: "Name" }).fill(`${mark} by form`);
    await page.getByRole("button", { name: "Start training" }).click();
    await page.getByRole("heading", { name: `${mark} by form`, level: 1 }).waitFor();
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";

    // The first point of the curve and the first sample come without a reload.
    const losses = page.getByRole("img", { name: /^Critic: / });
    await losses.waitFor({ timeout: 300_000 });
    await page.getByText("Finished", { exact: true }).waitFor({ timeout: 300_000 });
    await page.getByRole("img", { name: /Critic: .* after epoch 2\./ }).waitFor();
    const slider = page.getByRole("slider", { name: "Epoch" });
    await slider.fill("1");
    await page.getByRole("heading", { name: "Epoch 1 of 2" }).waitFor();
    const played = page.getByRole("button", { name: "Play Twinkle, Twinkle, Little Star, after epoch 1" });
    await played.waitFor();
    const { items } = (await tab.api.call("GET", `/training-jobs/${id}/samples`)).json(samplesSchema);
    expect(new Set(items.map(({ epoch }) => epoch))).toEqual(new Set([1, 2]));
    const [first] = items.filter(({ epoch, melodyId }) => epoch === 1 && melodyId === "twinkle-twinkle");
    const path = first?.href ?? "";
    // What the page has read to play it is what the API has.
    const direct = await tab.api.call("GET", path, { headers: { accept: "audio/midi" } });
    const heard = await heardSamples.get(path);
    expect(heard === undefined ? undefined : sha256(heard)).toBe(sha256(direct.bytes));
    await page.getByRole("button", { name: "Play all epochs" }).click();
    await page
      .getByRole("button", { name: /^(Play|Pause) Twinkle, Twinkle, Little Star, through all epochs$/ })
      .waitFor();
  });

  test("a training is stopped, and another one goes on from it", async () => {
    const id = await begin(`${mark} stopped`, 2000);
    await reach(id, ({ progress }) => progress.epoch >= 1);
    await tab.show(`/training/${id}`);
    const { page } = tab.opened;
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop", exact: true }).click();
    expect((await end(id)).state).toBe("STOPPED");
    await page.getByText("Stopped", { exact: true }).waitFor();
    const stopped = await reach(id, ({ resumable }) => resumable);
    await page.getByRole("button", { name: "Go on from here" }).click();
    await page.getByRole("heading", { name: `Go on with “${mark} stopped”` }).waitFor();
    const more = stopped.progress.epoch + 1;
    await page.getByRole("spinbutton", { name: "Epochs" }).fill(String(more));
    await page.getByRole("textbox", { name: "Name" }).fill(`${mark} resumed`);
    await page.getByRole("button", { name: "Go on training" }).click();
    await page.getByRole("heading", { name: `${mark} resumed`, level: 1 }).waitFor();
    const resumed = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const ended = await end(resumed);
    expect(ended).toMatchObject({ state: "READY", resumeFrom: id, progress: { epoch: more } });
  });

  test("what the API refuses stands at its field, which has the focus", async () => {
    await tab.show("/training/new");
    const { page } = tab.opened;
    const epochs = page.getByRole("spinbutton", { name: "Epochs" });
    await epochs.fill("5000");
    await page.getByRole("button", { name: "Start training" }).click();
    await until("the field is marked", 20, async () => (await epochs.getAttribute("aria-invalid")) === "true");
    await page.getByText("Give a whole number from 1 to 2000.").waitFor();
    expect(await epochs.evaluate((element) => element === document.activeElement)).toBe(true);
    await epochs.fill("2");
    await page.getByRole("textbox", { name: "Name" }).fill("x".repeat(101));
    await page.getByRole("button", { name: "Start training" }).click();
    const name = page.getByRole("textbox", { name: "Name" });
    await until("the name is marked", 20, async () => (await name.getAttribute("aria-invalid")) === "true");
    expect(tab.opened.takeErrors().filter((error) => !error.includes("400"))).toEqual([]);
  });

  test("a running training is looked at as often as it asks for, not at all in a hidden tab, and its curves only after another epoch", async () => {
    const id = await begin(`${mark} watched`, 2000);
    await reach(id, ({ progress }) => progress.epoch >= 1);
    const { page } = tab.opened;
    // Heard from the first request on: one may be under way when the clock is stopped.
    const underWay = new Set<Request>();
    page.on("request", (request) => underWay.add(request));
    page.on("requestfailed", (request) => underWay.delete(request));
    page.on("requestfinished", (request) => underWay.delete(request));
    const answered = async (): Promise<boolean> =>
      await until("the requests have their answers", 120, () => underWay.size === 0);
    await page.clock.install();
    await tab.show(`/training/${id}`);
    await page.getByRole("img", { name: /^Critic: / }).waitFor();
    // From here on the page's clock stands, and goes on as the test says: minutes of waiting pass in seconds. Stopping it
    // brings what was due within its step, so a look begins now: until it has its answer, no other one is planned.
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000);
    await answered();
    const jobLooks: { readonly at: number; readonly wait: number }[] = [];
    const epochsTold: Promise<number>[] = [];
    const epochsOfLooks: Promise<readonly number[]>[] = [];
    let clock = 0;
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (pathname === `/training-jobs/${id}`) {
        jobLooks.push({ at: clock, wait: Number(response.headers()["retry-after"] ?? "0") });
        epochsTold.push(response.json().then((job) => progressSchema.parse(job).progress.epoch));
      }
      if (pathname === `/training-jobs/${id}/metrics`)
        epochsOfLooks.push(
          response.json().then((curves) => curvesSchema.parse(curves).items.map(({ epoch }) => epoch)),
        );
    });
    /** Lets seconds of the page's clock pass. Requests take none of them. */
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second += 1) {
        await page.clock.runFor(1000);
        clock += 1;
        await answered();
      }
    };
    const becomes = async (state: "hidden" | "visible"): Promise<void> => {
      await page.evaluate((next) => {
        Object.defineProperty(document, "visibilityState", { configurable: true, get: () => next });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    };
    await pass(60);
    expect(jobLooks.length).toBeGreaterThan(5);
    for (const [index, { at, wait }] of jobLooks.slice(0, -1).entries()) {
      const next = jobLooks[index + 1]?.at ?? Infinity;
      expect(wait).toBeGreaterThan(0);
      expect(next - at).toBeGreaterThanOrEqual(wait - 1);
      expect(next - at).toBeLessThanOrEqual(wait + 3);
    }
    const { progress: known } = await reach(id, () => true);
    await reach(id, ({ progress }) => progress.epoch > known.epoch);
    await pass(10);
    // The first look may tell of an epoch that was not there yet when the clock was stopped.
    expect(epochsOfLooks.length).toBeGreaterThan(0);
    expect(epochsOfLooks.length).toBeLessThanOrEqual(new Set(await Promise.all(epochsTold)).size);
    const epochsRead = (await Promise.all(epochsOfLooks)).flat();
    expect(epochsRead).toEqual([...new Set(epochsRead)]);

    await becomes("hidden");
    const seen = jobLooks.length;
    await pass(60);
    expect(jobLooks.length).toBe(seen);
    await becomes("visible");
    await pass(10);
    expect(jobLooks.length).toBeGreaterThan(seen);
  });

  test("trainings are laid over one another, and a list finds and deletes them", async () => {
    const ids = [await begin(`${mark} over one`, 2), await begin(`${mark} over two`, 2)];
    for (const id of ids) await end(id);
    await tab.show(`/training?q=${encodeURIComponent(`${mark} over`)}`);
    const { page } = tab.opened;
    for (const which of ["one", "two"])
      await page.getByRole("checkbox", { name: `Compare ${mark} over ${which}` }).check();
    await page.getByRole("button", { name: "Compare 2" }).click();
    await page.getByRole("list", { name: "Trainings" }).getByRole("listitem").nth(1).waitFor();
    await page
      .getByRole("img", { name: new RegExp(`${mark} over one: .*${mark} over two: `) })
      .first()
      .waitFor();
    await page.goBack();
    await page.getByRole("button", { name: `Actions of ${mark} over one`, exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect((await tab.api.call("GET", `/training-jobs/${ids[0] ?? ""}`)).status).toBe(404);
  });
});
