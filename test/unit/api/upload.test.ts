/** The ways in which a MIDI file may be sent to POST /tracks, and every other one refused. */
import { writeMidi } from "../../../domain/music/score";
import { trackSchema } from "../../../domain/schemas/api/tracks";
import { trackKey } from "../../../naming/object-keys";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, type Reply, resourceOf } from "./support/documented-api";
import { alice } from "./support/items";

const noteAt = (startTick: number) => ({ startTick, durationTicks: 480, pitch: 60, velocity: 90 });
const midiNamed = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    writeMidi({
      schemaVersion: 1,
      name,
      ticksPerBeat: 480,
      tempo: 90,
      bars: 1,
      tracks: [
        { name, program: 0, source: "input", notes: [noteAt(0)] },
        { name: "Bass", program: 32, source: "input", notes: [noteAt(480)] },
      ],
    }),
  );
const midi = midiNamed("Flute");

/** A form as fetch encodes it: with a new boundary each time. */
async function formCall(fill: (form: FormData) => void, more: Readonly<Record<string, string>> = {}) {
  const form = new FormData();
  fill(form);
  const encoded = new Response(form);
  const bytes = new Uint8Array(await encoded.arrayBuffer());
  return { bytes, headers: { "content-type": encoded.headers.get("content-type") ?? "", ...more } };
}
const file = (bytes = midi, name = "tune.mid", type = "audio/midi"): File => new File([bytes], name, { type });

/** A body with the boundary `b`, as it stands. */
const raw = (text: string, type = "multipart/form-data; boundary=b") => ({
  bytes: Buffer.from(text, "latin1"),
  headers: { "content-type": type },
});
const part = (header: string, body: string): string => `--b\r\n${header}\r\n\r\n${body}\r\n`;
const fileHeader = 'Content-Disposition: form-data; name="file"; filename="x.mid"';

const kept = (api: ComposerApi, reply: Reply): Buffer => {
  const { id } = resourceOf(reply, trackSchema);
  return Buffer.from(api.files.objects.get(trackKey({ sub: alice, id })) ?? []);
};

test.each([
  "audio/midi",
  "audio/mid",
  "audio/x-midi",
  "audio/sp-midi",
  "application/x-midi",
  "application/octet-stream",
  "Audio/MIDI; charset=binary",
])("takes a file as %s", async (type) => {
  const api = composerApi();
  const reply = await api.call("POST", "/tracks", { bytes: midi, headers: { "content-type": type } });
  expect(reply.status).toBe(201);
  expect(kept(api, reply)).toEqual(Buffer.from(midi));
});

test.each([
  "text/plain",
  "audio/wav",
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/mixed; boundary=b",
])("refuses %s, and says what is allowed", async (type) => {
  const api = composerApi();
  const reply = await api.call("POST", "/tracks", { bytes: midi, headers: { "content-type": type } });
  expect(reply.status).toBe(415);
  const { detail } = problemOf(reply);
  expect(detail).toContain(type.split(";")[0]);
  for (const allowed of [
    "audio/midi",
    "audio/mid",
    "audio/x-midi",
    "application/octet-stream",
    "multipart/form-data",
  ]) {
    expect(detail).toContain(allowed);
  }
  expect(api.files.objects.size).toBe(0);
});

