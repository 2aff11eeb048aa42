/** How a re-written piece was made: the edits over the roll, from what was given to the result, seen and heard. */
import fc from "fast-check";
import * as z from "zod";
import type { Piece, PieceNote } from "../../../console/src/piece/piece";
import { writePiece } from "../../../console/src/piece/write-piece";
import { replayEdits, soundingCells } from "../../../domain/music/edit-events";
import { toGrid, trackMelody } from "../../../domain/music/melody";
import { parseMidi } from "../../../domain/music/song";
import { editEventSchema } from "../../../domain/schemas/invocation";
import { describeInBrowser } from "./support/console-browser";
import { cellsOf, noteRows } from "./support/note-rows";
import { pagesOfEachTest } from "./support/page-of-each-test";
import { slowness } from "./support/slowness";
import { eventually, loudness } from "./support/studio";

const idSchema = z.object({ id: z.string() });
const stateSchema = z.object({ state: z.string() });
const editsSchema = z.object({ items: z.array(editEventSchema) });
const numberSchema = z.array(z.number());

/** Notes of two bars as somebody plays them: never quite on the grid, and not as long as written. */
const performed: readonly PieceNote[] = [60, 62, 64, 65, 67, 69, 71, 72].map((pitch, index) => ({
  start: index * 480 + ((index * 37) % 90),
  duration: 300 + ((index * 53) % 170),
  pitch,
  velocity: 70 + index,
}));

/** 64 bars of four voices in eighths, the same each time. */
function longPiece(): Piece {
  const [steps = []] = fc.sample(fc.array(fc.nat(8), { minLength: 2048, maxLength: 2048 }), { numRuns: 1, seed: 7 });
  const tracks = [74, 67, 60, 48].map((base, voice) => ({
    name: ["Soprano", "Alto", "Tenor", "Bass"][voice] ?? "",
    program: 0,
    isDrums: false,
    notes: Array.from({ length: 512 }, (_, index) => {
      const pitch = base + (steps[voice * 512 + index] ?? 0) - 4;
      return { start: index * 240, duration: 240, pitch, velocity: 90 };
    }),
  }));
  return { tempo: 120, ticksPerBeat: 480, beatsPerBar: 4, bars: 64, tracks };
}

const inOrder = (cells: ReadonlySet<number>): number[] => [...cells].sort((one, other) => one - other);

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((one, other) => one - other)[Math.floor(share * (values.length - 1))] ?? 0;

