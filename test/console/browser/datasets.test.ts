/** Data sets in the console: made with a license, filled from a folder, watched while they are read, and deleted. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Locator } from "playwright-core";
import {
  datasetFileListSchema,
  datasetListSchema,
  datasetSchema,
  datasetVersionListSchema,
  reportedDatasetFileSchema,
} from "../../../domain/schemas/api/datasets";
import { trainingEstimateSchema, trainingTopicsSchema } from "../../../domain/schemas/api/training";
import { until } from "../../e2e/until";
import { arrangedFiles } from "../../support/arranged-files";
import { zipFile } from "../../support/zip-files";
import { axeFindingsInBothModes } from "./support/axe-findings";
import { describeInBrowser } from "./support/console-browser";
import { pageOfEachTest } from "./support/page-of-each-test";

const songs = arrangedFiles({ count: 6, seed: 15, isHidden: false }).map(({ bytes }) => bytes);
const noMidi = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(100)]);

describeInBrowser("data sets", () => {
  const tab = pageOfEachTest();
  const mark = `data sets ${Date.now()}`;
  let folder = "";

  const write = (path: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "opencomposer-folder-"));
    for (const [index, bytes] of songs.entries()) write(`${index % 2 === 0 ? "rock" : "pop"}/song-${index}.mid`, bytes);
    write("pop/cover.mid", noMidi);
    write("pop/cover.png", noMidi);
    write("pop/._song-1.mid", Buffer.from("left by another system"));
    // The same bytes under another path.
    write("again/song-0.mid", songs[0] ?? Buffer.alloc(0));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    const { items } = (await tab.api.call("GET", `/datasets?q=${encodeURIComponent(mark)}`)).json(datasetListSchema);
    for (const { id } of items) await tab.api.call("DELETE", `/datasets/${id}`);
  });

  const createDataset = async (name: string): Promise<string> => {
    const license = { kind: "own-work", text: "I wrote and played all of it.", confirmsRights: true };
    const created = await tab.api.call("POST", "/datasets", { json: { name: `${mark} ${name}`, license } });
    return created.json(datasetSchema).id;
  };
  const folderInput = (): Locator => tab.opened.page.locator("input[webkitdirectory]");
  const isMarked = async (field: Locator): Promise<boolean> => (await field.getAttribute("aria-invalid")) === "true";

  test("one is made only with a name, a sentence about its license, and the confirmation", async () => {
    await tab.show("/datasets");
    const { page } = tab.opened;
    await page.getByRole("button", { name: "New data set" }).first().click();
    await page.getByRole("heading", { name: "New data set", level: 1 }).waitFor();
    const make = page.getByRole("button", { name: "Make the data set" });
    await make.click();
    const name = page.getByRole("textbox", { name: "Name" });
    const sentence = page.getByRole("textbox", { name: "In your words" });
    const confirmation = page.getByRole("checkbox", { name: "I may use these files to train models" });
    await until("the name is marked", 10, async () => await isMarked(name));
    expect(await isMarked(sentence)).toBe(true);
    await page.getByText("Without it there can be no data set.").waitFor();
    await until(
      "the first broken field has the focus",
      10,
      async () => await name.evaluate((element) => element === document.activeElement),
    );
    expect(await axeFindingsInBothModes(page)).toEqual([]);

    await name.fill(`${mark} licensed`);
    await page.getByRole("radio", { name: /^Under a license/ }).check();
    await sentence.fill("Its authors share it under CC0.");
    const spdx = page.getByRole("textbox", { name: /SPDX/ });
    await spdx.fill("CC0 1.0");
    await page.getByRole("textbox", { name: /^Where the files come from/ }).fill("https://example.org/midi");
    await confirmation.check();
    await make.click();
    // The API's words stand at the field.
    await until("the license's identifier is marked", 20, async () => await isMarked(spdx));
    expect(tab.opened.takeErrors().filter((error) => !error.includes("400"))).toEqual([]);
    await spdx.fill("CC0-1.0");
    await make.click();
    await page.getByRole("heading", { name: `${mark} licensed`, level: 1 }).waitFor();
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const { license } = (await tab.api.call("GET", `/datasets/${id}`)).json(datasetSchema);
    expect(license).toMatchObject({
      ...{
        kind: "licensed",
        spdx: "CC0-1.0",
        text: "Its authors share it under CC0.",
        source: "https://example.org/midi",
      },
    });
  });

  test("a folder is pushed and watched while it is read, and pushing it again sends nothing", async () => {
    const id = await createDataset("pushed");
    await tab.show(`/datasets/${id}`);
    const { page, requested } = tab.opened;
    await page.getByText("Nothing has been read yet.").waitFor();
    await folderInput().setInputFiles(folder);
    await page.getByText("All files are dealt with.").waitFor();
    const push = page.getByRole("region", { name: "Push files" });
    for (const words of ["7 sent", "1 the same as another", "2 files are left out: no MIDI file by its name."])
      await push.getByText(words).waitFor();

    // Nobody reloads the page.
    await page.getByText("All files are read.").waitFor({ timeout: 120_000 });
    const dataset = (await tab.api.call("GET", `/datasets/${id}`)).json(datasetSchema);
    expect(dataset.files).toEqual({ pending: 0, accepted: 6, rejected: 1 });
    const read = page.getByRole("region", { name: "What was read" });
    await read.getByText("6 accepted").waitFor();
    const bars = (dataset.bars["4/4"] ?? 0).toLocaleString("en");
    await read
      .getByRole("list", { name: "Bars by time signature" })
      .getByText(`${bars} bars`, { exact: true })
      .waitFor();
    const { trio } = dataset.lineUps;
    await read
      .getByRole("list", { name: "Line-ups" })
      .getByText(`6 files, ${trio?.pieces ?? 0} pieces, ${(trio?.bars ?? 0).toLocaleString("en")} bars`)
      .first()
      .waitFor();
    await read.getByRole("list", { name: "Why files were rejected" }).getByText("No MIDI file").waitFor();

    // The rejected file has its code and its sentence.
    const files = page.getByRole("list", { name: "Files", exact: true }).getByRole("listitem");
    await until("all files are listed", 20, async () => (await files.count()) === 7);
    await page.getByRole("button", { name: /^Show/ }).click();
    await page.getByRole("option", { name: "Rejected" }).click();
    await until("the rejected file is listed alone", 20, async () => (await files.count()) === 1);
    const { items } = (await tab.api.call("GET", `/datasets/${id}/files?state=rejected`)).json(datasetFileListSchema);
    const row = (await files.first().textContent()) ?? "";
    for (const part of ["pop/cover.mid", items[0]?.code ?? "?", items[0]?.reason ?? "?"]) expect(row).toContain(part);
    expect(new URL(page.url()).searchParams.get("state")).toBe("rejected");
    expect(await axeFindingsInBothModes(page)).toEqual([]);

    const sent = requested.filter((url) => url.includes("/incoming/")).length;
    expect(sent).toBe(7);
    await folderInput().setInputFiles(folder);
    await push.getByText("6 known already").waitFor();
    await push.getByText("Not taken: 1 file").click();
    await push.getByText("pop/cover.mid").waitFor();
    expect(requested.filter((url) => url.includes("/incoming/"))).toHaveLength(sent);
  });

  test("a push that is stopped goes on when the folder is chosen again, and goes on while other pages are shown", async () => {
    const id = await createDataset("stopped");
    await tab.show(`/datasets/${id}`);
    const { page } = tab.opened;
    // The first file waits until the push is stopped, so that the stop comes in the middle.
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/incoming/**", async (route) => {
      if (route.request().method() === "PUT") await held;
      await route.continue().catch(() => undefined);
    });
    await folderInput().setInputFiles(folder);
    await page.getByText(/^\d+ of 8 dealt with$/).waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Models" }).click();
    await page.getByRole("heading", { name: "Models", level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByText("Stopped. Push the same folder again, and it goes on where it was.").waitFor();
    await page.getByText("7 files are waiting or being read.").waitFor();
    release();
    await page.unroute("**/incoming/**");
    await folderInput().setInputFiles(folder);
    await page.getByText("All files are read.").waitFor({ timeout: 120_000 });
    expect((await tab.api.call("GET", `/datasets/${id}`)).json(datasetSchema).files).toEqual({
      ...{ pending: 0, accepted: 6, rejected: 1 },
    });
    // What was cut off is told of by the browser.
    tab.opened.takeErrors();
  });

  test("files that are dropped are pushed, and a folder without MIDI files is told of", async () => {
    const id = await createDataset("dropped");
    await tab.show(`/datasets/${id}`);
    const { page } = tab.opened;
    const empty = join(folder, "empty");
    write("empty/cover.png", noMidi);
    await folderInput().setInputFiles(empty);
    await page.getByText("There is no MIDI file among these.").waitFor();
    const dropped = await page.evaluateHandle(
      (bytes) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], "dropped.mid"));
        return transfer;
      },
      [...(songs[0] ?? [])],
    );
    await page.locator(".drop-place").dispatchEvent("drop", { dataTransfer: dropped });
    await page.getByText("1 accepted").first().waitFor({ timeout: 120_000 });
    await page.getByText("dropped.mid").waitFor();
  });

  test("a folder becomes a version in a line-up, and the form of a training on it shows what it would take", async () => {
    const id = await createDataset("frozen");
    const more = arrangedFiles({ count: 24, seed: 16, isHidden: false });
    for (const [index, { bytes }] of more.entries()) write(`more/song-${index}.mid`, bytes);
    await tab.show(`/datasets/${id}`);
    const { page } = tab.opened;
    await folderInput().setInputFiles(folder);
    await page.getByText("All files are read.").waitFor({ timeout: 240_000 });
    const versions = page.getByRole("region", { name: "Versions" });
    const { lineUps } = (await tab.api.call("GET", `/datasets/${id}`)).json(datasetSchema);
    const band = versions.getByRole("radio", { name: /^Band/ });
    await versions.getByText(`${lineUps.band?.files ?? 0} files, ${lineUps.band?.pieces ?? 0} pieces`).waitFor();
    await band.check();
    await versions.getByRole("button", { name: "Freeze a version" }).click();
    const row = versions.getByRole("list", { name: "Versions" }).getByRole("listitem").first();
    await row.getByText("Ready").waitFor({ timeout: 120_000 });
    const [version] = (await tab.api.call("GET", `/datasets/${id}/versions`)).json(datasetVersionListSchema).items;
    expect(version).toMatchObject({ lineUp: "band", state: "READY" });
    await row.getByText("What is in it").click();
    await row.getByText("Melody, Chords, Bass, Drums").waitFor();
    expect(await axeFindingsInBothModes(page)).toEqual([]);

    // Freezing the same again gives the same version.
    await versions.getByRole("button", { name: "Freeze a version" }).click();
    await row.getByRole("button", { name: `Train on it: Band ${version?.id ?? "?"}` }).click();
    await page.getByRole("heading", { name: "Train a model", level: 1 }).waitFor();
    const address = new URL(page.url());
    expect(Object.fromEntries(address.searchParams)).toEqual({ dataset: id, version: version?.id });
    expect(await page.getByRole("radio", { name: new RegExp(`^${mark} frozen`) }).isChecked()).toBe(true);
    // The API counts what a training of the version would learn from.
    const music = new URLSearchParams({ datasetId: id, versionId: version?.id ?? "" }).toString();
    const { pieces, bars } = (await tab.api.call("GET", `/training-topics?${music}`)).json(
      trainingTopicsSchema,
    ).selection;
    await page
      .getByRole("status")
      .filter({ hasText: `${pieces} pieces, ${bars} bars` })
      .waitFor();
    // The windows are counted by the API for this version.
    const asked = { name: "estimate", technique: "unet-gan", datasetId: id, versionId: version?.id };
    const estimate = (await tab.api.call("POST", "/training-jobs/estimate", { json: asked })).json(
      trainingEstimateSchema,
    );
    await page.getByText(`${estimate.splits.train.windows.toLocaleString("en")} windows in`).waitFor();
    expect(await axeFindingsInBothModes(page)).toEqual([]);
  });

  test("a ZIP is sent, and the owner of a file says what its tracks are, or takes it out", async () => {
    const id = await createDataset("zipped");
    const zip = join(folder, "songs.zip");
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = songs;
    writeFileSync(
      zip,
      zipFile([
        { name: "rock/first.mid", bytes: first },
        { name: "pop/second.mid", bytes: second },
        { name: "pop/cover.mid", bytes: noMidi },
      ]),
    );
    await tab.show(`/datasets/${id}`);
    const { page } = tab.opened;
    await page.locator('input[accept^=".zip"]').setInputFiles(zip);
    await page.getByText("The archive is read: 3 files.").waitFor({ timeout: 120_000 });
    await page.getByText("All files are read.").waitFor({ timeout: 60_000 });
    const { files } = (await tab.api.call("GET", `/datasets/${id}`)).json(datasetSchema);
    expect(files).toEqual({ pending: 0, accepted: 2, rejected: 1 });

    await page
      .getByText("What was taken for what")
      .and(page.getByLabel(/rock\/first\.mid$/))
      .click();
    const tracks = page.getByRole("list", { name: "Tracks" });
    const { items } = (await tab.api.call("GET", `/datasets/${id}/files`)).json(datasetFileListSchema);
    const sha256 = items.find(({ path }) => path === "rock/first.mid")?.sha256 ?? "?";
    const before = (await tab.api.call("GET", `/datasets/${id}/files/${sha256}`)).json(reportedDatasetFileSchema);
    await page.getByText(before.sentences?.[0] ?? "?", { exact: true }).waitFor();
    const bass = before.report?.tracks.find(({ role }) => role === "bass");
    await tracks.getByRole("button", { name: new RegExp(`^Role of ${bass?.name ?? "?"}`) }).click();
    await page.getByRole("option", { name: "Left out" }).click();
    expect(await axeFindingsInBothModes(page)).toEqual([]);
    await page.getByRole("button", { name: "Read it with these roles" }).click();
    await page.getByRole("button", { name: "Leave all to the rule" }).waitFor();
    const after = (await tab.api.call("GET", `/datasets/${id}/files/${sha256}`)).json(reportedDatasetFileSchema);
    expect(after.overrides).toEqual([{ trackIndex: bass?.index, role: "none" }]);
    expect(after.lineUps?.trio).toBeUndefined();

    await page.getByRole("button", { name: "Take it out: rock/first.mid" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("“rock/first.mid” is taken out.").waitFor();
    await until(
      "the file is gone",
      20,
      async () =>
        (await tab.api.call("GET", `/datasets/${id}/files/${sha256}`)).status === 404 &&
        (await page.getByRole("list", { name: "Files", exact: true }).getByText("rock/first.mid").count()) === 0,
    );
  });

  test("one is renamed and deleted, and the dialog says what models keep", async () => {
    const id = await createDataset("old");
    await tab.show(`/datasets?q=${encodeURIComponent(mark)}`);
    const { page } = tab.opened;
    await page.getByRole("button", { name: `Actions of ${mark} old` }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill(`${mark} new`);
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await page.getByRole("link", { name: `${mark} new` }).click();
    await page.getByRole("heading", { name: `${mark} new`, level: 1 }).waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/Models that were trained on it stay/).waitFor();
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText(`“${mark} new” is deleted.`).waitFor();
    expect(new URL(page.url()).pathname).toBe("/datasets");
    expect((await tab.api.call("GET", `/datasets/${id}`)).status).toBe(404);
  });
});
