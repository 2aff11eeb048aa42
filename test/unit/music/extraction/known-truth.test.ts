/** Files of which it is known what each track is, while their names and instruments say nothing. */
import { extractSong, type FileExtraction } from "../../../../domain/music/extraction/extract";
import { placeOnGrid } from "../../../../domain/music/extraction/grid";
import { pieceBars } from "../../../../domain/music/extraction/piece-bars";
import { type Cast, castTracks } from "../../../../domain/music/extraction/roles";
import { parseMidi } from "../../../../domain/music/song";
import { type ArrangedFile, arrangedFiles } from "../../../support/arranged-files";

interface Known {
  readonly file: ArrangedFile;
  readonly cast: Cast;
  readonly extracted: FileExtraction;
}

const known = arrangedFiles({ count: 240, seed: 15 }).map((file): Known => {
  const song = parseMidi(file.bytes);
  const map = pieceBars(song);
  const cast = castTracks({ tracks: placeOnGrid(song, map).tracks, map, file: "", overrides: [] });
  return { file, cast, extracted: extractSong(song) };
});

/** Returns the share of the tests that hold, of all files. */
function shareOf(tests: (params: Known) => readonly boolean[]): number {
  const all = known.flatMap(tests);
  return all.filter(Boolean).length / all.length;
}

test("the bass is found in at least 98 of 100 files", () => {
  const share = shareOf(({ file, cast }) => {
    if (!file.roles.includes("bass")) return [];
    const found = cast.tracks.flatMap(({ role }, index) => (role === "bass" ? [file.roles[index]] : []));
    return [found.length === 1 && found[0] === "bass"];
  });
  expect(share).toBeGreaterThanOrEqual(0.98);
});

test("the melody is found in at least 95 of 100 bars, also where another track takes it over", () => {
  const share = shareOf(({ file, cast }) =>
    file.melodyOfBar.map((index, bar) => cast.melodyOfBar[bar]?.track.index === index),
  );
  expect(share).toBeGreaterThanOrEqual(0.95);
  const handedOver = known.filter(({ file }) => file.roles.includes("second melody"));
  expect(handedOver.length).toBeGreaterThan(20);
});

test("drums are drums, and nothing else is", () => {
  const share = shareOf(({ file, cast }) =>
    cast.tracks.map(({ role }, index) => (role === "drums") === (file.roles[index] === "drums")),
  );
  expect(share).toBe(1);
});

test("swing is recognized in nearly every file that swings, and in none that is straight", () => {
  const swings = known.map(({ file: { isSwung }, extracted }) => {
    const report = extracted.kind === "EXTRACTED" ? extracted.extraction.report : extracted.report;
    return { isSwung, swing: report?.swing };
  });
  expect(swings.filter(({ isSwung, swing }) => !isSwung && swing === true)).toEqual([]);
  const swung = swings.filter(({ isSwung }) => isSwung);
  expect(swung.filter(({ swing }) => swing === true).length / swung.length).toBeGreaterThanOrEqual(0.95);
});

test("every file with drums is a band, and every file but those in unclear swing is a trio", () => {
  const rejected = known.flatMap(({ extracted }) => (extracted.kind === "REJECTED" ? [extracted.rejection.code] : []));
  expect(rejected.filter((code) => code !== "OFF_THE_GRID")).toEqual([]);
  expect(rejected.length / known.length).toBeLessThanOrEqual(0.02);
  for (const { file, extracted } of known) {
    if (extracted.kind === "REJECTED") continue;
    expect(extracted.extraction.lineUps.trio.kind).toBe("PIECES");
    expect(extracted.extraction.lineUps.band.kind).toBe(file.roles.includes("drums") ? "PIECES" : "MISSING");
  }
});
