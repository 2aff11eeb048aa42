/** What the table under "Notes" tells: the notes of what stands on the stage, track by track. */
import type { Page } from "playwright-core";
import { cellOf } from "../../../../console/src/stage/replay";

const pitchNames = ["C", "C sharp", "D", "D sharp", "E", "F", "F sharp", "G", "G sharp", "A", "A sharp", "B"];
const stepsPerBar = 16;
const stepsPerBeat = 4;

/** A note of a piece in 4/4, in sixteenths. */
export interface NoteRow {
  readonly step: number;
  readonly pitch: number;
  readonly steps: number;
  readonly velocity: number;
}

function readRow([place = "", pitch = "", steps = "", velocity = ""]: readonly string[]): NoteRow {
  const [bar = 1, beat = 1, sixteenth = 1] = place.split(".").map(Number);
  const octave = /-?\d+$/.exec(pitch)?.[0] ?? "";
  const pitchClass = pitchNames.indexOf(pitch.slice(0, pitch.length - octave.length).trim());
  if (pitchClass < 0) throw new Error(`The table names the pitch ${JSON.stringify(pitch)}.`);
  return {
    step: (bar - 1) * stepsPerBar + (beat - 1) * stepsPerBeat + sixteenth - 1,
    pitch: (Number(octave) + 1) * 12 + pitchClass,
    steps: Number(steps),
    velocity: Number(velocity),
  };
}

/** Returns the rows of the table that is open. */
export async function noteRows(page: Page): Promise<readonly NoteRow[]> {
  const rows = await page
    .locator(".note-table tbody tr")
    .evaluateAll((elements) =>
      elements.map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => textContent)),
    );
  return rows.filter((cells) => cells.length > 0).map(readRow);
}

/** Returns the cells that the notes cover, in order. */
export const cellsOf = (rows: readonly NoteRow[]): readonly number[] =>
  [
    ...new Set(
      rows.flatMap(({ step, steps, pitch }) => Array.from({ length: steps }, (_, at) => cellOf(step + at, pitch))),
    ),
  ].sort((one, other) => one - other);

/** Returns how many notes each track of the table has, by its name. A table of one track does not name it. */
export async function noteCountsByTrack(page: Page): Promise<readonly (readonly [name: string, notes: number])[]> {
  return await page
    .locator(".note-table tbody")
    .evaluateAll((tracks) =>
      tracks.map(
        (track) =>
          [
            track.querySelector("th")?.textContent ?? "",
            [...track.querySelectorAll("tr")].filter((row) => row.querySelector("td") !== null).length,
          ] as const,
      ),
    );
}
