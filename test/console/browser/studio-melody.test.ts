/** Melodies of one's own: files, recordings, edits. */
import * as z from "zod";
import { writePiece } from "../../../console/src/piece/write-piece";
import { axeFindingsInBothModes } from "./support/axe-findings";
import { describeInBrowser } from "./support/console-browser";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { compose, eventually, loudness, stageCounts } from "./support/studio";
import { midiFileOf } from "./support/tune";

const tracksSchema = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      noteCount: z.int(),
      trackIndex: z.int(),
      origin: z.object({ kind: z.string() }).optional(),
    }),
  ),
});

const scale = (pitches: readonly number[]) =>
  pitches.map((pitch, index) => ({ start: index * 480, duration: 480, pitch, velocity: 90 }));

/** A file of 24 ticks a quarter note with bars of 3, 3, 4, 4, 4, 5, 2 and 2 quarter notes, a note on each. */
function changingFile(): Uint8Array {
  const bars = [3, 3, 4, 4, 4, 5, 2, 2];
  const events = bars.flatMap((quarters, bar) => [
    ...(bars[bar - 1] === quarters ? [] : [0, 0xff, 0x58, 0x04, quarters, 2, 24, 8]),
    ...Array.from({ length: quarters }, (_, beat) => [
      0,
      0x90,
      60 + bar + beat,
      90,
      24,
      0x80,
      60 + bar + beat,
      0,
    ]).flat(),
  ]);
  const track = [...events, 0, 0xff, 0x2f, 0];
  const head = [...Buffer.from("MThd"), 0, 0, 0, 6, 0, 0, 0, 1, 0, 24];
  return Uint8Array.from([...head, ...Buffer.from("MTrk"), 0, 0, track.length >> 8, track.length & 255, ...track]);
}

/** A file of three tracks, of which the second has the most notes. */
const severalTracks = (): Uint8Array =>
  writePiece({
    tempo: 100,
    ticksPerBeat: 480,
    beatsPerBar: 4,
    bars: 2,
    tracks: [
      { name: "Low", program: 32, isDrums: false, notes: scale([36, 43, 36, 43]) },
      { name: "Melody", program: 0, isDrums: false, notes: scale([60, 62, 64, 65, 67, 65, 64, 62]) },
      { name: "Middle", program: 48, isDrums: false, notes: scale([55, 57, 59, 60, 59]) },
    ],
  });

