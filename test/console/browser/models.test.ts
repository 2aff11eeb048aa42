import * as z from "zod";
import type { ApiSession } from "../../e2e/api-session";
import {
  type ConsoleBrowser,
  type ConsolePage,
  describeInBrowser,
  launchConsoleBrowser,
  signIn,
} from "./support/console-browser";

const created = z.object({ id: z.string() });
const jobSchema = z.object({ state: z.string(), modelId: z.string().optional() });
const modelSchema = z.object({ name: z.string(), dataset: z.object({ license: z.string() }) });

describeInBrowser("the pages of models", () => {
  let browser: ConsoleBrowser;
  let opened: ConsolePage;
  let api: ApiSession;
  const mark = `models ${Date.now()}`;

  const trainedModel = async (name: string): Promise<string> => {
    const { id } = (
      await api.call("POST", "/training-jobs", {
        json: {
          name,
          technique: "unet-gan",
          topics: { key: ["c-major"] },
          hyperparameters: { epochs: 1, batchSize: 8 },
        },
      })
    ).json(created);
    const job = await api.pollUntil(`/training-jobs/${id}`, jobSchema, ({ state }) => state === "READY", 300);
    return job.modelId ?? "";
  };

  beforeAll(async () => {
    browser = await launchConsoleBrowser();
    api = await browser.api();
  });
  beforeEach(async () => {
    opened = await browser.open();
  });
  afterEach(async () => {
    await opened.close();
  });
  afterAll(async () => {
    await browser.close();
  });
  const show = async (path: string): Promise<void> => {
    await opened.page.goto(opened.at(path));
    await signIn(opened);
  };

  test("a stock model shows how it plays, where its data comes from, and how it stands beside Bach", async () => {
    await show("/models?stock=true");
    const { page } = opened;
    const card = page
      .getByRole("listitem")
      .filter({ has: page.getByRole("link", { name: "U-Net GAN, bach-chorales" }) });
    await card.getByRole("button", { name: /^Play .*, played by U-Net GAN, bach-chorales$/ }).waitFor();
    await card.getByRole("img", { name: /^Dissonance: 0\.\d+, the data 0\.108$/ }).waitFor();
    expect(await card.getByRole("button", { name: /^Actions of/ }).count()).toBe(0);
    await card.getByRole("link", { name: "U-Net GAN, bach-chorales" }).click();
    await page.getByRole("heading", { name: "U-Net GAN, bach-chorales", level: 1 }).waitFor();
    const { dataset } = (await api.call("GET", "/models/unet-gan-bach")).json(modelSchema);
    await page.getByText(dataset.license).waitFor();
    await page.getByRole("button", { name: "Compose with it" }).click();
    const { pathname, searchParams } = new URL(page.url());
    expect([pathname, searchParams.get("technique"), searchParams.get("model")]).toEqual([
      "/studio",
      "unet-gan",
      "unet-gan-bach",
    ]);
  });

  test("a model of one's own gets another name, and is deleted", async () => {
    const id = await trainedModel(mark);
    await show(`/models/${id}`);
    const { page } = opened;
    await page.getByRole("button", { name: "Rename" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill(`${mark} renamed`);
    await dialog.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("heading", { name: `${mark} renamed`, level: 1 }).waitFor();
    expect((await api.call("GET", `/models/${id}`)).json(modelSchema).name).toBe(`${mark} renamed`);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Models", level: 1, exact: true }).waitFor();
    expect((await api.call("GET", `/models/${id}`)).status).toBe(404);
  });
});
