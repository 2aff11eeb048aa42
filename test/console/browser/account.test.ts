import * as z from "zod";
import { until } from "../../e2e/until";
import { describeInBrowser } from "./support/console-browser";
import { pageOfEachTest } from "./support/page-of-each-test";
import { midiFileOf } from "./support/tune";

const quotas = z.object({
  compositions: z.int(),
  tracks: z.int(),
  models: z.int(),
  trainingJobs: z.int(),
  datasets: z.int(),
  openCompositions: z.int(),
  openTrainingJobs: z.int(),
  storedBytes: z.int(),
});
const usageSchema = z.object({ quotas, used: quotas });
const titles = {
  compositions: "Compositions",
  tracks: "Melodies",
  models: "Models",
  trainingJobs: "Trainings",
  datasets: "Data sets",
  openCompositions: "Compositions under way",
  openTrainingJobs: "Trainings under way",
  storedBytes: "Storage",
} as const satisfies Record<keyof z.infer<typeof quotas>, string>;

describeInBrowser("what the user has, of what the user may have", () => {
  const tab = pageOfEachTest();
  const usage = async () => (await tab.api.call("GET", "/usage")).json(usageSchema);

  test("every quota is shown, and reached by the user's name", async () => {
    await tab.show("/compositions");
    const { page } = tab.opened;
    await page.getByRole("banner").getByRole("link", { name: "demo" }).click();
    await page.getByRole("heading", { name: "Your account", level: 1 }).waitFor();
    await page.getByRole("meter", { name: "Storage" }).waitFor();
    const known = await usage();
    expect(await page.getByRole("meter").count()).toBe(Object.keys(known.quotas).length);
    for (const name of quotas.keyof().options) {
      const meter = page.getByRole("meter", { name: titles[name], exact: true });
      expect(Number(await meter.getAttribute("value"))).toBeCloseTo(known.used[name] / known.quotas[name], 9);
      if (name !== "storedBytes") {
        const amount = `${known.used[name].toLocaleString("en")} of ${known.quotas[name].toLocaleString("en")}`;
        expect(await meter.getAttribute("aria-valuetext")).toBe(amount);
      }
    }
  });

  test("a list says how much of its quota is used, and knows of what is deleted there", async () => {
    const name = `account ${Date.now()}`;
    await tab.api.call("POST", `/tracks?name=${encodeURIComponent(name)}`, { bytes: midiFileOf() });
    await tab.show(`/melodies?q=${encodeURIComponent(name)}`);
    const { page } = tab.opened;
    const link = page.getByRole("link", { name: /^You have \d+ of 500\.$/ });
    const before = (await usage()).used.tracks;
    await until("the use is told", 20, async () => (await link.textContent()) === `You have ${before} of 500.`);
    await page.getByRole("button", { name: `Actions of ${name}`, exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await until("there is one less", 20, async () => (await link.textContent()) === `You have ${before - 1} of 500.`);
    await link.click();
    await page.getByRole("heading", { name: "Your account", level: 1 }).waitFor();
  });
});
