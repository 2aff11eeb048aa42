/** A compressed body is refused for being compressed, and not for its bytes. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { apiRoutes } from "../../../naming/api-routes";
import { middleC, midiFile, trackChunk } from "../../support/midi-bytes";
import { composerApi } from "./support/composer-api";
import { type Call, problemOf } from "./support/documented-api";

const midi = midiFile([trackChunk(middleC)]);
const json = Buffer.from(JSON.stringify({ name: "A" }));
const encoders = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };
const operations = Object.entries(apiRoutes).filter(([id]) => id !== "getOpenApiDocument");

describe.each(Object.entries(encoders))("Content-Encoding: %s", (encoding, encode) => {
  test.each(operations)("is refused by name: %s", async (_, { method, path }) => {
    const isUpload = method === "POST" && path === "/tracks";
    const reply = await composerApi().call(method, path.replaceAll(/\{\w+\}/g, "0".repeat(26)), {
      bytes: encode(isUpload ? midi : json),
      headers: { "content-encoding": encoding, "content-type": isUpload ? "audio/midi" : "application/json" },
    });
    expect(reply.status).toBe(415);
    const problem = problemOf(reply);
    expect(problem).toMatchObject({
      code: "UNSUPPORTED_CONTENT_ENCODING",
      errors: [{ pointer: "Content-Encoding:", value: encoding, allowed: "identity, or no such header" }],
    });
    for (const word of ["Content-Encoding", encoding, "identity"]) expect(problem.detail).toContain(word);
    // RFC 9110, 15.5.16.
    expect(reply.headers["accept-encoding"]).toBe("identity");
  });
});

const upload = async (headers: Record<string, string>, call: Call = { bytes: midi }) =>
  await composerApi().call("POST", "/tracks", { ...call, headers: { "content-type": "audio/midi", ...headers } });

test.each(["gzip, identity", "GZIP", "x-gzip", "aws-chunked", "zstd", ",", "identity\u0000"])(
  "%j is refused, too",
  async (encoding) => {
    expect((await upload({ "content-encoding": encoding })).status).toBe(415);
  },
);

test.each(["identity", "Identity ", "", "identity, identity"])("%j changes nothing", async (encoding) => {
  expect((await upload({ "content-encoding": encoding })).status).toBe(201);
});

test("a request without a body has nothing that is encoded", async () => {
  const reply = await composerApi().call("GET", "/tracks", { headers: { "content-encoding": "gzip" } });
  expect(reply.status).toBe(200);
});

test("an encoded part of a form is refused by its number", async () => {
  const part = (headers: string) =>
    Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="file"; filename="a.mid"\r\n${headers}\r\n`, "latin1"),
      gzipSync(midi),
      Buffer.from("\r\n--b--\r\n"),
    ]);
  const reply = await upload(
    { "content-type": "multipart/form-data; boundary=b" },
    { bytes: part("Content-Encoding: gzip\r\n") },
  );
  expect(reply.status).toBe(415);
  expect(problemOf(reply)).toMatchObject({ code: "UNSUPPORTED_CONTENT_ENCODING" });
  expect(problemOf(reply).detail).toMatch(/part 1 .*Content-Encoding "gzip"/i);
});