describe("a form", () => {
  test.each(["audio/midi", "application/octet-stream", "audio/mid", ""])(
    "with a file of the type %j is taken",
    async (type) => {
      const api = composerApi();
      const call = await formCall((form) => {
        form.append("upload", file(midi, "tune.mid", type));
      });
      const reply = await api.call("POST", "/tracks", call);
      expect(reply).toMatchObject({ status: 201, body: { name: "Flute", trackIndex: 0 } });
      expect(kept(api, reply)).toEqual(Buffer.from(midi));
    },
  );

  test("as curl sends it is taken", async () => {
    const reply = await composerApi().call("POST", "/tracks", {
      bytes: Buffer.concat([
        Buffer.from(
          '--------------------------d74496d66958873e\r\nContent-Disposition: form-data; name="file"; filename="a.mid"\r\n' +
            "Content-Type: application/octet-stream\r\n\r\n",
        ),
        midi,
        Buffer.from("\r\n--------------------------d74496d66958873e--\r\n"),
      ]),
      headers: { "content-type": "multipart/form-data; boundary=------------------------d74496d66958873e" },
    });
    expect(reply.status).toBe(201);
  });

  test("names the track and chooses it, in the form or in the query", async () => {
    const inForm = await formCall((form) => {
      form.append("name", "Für Elise");
      form.append("trackIndex", "1");
      form.append("file", file());
    });
    const chosen = { status: 201, body: { name: "Für Elise", trackIndex: 1 } };
    expect(await composerApi().call("POST", "/tracks", inForm)).toMatchObject(chosen);
    expect(await composerApi().call("POST", "/tracks?trackIndex=1", inForm)).toMatchObject(chosen);
    const inQuery = await formCall((form) => {
      form.append("file", file());
    });
    expect(await composerApi().call("POST", "/tracks?name=F%C3%BCr%20Elise&trackIndex=1", inQuery)).toMatchObject(
      chosen,
    );
  });

  test.each([
    ["tune.mid", "tune"],
    ["Für Elise.MIDI", "Für Elise"],
    ["C:\\music\\song.kar", "song"],
    ["op. 27", "op. 27"],
    ["a\u202eb.mid", "ab"],
    [".mid", "Track 1"],
  ])("gives its file's name %j to a melody without a name: %j", async (filename, name) => {
    const call = await formCall((form) => {
      form.append("file", file(midiNamed(""), filename));
    });
    expect(await composerApi().call("POST", "/tracks", call)).toMatchObject({ status: 201, body: { name } });
  });

  test.each<[string, (form: FormData) => void, string, string[]]>([
    [
      "no file",
      (form) => {
        form.append("name", "x");
      },
      "",
      ["/file"],
    ],
    [
      "two files",
      (form) => {
        form.append("file", file());
        form.append("file", file());
      },
      "",
      ["/file"],
    ],
    [
      "an unknown field, a broken index and a name with a direction mark",
      (form) => {
        form.append("file", file());
        form.append("color", "red");
        form.append("trackIndex", "-1");
        form.append("name", "a\u202eb");
      },
      "",
      ["/color", "/name", "/trackIndex"],
    ],
    [
      "a field twice",
      (form) => {
        form.append("file", file());
        form.append("name", "a");
        form.append("name", "a");
      },
      "",
      ["/name"],
    ],
    [
      "values other than those of the query",
      (form) => {
        form.append("file", file());
        form.append("name", "a");
        form.append("trackIndex", "0");
      },
      "?name=b&trackIndex=1",
      ["/name", "/trackIndex"],
    ],
  ])("with %s is refused by its fields", async (_, fill, query, pointers) => {
    const api = composerApi();
    const reply = await api.call("POST", `/tracks${query}`, await formCall(fill));
    expect(reply.status).toBe(400);
    const { code, errors = [] } = problemOf(reply);
    expect(code).toBe("INVALID_REQUEST");
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(pointers);
    expect(api.files.objects.size).toBe(0);
  });

  test("sent again with the same key is the same request, though its boundary is another", async () => {
    const api = composerApi();
    const send = async (name: string) => {
      const call = await formCall(
        (form) => {
          form.append("name", name);
          form.append("file", file());
        },
        { "idempotency-key": "k" },
      );
      return { call, reply: await api.call("POST", "/tracks", call) };
    };
    const first = await send("one");
    const again = await send("one");
    expect(first.call.headers["content-type"]).not.toBe(again.call.headers["content-type"]);
    expect(again.reply).toMatchObject({
      status: 201,
      headers: { "idempotent-replayed": "true" },
      body: first.reply.body,
    });
    expect(api.tracks.all()).toHaveLength(1);
    expect(problemOf((await send("two")).reply).code).toBe("IDEMPOTENCY_KEY_REUSED");
  });

  const bytesOfForm = (header: string, { before = "", headers = "", body = Buffer.from(midiNamed("")) } = {}) => ({
    bytes: Buffer.concat([
      Buffer.from(`${before}--b\r\n${header}\r\n${headers}\r\n`, "latin1"),
      body,
      Buffer.from("\r\n--b--\r\n"),
    ]),
    headers: { "content-type": "multipart/form-data; boundary=b" },
  });
  const disposition = "Content-Disposition: form-data; ";
  const utf8 = (text: string): string => Buffer.from(text).toString("latin1");

  test.each<[string, ReturnType<typeof bytesOfForm>, string]>([
    ["a filename without quotes", bytesOfForm(`${disposition}name=file; filename=a.mid`), "a"],
    [
      "a filename in both forms",
      bytesOfForm(`${disposition}name="file"; filename="a.mid"; filename*=UTF-8''F%C3%BCr.mid`),
      "Für",
    ],
    ["filename* alone, in Latin-1", bytesOfForm(`${disposition}name="file"; filename*=ISO-8859-1'de'F%FCr.mid`), "Für"],
    ["an escaped quote", bytesOfForm(`${disposition}name="file"; filename="a \\"b\\".mid"`), 'a "b"'],
    ["a quote as browsers write it", bytesOfForm(`${disposition}name="file"; filename="a %22b%22.mid"`), 'a "b"'],
    ["a semicolon in a filename", bytesOfForm(`${disposition}name="file"; filename="a; b.mid";`), "a; b"],
    ["a filename that ends in à", bytesOfForm(`${disposition}name="file"; filename=${utf8("là")}`), "là"],
    [
      "a preamble",
      bytesOfForm(`${disposition}name="file"; filename="a.mid"`, { before: "This is a form --b.\r\n" }),
      "a",
    ],
    ["an empty line before it", bytesOfForm(`${disposition}name="file"; filename="a.mid"`, { before: "\r\n" }), "a"],
    ["a folded header", bytesOfForm(`content-disposition: form-data;\r\n name="file";\r\n\tfilename="a.mid"`), "a"],
    [
      "its file in base64",
      bytesOfForm(`${disposition}name="file"; filename="a.mid"`, {
        headers: "Content-Transfer-Encoding: base64\r\n",
        body: Buffer.from(Buffer.from(midiNamed("")).toString("base64")),
      }),
      "a",
    ],
  ])("with %s is taken", async (_, call, name) => {
    const api = composerApi();
    const reply = await api.call("POST", "/tracks", call);
    expect(reply).toMatchObject({ status: 201, body: { name } });
    expect(kept(api, reply)).toEqual(Buffer.from(midiNamed("")));
  });

  test("with a name in the charset that its part names is taken", async () => {
    const name = part(`${disposition}name="name"\r\nContent-Type: text/plain; charset=ISO-8859-1`, "F\xfcr");
    const file = bytesOfForm(`${disposition}name="file"; filename="a.mid"`);
    const call = { ...file, bytes: Buffer.concat([Buffer.from(name, "latin1"), file.bytes]) };
    expect(await composerApi().call("POST", "/tracks", call)).toMatchObject({ status: 201, body: { name: "Für" } });
  });

  test.each([
    ["a filename", bytesOfForm(`${disposition}name="file"; filename="Fl\xf6te.mid"`), /filename of part 1 .*not UTF-8/],
    ["the name of a field", raw(`${part(`${disposition}name="n\xe4me"`, "x")}--b--`), /name of part 1 .*not UTF-8/],
    ["the value of a field", raw(`${part(`${disposition}name="name"`, "\xff")}--b--`), /field "name" .*not UTF-8/],
    [
      "filename*",
      bytesOfForm(`${disposition}name="file"; filename*=UTF-8''%FF.mid`),
      /filename\* of part 1 .*not UTF-8/,
    ],
    ["a parameter twice", bytesOfForm(`${disposition}name="file"; name="x"; filename="a"`), /each of them once/],
    ["a quote without an end", bytesOfForm(`${disposition}name="file"; filename="a.mid`), /Content-Disposition/],
    [
      "an unknown charset",
      raw(`${part(`${disposition}name="name"\r\nContent-Type: text/plain; charset=x-none`, "x")}--b--`),
      /unknown charset "x-none"/,
    ],
  ])("with %s that is broken is refused, and nothing is kept", async (_, call, detail) => {
    const api = composerApi();
    const reply = await api.call("POST", "/tracks", call);
    expect(reply.status).toBe(400);
    expect(problemOf(reply)).toMatchObject({
      code: "MALFORMED_FORM",
      detail: expect.stringMatching(detail) as unknown,
    });
    expect(api.tracks.all()).toEqual([]);
  });

  const megabyte = 1_000_000;
  test.each([
    ["without a boundary", raw("x", "multipart/form-data"), /must name the boundary/],
    [
      "with a boundary of 71 characters",
      raw("x", `multipart/form-data; boundary=${"b".repeat(71)}`),
      /1 to 70 characters/,
    ],
    ["without a part", raw("hello"), /has no part/],
    ["without bytes", raw(""), /has no part/],
    ["without an end", raw(part(fileHeader, "MThd")), /does not end/],
    [
      "with lines that end with LF alone",
      raw(part(fileHeader, "x").replaceAll("\r\n", "\n") + "--b--\n"),
      /empty line/,
    ],
    ["with a part without a name", raw(`${part("X: y", "MThd")}--b--\r\n`), /Content-Disposition/],
    [
      "with half of the boundary in its file, a million times",
      raw(part(fileHeader, "\r\n--".repeat(megabyte / 4))),
      /does not end/,
    ],
    [
      "with 20,000 parts",
      raw(`${part('Content-Disposition: form-data; name="f"', "").repeat(20_000)}--b--\r\n`),
      /more than 8 parts/,
    ],
    ["with 200,000 empty parts", raw(`${"--b\r\n".repeat(200_000)}--b--`), /within 4096 bytes/],
    ["with a header of a megabyte", raw(`${part(`X: ${"a".repeat(megabyte)}`, "MThd")}--b--\r\n`), /within 4096 bytes/],
    ["with 100,000 headers", raw(`${part("X: a\r\n".repeat(100_000), "MThd")}--b--\r\n`), /within 4096 bytes/],
    [
      "with a form in it",
      raw(`${part(`${fileHeader}\r\nContent-Type: multipart/mixed; boundary=c`, "--c\r\n\r\nMThd\r\n--c--")}--b--\r\n`),
      /not a MIDI file/,
    ],
  ])("%s is refused, with what is wrong", async (_, call, detail) => {
    const api = composerApi();
    const started = performance.now();
    const reply = await api.call("POST", "/tracks", call);
    // A guard against silence only: each takes milliseconds.
    expect(performance.now() - started).toBeLessThan(5_000);
    expect([400, 422]).toContain(reply.status);
    expect(problemOf(reply).detail).toMatch(detail);
    expect(api.files.objects.size).toBe(0);
  });
});
