/**
 * Cuts the excerpts of the quiz "Which is Bach?" out of the data set `bach-chorales`. They are cut where the console is
 * built, because the repository does not pass on the encodings that the data set is made from (datasets/). Without the
 * data set the file has no excerpts, and the page says so; `npm start` cuts them when the data set is there.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { unpackNotes } from "../../domain/datasets/packed-notes";
import type { BachExcerpts } from "../src/learn/bach-excerpts";

const pieceSchema = z.object({
  id: z.string(),
  title: z.string(),
  bars: z.int(),
  voices: z.array(z.object({ notes: z.string() })),
});
const manifestSchema = z.object({
  licence: z.string(),
  source: z.string(),
  shards: z.array(z.object({ file: z.string() })),
});
const wantedSchema = z.array(z.object({ id: z.string(), bars: z.int() }));

const stepsPerBar = 16;

/** Returns the folder of the newest version of the data set that is built. */
function datasetFolder(repository: string): string | undefined {
  const versions = join(repository, ".cache/datasets/bach-chorales");
  const [newest] = existsSync(versions)
    ? readdirSync(versions)
        .filter((version) => existsSync(join(versions, version, "pieces-0001.jsonl.gz")))
        .sort((one, other) => Number(other) - Number(one))
    : [];
  return newest === undefined ? undefined : join(versions, newest);
}

export function cutBachExcerpts(repository: string): BachExcerpts {
  const folder = datasetFolder(repository);
  if (folder === undefined) return { source: "", license: "", excerpts: [] };
  const voices = readFileSync(join(repository, "console/src/learn/pieces/model-voices.json"), "utf8");
  const wanted = new Map(wantedSchema.parse(JSON.parse(voices)).map(({ id, bars }) => [id, bars]));
  const { licence, source, shards } = manifestSchema.parse(
    JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")),
  );
  const excerpts = shards
    .flatMap(({ file }) =>
      gunzipSync(readFileSync(join(folder, file)))
        .toString("utf8")
        .trim()
        .split("\n"),
    )
    .map((line) => pieceSchema.parse(JSON.parse(line)))
    .flatMap((piece) => {
      const bars = wanted.get(piece.id);
      if (bars === undefined) return [];
      const end = bars * stepsPerBar;
      const cut = piece.voices.map(({ notes }) =>
        unpackNotes(notes, piece.bars * stepsPerBar)
          .filter(({ onset }) => onset < end)
          .map(({ onset, duration, pitch }) => [onset, Math.min(duration, end - onset), pitch] as const),
      );
      return [{ id: piece.id, title: piece.title, bars, voices: cut }];
    });
  return { source, license: licence, excerpts };
}
