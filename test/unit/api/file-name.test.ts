/** The name under which a browser keeps a piece: one that every file system takes, whatever its owner called the piece. */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { contentDisposition } from "../../../lambdas/http/content-disposition";
import { compositionMidiKey } from "../../../naming/object-keys";
import { composerApi } from "./support/composer-api";
import { composition, finishedOutput } from "./support/items";

interface Names {
  readonly plain: string;
  /** What a browser takes: the extended form where there is one. */
  readonly whole: string;
}

function namesIn(header: string): Names {
  const [, plain = "", encoded] = /^attachment; filename="([^"]*)"(?:; filename\*=UTF-8''(\S+))?$/.exec(header) ?? [];
  return { plain, whole: encoded === undefined ? plain : decodeURIComponent(encoded) };
}

/** The rules of Windows, of Unix and of headers together. */
function expectUsable(name: string): void {
  expect(name).toMatch(/[^_.\s].*\.mid$/u);
  expect(name).not.toMatch(/[.\s]\.mid$/u);
  expect(name).not.toMatch(/^[.\s]/u);
  expect(name).not.toMatch(/[\p{C}/\\:*?"<>|]/u);
  expect(name).not.toMatch(/^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*\./i);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
}

test.each([
  [".", "composition.mid"],
  ["..", "composition.mid"],
  [". . .", "composition.mid"],
  ["   ", "composition.mid"],
  ["\u3000.\u00a0", "composition.mid"],
  ["???", "composition.mid"],
  ["..//..", "composition.mid"],
  ["_", "composition.mid"],
  ["CON", "_CON.mid"],
  ["con", "_con.mid"],
  ["Nul.txt", "_Nul.txt.mid"],
  ["aux .b", "_aux .b.mid"],
  ["COM1", "_COM1.mid"],
  ["lpt9.", "_lpt9.mid"],
  ["COM¹", "_COM¹.mid"],
  ["Console", "Console.mid"],
  ["COM10", "COM10.mid"],
  [".hidden", "hidden.mid"],
  [" Evening song. ", "Evening song.mid"],
  ["Op. 1, No. 2", "Op. 1, No. 2.mid"],
  ["AC/DC", "AC_DC.mid"],
  ["!!!", "!!!.mid"],
  ["夜想曲", "夜想曲.mid"],
  ["🎹", "🎹.mid"],
])("%j is downloaded as %j", (name, expected) => {
  const { plain, whole } = namesIn(contentDisposition(name));
  expect(whole).toBe(expected);
  expectUsable(whole);
  expectUsable(plain);
});

test("any name gives usable ones, the plain one in ASCII", () => {
  const piece = fc.constantFrom(
    ".",
    " ",
    "con",
    "NUL",
    "COM1",
    "ＣＯＮ",
    "․",
    "‥",
    "²",
    "_",
    "夜".repeat(99),
    "\ud83c\udfb9",
    "é",
  );
  const name = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 120 }),
    fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(name, (text) => {
      const { plain, whole } = namesIn(contentDisposition(text));
      expectUsable(plain);
      expectUsable(whole);
      expect(plain).toMatch(/^[ -~]+$/);
    }),
    { numRuns: 2_000 },
  );
});

test("a piece called . is downloaded under a name", async () => {
  const api = composerApi();
  const bytes = new Uint8Array(4);
  const midi = { revision: 1, sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
  const item = composition({ name: ".", state: "COMPLETED", output: finishedOutput, midi });
  api.compositions.put(item);
  api.files.objects.set(compositionMidiKey(item, midi), bytes);
  const reply = await api.call("GET", `/compositions/${item.id}/midi`);
  expect(reply.headers["content-disposition"]).toBe('attachment; filename="composition.mid"');
});
