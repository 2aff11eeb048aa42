import * as z from "zod";
import { describeInBrowser } from "./support/console-browser";
import { pageOfEachTest } from "./support/page-of-each-test";
import { beginTraining, endTraining } from "./support/trainings";

const modelSchema = z.object({ name: z.string(), dataset: z.object({ license: z.string() }) });

describeInBrowser("the pages of models", () => {
  const tab = pageOfEachTest();
  const mark = `models ${Date.now()}`;

  test("a stock model shows how it plays, where its data comes from, and how it stands beside Bach", async () => {
    await tab.show("/models?stock=true");
    const { page } = tab.opened;
    const card = page
      .getByRole("listitem")
      .filter({ has: page.getByRole("link", { name: "U-Net GAN, bach-chorales" }) });
    await card.getByRole("button", { name: /^Play .*, played by U-Net GAN, bach-chorales$/ }).waitFor();
    await card.getByRole("img", { name: /^Dissonance: 0\.\d+, the data 0\.108$/ }).waitFor();
    expect(await card.getByRole("button", { name: /^Actions of/ }).count()).toBe(0);
    await card.getByRole("link", { name: "U-Net GAN, bach-chorales" }).click();
    await page.getByRole("heading", { name: "U-Net GAN, bach-chorales", level: 1 }).waitFor();
    const { dataset } = (await tab.api.call("GET", "/models/unet-gan-bach")).json(modelSchema);
    await page.getByText(dataset.license).waitFor();
    await page.getByRole("button", { name: "Compose with it" }).click();
    await page.getByRole("radio", { name: /^Accompany/, checked: true }).waitFor();
    await page.getByRole("button", { name: /^Model.*U-Net GAN, bach-chorales/ }).waitFor();
    expect(page.url()).toBe(tab.opened.at("/studio"));
  });

  test("a model of one's own gets another name, and is deleted", async () => {
    const trainingJobId = await beginTraining(tab.api, { name: mark, epochs: 1 });
    const { state, modelId: id = "" } = await endTraining(tab.api, trainingJobId);
    expect(state).toBe("READY");
    await tab.show(`/models/${id}`);
    const { page } = tab.opened;
    await page.getByRole("button", { name: "Rename" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill(`${mark} renamed`);
    await dialog.getByRole("button", { name: "Rename" }).click();
    // The heading shows the new name at once; the dialog stays until the API has it.
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: `${mark} renamed`, level: 1 }).waitFor();
    expect((await tab.api.call("GET", `/models/${id}`)).json(modelSchema).name).toBe(`${mark} renamed`);
    await page.getByRole("button", { name: "Compose with it" }).click();
    await page.getByRole("button", { name: new RegExp(`^Model.*${mark} renamed`) }).waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Models", level: 1, exact: true }).waitFor();
    expect((await tab.api.call("GET", `/models/${id}`)).status).toBe(404);
  });
});
