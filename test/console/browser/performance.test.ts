/** How a finished piece is played. */
import * as z from "zod";
import { readPiece } from "../../../console/src/piece/read-piece";
import { until } from "../../e2e/until";
import { describeInBrowser } from "./support/console-browser";
import { pageOfEachTest } from "./support/page-of-each-test";

const pieceSchema = z.object({
  id: z.string(),
  state: z.string(),
  performance: z.object({ instruments: z.string().optional(), ritardando: z.boolean().optional() }).optional(),
});

describeInBrowser("how a piece is played", () => {
  const tab = pageOfEachTest();

  test("other instruments and no ritardando go to the API, into the file and onto the stage", async () => {
    const json = {
      name: `performance ${Date.now()}`,
      technique: "unet-gan",
      modelId: "unet-gan-bach",
      input: { sampleMelodyId: "ode-to-joy" },
    };
    const { id } = (await tab.api.call("POST", "/compositions", { json })).json(pieceSchema);
    const reached = async (isReached: (piece: z.infer<typeof pieceSchema>) => boolean) =>
      await tab.api.pollUntil(`/compositions/${id}`, pieceSchema, isReached, 120);
    const programs = async (): Promise<readonly number[]> => {
      const { bytes } = await tab.api.call("GET", `/compositions/${id}/midi`, { headers: { accept: "audio/midi" } });
      return readPiece(Uint8Array.from(bytes).buffer).tracks.map(({ program }) => program);
    };
    await reached(({ state }) => state === "COMPLETED");
    await tab.show(`/studio/${id}`);
    const { page } = tab.opened;
    const card = page.getByRole("region", { name: "How it is played" });
    await card.getByRole("button", { name: /^Instruments/ }).click();
    const before = await programs();
    await page.getByRole("option", { name: "Strings", exact: true }).click();
    await reached(({ performance }) => performance?.instruments === "strings");
    const strings = await programs();
    expect(strings).not.toEqual(before);
    const onStage = async (): Promise<readonly number[]> => {
      const menus = await page.getByRole("combobox", { name: /^Instrument of / }).all();
      return await Promise.all(menus.map(async (menu) => Number(await menu.inputValue())));
    };
    await until(
      "the stage has the instruments of the file",
      20,
      async () => String(await onStage()) === String(strings),
    );

    await card
      .getByRole("switch", { name: "Slower at the end" })
      .or(card.getByRole("checkbox", { name: "Slower at the end" }))
      .uncheck();
    expect((await reached(({ performance }) => performance?.ritardando === false)).performance).toMatchObject({
      instruments: "strings",
    });
    await page.reload();
    await card.getByText("Strings").waitFor();
  });
});
