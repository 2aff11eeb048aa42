import { createHash } from "node:crypto";
import { findSampleMelody, sampleAsMelody } from "../../../domain/music/sample-melodies";
import { parseMidi } from "../../../domain/music/song";
import { sampleMelodyListSchema } from "../../../domain/schemas/api/discovery";
import { composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";

const nobody = { claims: {} };
const target = "/sample-melodies/frere-jacques/midi";

test("every sample melody of the list is a MIDI file of its own notes, without a token", async () => {
  const api = composerApi();
  const { items } = resourceOf(await api.call("GET", "/sample-melodies", nobody), sampleMelodyListSchema);
  expect(items.length).toBeGreaterThan(3);
  for (const { id, name, tempo, noteCount } of items) {
    const reply = await api.call("GET", `/sample-melodies/${id}/midi`, nobody);
    expect(reply).toMatchObject({ status: 200, headers: { "content-type": "audio/midi" } });
    const song = parseMidi(reply.bytes);
    expect(song.tempos[0]?.beatsPerMinute).toBeCloseTo(tempo, 3);
    expect(song.tracks).toMatchObject([{ name }]);
    const [track] = song.tracks;
    const sample = findSampleMelody(id);
    expect(track?.notes).toHaveLength(noteCount);
    expect(track?.notes).toEqual(sample && sampleAsMelody(sample).notes);
  }
});

test("its file may be kept for a minute, has a name, and is not sent again to who has it", async () => {
  const api = composerApi();
  const first = await api.call("GET", target, nobody);
  expect(first.headers).toMatchObject({
    "cache-control": "public, max-age=60",
    "content-disposition": "attachment; filename=\"Frere Jacques.mid\"; filename*=UTF-8''Fr%C3%A8re%20Jacques.mid",
    etag: `"${createHash("sha256").update(first.bytes).digest("hex")}"`,
  });
  const again = await api.call("GET", target, { headers: { "if-none-match": first.headers["etag"] ?? "" } });
  expect(again).toMatchObject({ status: 304, headers: { "cache-control": "public, max-age=60" } });
  expect(again.bytes).toHaveLength(0);
});

test.each([
  ["an id that no sample melody has", "/sample-melodies/another/midi", {}, 404, "NOT_FOUND"],
  ["a query", `${target}?tempo=1`, {}, 400, "INVALID_REQUEST"],
  ["a URL of a file that is in no bucket", target, { accept: "application/json" }, 406, "NOT_ACCEPTABLE"],
])("refuses %s", async (_, path, headers, status, code) => {
  const reply = await composerApi().call("GET", path, { ...nobody, headers: { ...headers } });
  expect(problemOf(reply)).toMatchObject({ status, code });
});