describeInBrowser("the replay of a piece's edits", () => {
  const tab = pagesOfEachTest();

  const press = async (name: string): Promise<void> => {
    await tab.opened.page.getByRole("button", { name, exact: true }).click();
  };
  const rewritten = async (file: Uint8Array, rest: object): Promise<string> => {
    const { api } = tab;
    const headers = { "content-type": "audio/midi" };
    const track = (await api.call("POST", "/tracks?name=Played", { bytes: file, headers })).json(idSchema);
    const json = { name: "Mended", technique: "ar-cnn", modelId: "ar-cnn-bach", input: { trackId: track.id }, ...rest };
    const { id } = (await api.call("POST", "/compositions", { json })).json(idSchema);
    await api.pollUntil(`/compositions/${id}`, stateSchema, ({ state }) => state === "COMPLETED", 120);
    return id;
  };
  const editsOf = async (id: string) =>
    (await tab.api.call("GET", `/compositions/${id}/edit-events`)).json(editsSchema).items;
  const openEdits = async (id: string): Promise<void> => {
    await tab.openStudio({ path: `/studio/${id}?view=edits` });
    await tab.opened.page.getByRole("slider", { name: "Edit", exact: true }).waitFor();
  };

  test("goes from what was played to the result, cell by cell, and is heard where it stands", async () => {
    const track = { name: "Played", program: 0, isDrums: false, notes: performed };
    const file = writePiece({ tempo: 100, ticksPerBeat: 480, beatsPerBar: 4, bars: 2, tracks: [track] });
    const id = await rewritten(file, { seed: 3, parameters: { melodyLock: false } });
    const melody = trackMelody(parseMidi(file), 0);
    const input = soundingCells(toGrid({ ...melody, timeSignature: "4/4" }));
    const edits = await editsOf(id);
    const { bytes } = await tab.api.call("GET", `/compositions/${id}/midi`, { headers: { accept: "audio/midi" } });
    const made = trackMelody(parseMidi(bytes), 0);
    const result = soundingCells(toGrid({ ...made, timeSignature: "4/4" }));
    // The result is the file's. It is not the input with some of the edits left out.
    expect(inOrder(replayEdits(input, edits) ?? new Set())).toEqual(inOrder(result));
    await openEdits(id);
    const { page } = tab.opened;
    const slider = page.getByRole("slider", { name: "Edit", exact: true });
    expect(await slider.getAttribute("max")).toBe(String(edits.length));
    await press("Notes");
    const shown = async (): Promise<string> => JSON.stringify(cellsOf(await noteRows(page)));
    for (const [position, cells] of [
      [edits.length, result],
      [0, input],
      [edits.length >> 1, replayEdits(input, edits.slice(0, edits.length >> 1)) ?? new Set<number>()],
    ] as const) {
      await slider.fill(String(position));
      await eventually(shown, (seen) => seen === JSON.stringify(inOrder(cells)));
    }
    await press("Play");
    await eventually(
      async () => await loudness(page),
      (rms) => rms > 0.005,
    );
    // While it sounds, it can be scrubbed, and goes on.
    await slider.fill(String(edits.length));
    await page.waitForTimeout(600);
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
    await press("Pause");
  });

  test("runs with a frame at least every 50 ms, and scrubs 64 bars of four voices within a frame", async () => {
    const id = await rewritten(writePiece(longPiece()), {
      inputOptions: { allTracks: true },
      parameters: { maxNotesAdded: 1000, temperature: 3, melodyLock: false },
    });
    expect((await editsOf(id)).length).toBeGreaterThan(1000);
    await openEdits(id);
    const { page } = tab.opened;
    const slider = page.getByRole("slider", { name: "Edit", exact: true });
    await slider.fill("0");
    await press("Play the edits");
    await eventually(
      async () => Number(await slider.inputValue()),
      (position) => position > 20,
    );
    const frames = numberSchema.parse(
      await page.evaluate(
        async () =>
          await new Promise((resolve) => {
            const times: number[] = [];
            const frame = (now: number): void => {
              times.push(now);
              if (times.length < 90) requestAnimationFrame(frame);
              else resolve(times.slice(1).map((time, index) => time - (times[index] ?? 0)));
            };
            requestAnimationFrame(frame);
          }),
      ),
    );
    const times = await slowness(page);
    expect(quantile(frames, 0.95)).toBeLessThan(50 * times);
    expect(Math.max(...frames)).toBeLessThan(200 * times);
    await press("Play the edits");
    const { scrubs, longTasks } = z.object({ scrubs: numberSchema, longTasks: numberSchema }).parse(
      await slider.evaluate(async (element) => {
        if (!(element instanceof HTMLInputElement)) throw new Error("The slider is no input.");
        const tasks: number[] = [];
        const observer = new PerformanceObserver((list) => {
          tasks.push(...list.getEntries().map(({ duration }) => duration));
        });
        const times: number[] = [];
        for (let index = 0; index < 101; index += 1) {
          const begun = performance.now();
          const position = String(Math.floor(((index * 7919) % 101) * (Number(element.max) / 101)));
          // React listens to the property of the element itself, so it is set behind its back.
          Reflect.set(HTMLInputElement.prototype, "value", position, element);
          // React renders what a person does before the event has ended.
          element.dispatchEvent(new Event("input", { bubbles: true }));
          times.push(performance.now() - begun);
          if (index === 0) observer.observe({ type: "longtask" });
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        observer.disconnect();
        return { scrubs: times.slice(1), longTasks: tasks };
      }),
    );
    expect(scrubs).toHaveLength(100);
    console.log(
      `${Math.round(quantile(frames, 0.95))} ms between frames and ${quantile(scrubs, 0.95).toFixed(1)} ms a scrub (p95)`,
    );
    const timesNow = Math.max(times, await slowness(page));
    expect(quantile(scrubs, 0.95)).toBeLessThan(16 * timesNow);
    expect(longTasks.filter((duration) => duration > 200 * timesNow)).toEqual([]);
  });
});
