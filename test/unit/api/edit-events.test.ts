/** The forms in which edit events are sent: a list or columns, compressed or not. */
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { cellOf, editEventColumns, replayEdits } from "../../../domain/music/edit-events";
import { editEventColumnsSchema } from "../../../domain/schemas/api/compositions";
import type { EditEvent } from "../../../domain/schemas/invocation";
import { negotiateCoding } from "../../../lambdas/http/compressed-response";
import { readRequest } from "../../../lambdas/http/request";
import { withHttp } from "../../../lambdas/http/with-http";
import { editEventColumnsType } from "../../../naming/media-types";
import { compositionEditEventsKey } from "../../../naming/object-keys";
import { type ComposerApi, composerApi, composerOperations } from "./support/composer-api";
import { httpEvent, problemOf } from "./support/documented-api";
import { bob, composition, finishedOutput } from "./support/items";

const events: readonly EditEvent[] = [
  { step: 1, pitch: 60, kind: "remove", original: true, pass: 0, probability: 0.9123456 },
  { step: 1, pitch: 62, kind: "add", original: false, pass: 0, probability: 0.5 },
  { step: 9, pitch: 64, kind: "add", original: false, pass: 1, probability: 0.0004 },
];
const columns = {
  step: [1, 1, 9],
  pitch: [60, 62, 64],
  added: [0, 1, 1],
  original: [1, 0, 0],
  pass: [0, 0, 1],
  probability: [0.912, 0.5, 0],
};

function piece(api: ComposerApi): string {
  const item = composition({ state: "COMPLETED", output: { ...finishedOutput, editEventCount: events.length } });
  api.compositions.put(item);
  api.files.objects.set(compositionEditEventsKey(item), Buffer.from(JSON.stringify({ items: events })));
  return `/compositions/${item.id}/edit-events`;
}

const asColumns = { accept: editEventColumnsType };

test("edit events come as a list, or in columns for those who ask for them", async () => {
  const api = composerApi();
  const path = piece(api);
  for (const accept of [undefined, "*/*", "application/json", `application/json, ${editEventColumnsType}`]) {
    const reply = await api.call("GET", path, accept === undefined ? {} : { headers: { accept } });
    expect(reply).toMatchObject({ status: 200, body: { items: events } });
    expect(reply.headers["content-type"]).toBe("application/json");
  }
  const reply = await api.call("GET", path, { headers: asColumns });
  expect(reply).toMatchObject({ status: 200, body: columns, headers: { "content-type": editEventColumnsType } });
  expect(problemOf(await api.call("GET", path, { headers: { accept: "text/html" } }))).toMatchObject({
    code: "NOT_ACCEPTABLE",
    errors: [{ pointer: "Accept:", allowed: `application/json or ${editEventColumnsType}` }],
  });
  expect((await api.call("GET", path, { headers: asColumns, sub: bob })).status).toBe(404);
});

test("what is compressed says so, and is the same", async () => {
  const api = composerApi();
  const path = piece(api);
  const handler = withHttp({ operations: composerOperations(api.ports), log: api.log });
  for (const accept of ["application/json", editEventColumnsType]) {
    const headers = { accept, "accept-encoding": "gzip, deflate, br" };
    const { body, isBase64Encoded, headers: sent } = await handler(httpEvent("GET", path, { headers }));
    expect(sent).toMatchObject({ "content-encoding": "gzip", vary: "accept, accept-encoding", "content-type": accept });
    expect(isBase64Encoded).toBe(true);
    const plain = await handler(httpEvent("GET", path, { headers: { accept } }));
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(gunzipSync(Buffer.from(body, "base64")).toString("utf8")).toBe(plain.body);
  }
});

test("each form and coding has an ETag of its own, for which alone there is 304 without a read", async () => {
  const api = composerApi();
  const path = piece(api);
  const forms = [{}, asColumns].flatMap((form) => [form, { ...form, "accept-encoding": "gzip" }]);
  const tags: string[] = [];
  for (const headers of forms) tags.push((await api.call("GET", path, { headers })).headers["etag"] ?? "");
  expect(new Set(tags).size).toBe(4);
  for (const [index, headers] of forms.entries()) {
    for (const [other, tag] of tags.entries()) {
      const reply = await api.call("GET", path, { headers: { ...headers, "if-none-match": tag } });
      expect(reply.status).toBe(index === other ? 304 : 200);
      expect(reply.headers).toMatchObject({ etag: tags[index], vary: "accept, accept-encoding" });
    }
  }
  api.files.objects.clear();
  const known = { ...asColumns, "if-none-match": tags[2] ?? "" };
  expect((await api.call("GET", path, { headers: known })).status).toBe(304);
  expect((await api.call("GET", path, { headers: asColumns })).status).toBe(410);
});

test.each([
  [undefined, "identity"],
  ["", "identity"],
  ["gzip", "gzip"],
  ["GZip;q=0.5", "gzip"],
  ["x-gzip", "gzip"],
  ["br, deflate", "identity"],
  ["*", "gzip"],
  ["*;q=0", "identity"],
  ["gzip;q=0, *", "identity"],
  ["gzip;q=0.5, identity", "identity"],
  ["identity;q=0, gzip;q=0.1", "gzip"],
  ["identity;q=0", "identity"],
  ["gzip;q=never", "identity"],
])("Accept-Encoding: %s gives %s", (given, coding) => {
  const headers: Record<string, string> = given === undefined ? {} : { "accept-encoding": given };
  expect(negotiateCoding(readRequest(httpEvent("GET", "/usage", { headers })))).toBe(coding);
});

const edit = fc.record({
  step: fc.nat(1023),
  pitch: fc.nat(127),
  kind: fc.constantFrom("add", "remove"),
  original: fc.boolean(),
  pass: fc.nat(999),
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("columns say of every edit what the list says, but for the digits of probabilities", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 50 }), (edits) => {
      const read = editEventColumnsSchema.parse(JSON.parse(JSON.stringify(editEventColumns(edits))));
      for (const column of Object.values(read)) expect(column).toHaveLength(edits.length);
      for (const [index, { step, pitch, kind, original, pass, probability }] of edits.entries()) {
        expect([read.step[index], read.pitch[index], read.pass[index]]).toEqual([step, pitch, pass]);
        expect([read.added[index] === 1 ? "add" : "remove", read.original[index] === 1]).toEqual([kind, original]);
        expect(Math.abs((read.probability[index] ?? Number.NaN) - probability)).toBeLessThanOrEqual(0.000_501);
      }
    }),
  );
});

test("columns can be replayed as the list can", () => {
  const input = new Set([cellOf(1, 60)]);
  const replayed = new Set(input);
  for (const [index, added] of columns.added.entries()) {
    const cell = cellOf(columns.step[index] ?? 0, columns.pitch[index] ?? 0);
    if (added === 1) replayed.add(cell);
    else replayed.delete(cell);
  }
  expect(replayed).toEqual(replayEdits(input, events));
  expect(editEventColumns(events)).toEqual(columns);
});