describeInBrowser("melodies in the studio", () => {
  const tab = pagesOfEachTest();

  const tracks = async () => (await tab.api.call("GET", "/tracks?limit=100")).json(tracksSchema).items;
  const openFile = async (name: string, bytes: Uint8Array): Promise<void> => {
    await tab.opened.page
      .locator("form input[type=file]")
      .setInputFiles({ name, mimeType: "audio/midi", buffer: Buffer.from(bytes) });
  };
  /** Drops a file on the page, as from a folder of the desktop. */
  const dropFile = async (name: string, bytes: Uint8Array): Promise<void> => {
    await tab.opened.page.evaluate(
      ([title, content]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([Uint8Array.from(content)], title, { type: "audio/midi" }));
        for (const type of ["dragover", "drop"])
          document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      },
      [name, [...bytes]] as const,
    );
  };
  const notesOnStage = async (notes: number) =>
    await eventually(
      async () => await stageCounts(tab.opened.page),
      (counts) => counts?.notes === notes,
    );

  test("a file is refused before it is sent, in the server's words", async () => {
    const { page, requested } = await tab.openStudio();
    await notesOnStage(42);
    await openFile("song.mid", new TextEncoder().encode("no music"));
    const input = page.getByRole("button", { name: /^Input/ });
    await page.getByText(/“song.mid” cannot be used/).waitFor();
    expect(await input.getAttribute("aria-invalid")).toBe("true");
    // The bars are in 5/4, which no technique takes: bytes 8 and 9 of the time signature's event.
    const odd = Buffer.from(midiFileOf());
    odd[odd.indexOf(Buffer.from([0xff, 0x58, 0x04])) + 3] = 5;
    await dropFile("five.mid", odd);
    const refusal = page.getByText(/“five.mid” cannot be used/);
    await refusal.waitFor();
    const server = await tab.api.call("POST", "/tracks?name=five", {
      bytes: odd,
      headers: { "content-type": "audio/midi" },
    });
    const { detail } = server.json(z.object({ detail: z.string() }));
    expect(await refusal.textContent()).toContain(detail);
    expect(requested.filter((url) => new URL(url).pathname === "/tracks" && !url.includes("limit"))).toEqual([]);
    await notesOnStage(42);
  });

  test("of a file with several tracks one is chosen, drawn, and sent once when a piece is made of it", async () => {
    const { page } = await tab.openStudio();
    const posted: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && new URL(request.url()).pathname === "/tracks") posted.push(request.url());
    });
    await notesOnStage(42);
    await dropFile("several.mid", severalTracks());
    await notesOnStage(8);
    await page.getByRole("button", { name: /^Track/ }).click();
    await page.getByRole("option", { name: "Middle (5 notes)" }).click();
    await notesOnStage(5);
    await compose(tab.opened);
    expect(posted).toHaveLength(1);
    const [newest] = await tracks();
    expect(newest).toMatchObject({ name: "several", noteCount: 5, origin: { kind: "upload" } });
  });

  test("of a file whose time signature changes a part is taken, another can be chosen, and the API takes it", async () => {
    const { page } = await tab.openStudio();
    await openFile("changing.mid", changingFile());
    await notesOnStage(12);
    await page.getByText("The time signature changes, so bars 3 to 5 are taken.").waitFor();
    await page.getByRole("button", { name: "Shape it" }).click();
    await page.getByRole("spinbutton", { name: "First bar" }).first().fill("1");
    await notesOnStage(6);
    await page.getByRole("spinbutton", { name: "First bar" }).first().fill("6");
    await page.getByText("bar 6 is in 5/4", { exact: false }).first().waitFor();
    await page.getByRole("spinbutton", { name: "First bar" }).first().fill("4");
    await notesOnStage(8);
    const id = await compose(tab.opened);
    const piece = (await tab.api.call("GET", `/compositions/${id}`)).json(
      z.object({ inputOptions: z.object({ startBar: z.int(), bars: z.int() }), output: z.object({ bars: z.int() }) }),
    );
    expect(piece).toEqual({ inputOptions: { startBar: 4, bars: 2 }, output: { bars: 2 } });
  });

  test("an answer that is lost makes no second melody", async () => {
    const { page } = await tab.openStudio();
    const keys: (string | undefined)[] = [];
    await page.route("**/tracks?*", async (route) => {
      const request = route.request();
      if (request.method() !== "POST") {
        await route.continue();
        return;
      }
      keys.push((await request.allHeaders())["idempotency-key"]);
      if (keys.length > 1) {
        await route.continue();
        return;
      }
      // The API has made the track, and its answer does not arrive.
      await route.fetch();
      await route.abort("connectionreset");
    });
    const before = (await tracks()).length;
    await openFile("once.mid", midiFileOf());
    await notesOnStage(8);
    await page.getByRole("button", { name: "Save the melody" }).click();
    await page.getByText("is saved among your melodies").waitFor();
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect((await tracks()).length).toBe(before + 1);
    expect(tab.opened.takeErrors().filter((error) => !error.includes("ERR_CONNECTION_RESET"))).toEqual([]);
  });

  test("what is played on the computer's keyboard is recorded, and a piece is made of it", async () => {
    const { page } = await tab.openStudio();
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await page.getByRole("spinbutton", { name: "Tempo" }).fill("120");
    await page.getByRole("form").waitFor();
    await page.locator(".recorder").getByRole("button", { name: "Record" }).click();
    await page.getByText("Recording…").waitFor();
    for (const key of ["KeyA", "KeyS", "KeyD", "KeyF"]) {
      await page.keyboard.down(key);
      await page.waitForTimeout(250);
      await page.keyboard.up(key);
      await page.waitForTimeout(250);
    }
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("4 notes were recorded.").waitFor();
    await notesOnStage(4);
    expect(await axeFindingsInBothModes(page)).toEqual([]);
    await page.getByRole("button", { name: "Notes" }).click();
    const pitches = await page.getByRole("table").getByRole("row").allTextContents();
    expect(pitches.slice(1).map((row) => /[A-G]\s?\d/.exec(row)?.[0].replace(" ", ""))).toEqual([
      "F3",
      "G3",
      "A3",
      "B3",
    ]);
    await compose(tab.opened);
    expect((await tracks())[0]).toMatchObject({ noteCount: 4, origin: { kind: "recording" } });
  });

  test("a MIDI keyboard's notes are lit and recorded with their velocity", async () => {
    const { page } = await tab.openStudio({ isSignedIn: false });
    await page.addInitScript(() => {
      const input = Object.assign(new EventTarget(), {
        id: "one",
        name: "Little keys",
        manufacturer: "",
        type: "input",
        version: "1",
        state: "connected",
        connection: "open",
        onmidimessage: null,
        onstatechange: null,
        open: async () => await Promise.resolve(input),
        close: async () => await Promise.resolve(input),
      });
      const access = Object.assign(new EventTarget(), {
        inputs: new Map([["one", input]]),
        outputs: new Map(),
        sysexEnabled: false,
        onstatechange: null,
      });
      Object.defineProperty(navigator, "requestMIDIAccess", { value: async () => await Promise.resolve(access) });
      Object.defineProperty(globalThis, "sendMidi", {
        value: (data: readonly number[]) => {
          const event = Object.assign(new Event("midimessage"), { data: Uint8Array.from(data) });
          const listener: unknown = input.onmidimessage;
          if (typeof listener === "function") Reflect.apply(listener, input, [event]);
        },
      });
    });
    await page.reload();
    await page.getByRole("button", { name: "Record", exact: true }).click();
    await page.getByRole("button", { name: "Connect a MIDI keyboard" }).click();
    await page.getByText("Little keys is connected.").waitFor();
    await page.locator(".recorder").getByRole("button", { name: "Record" }).click();
    await page.getByText("Recording…").waitFor();
    const send = async (data: readonly number[]) => {
      await page.evaluate((message) => {
        const sender: unknown = Reflect.get(globalThis, "sendMidi");
        if (typeof sender === "function") Reflect.apply(sender, undefined, [message]);
      }, data);
    };
    for (const pitch of [60, 64, 67]) {
      await send([0x90, pitch, 40]);
      await eventually(
        async () => await page.locator(".key-down").count(),
        (count) => count === 1,
      );
      await eventually(
        async () => await loudness(page),
        (rms) => rms > 0.001,
      );
      await send([0x80, pitch, 0]);
      await page.waitForTimeout(150);
    }
    await page.getByRole("button", { name: "Stop" }).click();
    await notesOnStage(3);
    await page.getByRole("button", { name: "Notes" }).click();
    const rows = await page.getByRole("table").getByRole("row").allTextContents();
    expect(rows.slice(1).every((row) => row.endsWith("40"))).toBe(true);
  });

  test("notes are edited, undone and done again, and the melody is saved when a piece is made of it", async () => {
    const { page } = await tab.openStudio();
    await notesOnStage(42);
    const roll = page.locator(".stage .roll");
    await roll.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await notesOnStage(43);
    await page.keyboard.press("Enter");
    await notesOnStage(42);
    await page.getByRole("button", { name: "Undo" }).click();
    await notesOnStage(43);
    await page.getByRole("button", { name: "Undo" }).click();
    await notesOnStage(42);
    await page.getByRole("button", { name: "Redo" }).click();
    await notesOnStage(43);
    // What is not saved outlives a reload.
    await page.reload();
    await notesOnStage(43);
    await compose(tab.opened);
    expect((await tracks())[0]).toMatchObject({ noteCount: 43, origin: { kind: "edit" } });
  });
});
