/** Which tracks of a file or of a piece go on. */
import * as z from "zod";
import { writePiece } from "../../../console/src/piece/write-piece";
import {
  type ConsoleBrowser,
  type ConsolePage,
  describeInBrowser,
  launchConsoleBrowser,
} from "./support/console-browser";
import { compose, openStudio } from "./support/studio";

const pieceSchema = z.object({
  inputOptions: z.object({ allTracks: z.boolean().optional(), extendedTracks: z.array(z.int()).optional() }),
  output: z.object({ tracks: z.array(z.object({ index: z.int(), source: z.string(), noteCount: z.int() })) }),
});

const line = (pitches: readonly number[]) =>
  pitches.map((pitch, index) => ({ start: index * 480, duration: 480, pitch, velocity: 90 }));

/** A file of two bars: a tune, a middle voice and a bass that go together, and drums. */
const trio = (): Uint8Array =>
  writePiece({
    tempo: 100,
    ticksPerBeat: 480,
    beatsPerBar: 4,
    bars: 2,
    tracks: [
      { name: "Tune", program: 73, isDrums: false, notes: line([72, 74, 76, 74, 72, 71, 72, 72]) },
      { name: "Middle", program: 48, isDrums: false, notes: line([64, 65, 67, 65, 64, 62, 64]) },
      { name: "Low", program: 32, isDrums: false, notes: line([48, 47, 45, 43, 45, 48]) },
      { name: "Kit", program: 0, isDrums: true, notes: line([36, 38]) },
    ],
  });

describeInBrowser("pieces that go on", () => {
  let browser: ConsoleBrowser;
  let opened: ConsolePage;

  beforeAll(async () => {
    browser = await launchConsoleBrowser();
  });
  afterEach(async () => {
    await opened.close();
  });
  afterAll(async () => {
    await browser.close();
  });

  const pieceOf = async (id: string) =>
    (await (await browser.api()).call("GET", `/compositions/${id}`)).json(pieceSchema);

  test("the tracks that go on are chosen by name, of a file and of a finished piece", async () => {
    opened = await openStudio(browser);
    const { page } = opened;
    const tracks = page.getByRole("group", { name: "Tracks that go on" });
    const track = (name: string) => tracks.getByRole("checkbox", { name });
    await page
      .locator("form input[type=file]")
      .setInputFiles({ name: "trio.mid", mimeType: "audio/midi", buffer: Buffer.from(trio()) });
    const all = page.getByRole("checkbox", { name: "Give the technique all tracks" });
    await page.getByRole("radio", { name: /Re-write/ }).check();
    await all.check();
    expect(await tracks.count()).toBe(0);
    await page.getByRole("radio", { name: /Extend/ }).check();
    await tracks.waitFor();
    // Drums never go on, and all others do unless one is left out.
    expect(await tracks.getByRole("checkbox").count()).toBe(3);
    for (const name of ["Tune (8 notes)", "Middle (7 notes)", "Low (6 notes)"]) {
      expect(await track(name).isChecked()).toBe(true);
    }
    await track("Tune").uncheck();
    await track("Middle").uncheck();
    expect(await track("Low").isDisabled()).toBe(true);
    await page.getByRole("spinbutton", { name: "Extension bars, value" }).fill("2");
    const id = await compose(opened);
    const low = await pieceOf(id);
    expect(low.inputOptions).toMatchObject({ allTracks: true, extendedTracks: [2] });
    expect(low.output.tracks.map(({ source }) => source)).toEqual(["input", "input", "extended", "input"]);

    await page.goto(opened.at(`/studio?melody=composition:${id}&technique=transformer`));
    await tracks.waitFor();
    expect(await tracks.getByRole("checkbox").count()).toBe(3);
    expect(await track("Low").isChecked()).toBe(true);
    await track("Low").uncheck();
    const next = await pieceOf(await compose(opened));
    expect(next.inputOptions).toEqual({ extendedTracks: [0, 1] });
    expect(next.output.tracks.map(({ source }) => source)).toEqual(["extended", "extended", "input", "input"]);
  });
});
