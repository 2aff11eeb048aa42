/** The text of a JSON body: its charset, where it is broken, and names that come twice in one object. */
import fc from "fast-check";
import { repeatedName } from "../../../lambdas/http/repeated-name";
import { composerApi } from "./support/composer-api";
import { problemOf } from "./support/documented-api";
import { track } from "./support/items";

const own = track();
const json = { "content-type": "application/json" };

async function sent(text: string, headers: Readonly<Record<string, string>> = json) {
  const api = composerApi();
  api.tracks.put(own);
  const reply = await api.call("PATCH", `/tracks/${own.id}`, { text, headers });
  return { reply, name: api.tracks.all()[0]?.name };
}

test.each([
  ['{"name":"a","name":"b"}', "/name", "b"],
  ['{"name":"a","n\\u0061me":"b"}', "/name", "b"],
  ['{"x":{"y":[0,{"z":1,"z":2}]}}', "/x/y/1/z", 2],
  ['{ "x" : [ [ ], { "a" : { } , "a" : "}{\\"" } ] }', "/x/1/a", '}{"'],
  ['{"\\\\":1,"\\\\":2}', "/\\", 2],
  ['{"a/b~":1,"a/b~":[]}', "/a~1b~0", []],
  ['{"":1,"":2}', "/", 2],
])("%s is refused by the name that comes twice", async (text, pointer, value) => {
  const { reply, name } = await sent(text);
  expect(problemOf(reply)).toMatchObject({
    status: 400,
    code: "INVALID_REQUEST",
    errors: [{ pointer, value, reason: "is given more than once", allowed: "each name once in an object" }],
  });
  expect(name).toBe(own.name);
});

test("the same name in different objects, and as a value, is no repetition", async () => {
  expect(repeatedName('{"a":{"a":"a"},"b":["a","a",{"a":1},{"a":"\\"a\\":"}]}')).toBeUndefined();
  expect((await sent('{"name":"name"}')).reply.status).toBe(200);
});

/** Every JSON value, with and without white space; no object of it has a name twice, since it was one of JavaScript's. */
test("no name comes twice in the text of any value, and any one that is put in again is found", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.constantFrom(undefined, 2), (value, name, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(repeatedName(text)).toBeUndefined();
      const quoted = JSON.stringify(name);
      expect(repeatedName(`[${text},{${quoted}:${text}, ${quoted} :${text}}]`)).toEqual([1, name]);
    }),
  );
});

test.each([
  ["deep arrays", "[".repeat(350_000) + "]".repeat(350_000)],
  ["a long text of backslashes", `"${"\\\\".repeat(350_000)}"`],
  ["many empty objects", `[${"{},".repeat(350_000)}0]`],
])("behind %s, as long as a body may be, the name is found all the same", (_, hidden) => {
  expect(repeatedName(`{"a":${hidden},"a":1}`)).toEqual(["a"]);
});

test.each([
  ["", "The body is empty; it must be JSON."],
  ["  \n", "The body is empty; it must be JSON."],
  ['{"name":', "The body is not JSON: it ends before its JSON does."],
  ['{"name":"a",}', "The body is not JSON: the first fault is in line 1, column 13."],
  ['{"name":"a"\n "b":2}', "The body is not JSON: the first fault is in line 2, column 2."],
  ["hello", "The body is not JSON."],
])("%j is not JSON, and the response says where as far as that is known", async (text, detail) => {
  expect(problemOf((await sent(text)).reply)).toMatchObject({ status: 400, code: "MALFORMED_JSON", detail });
});

test.each(["utf-16", "UTF-16LE", "latin1", "iso-8859-1", '"utf-32"', ""])(
  "a body with the charset %s is refused by its header",
  async (charset) => {
    const header = `application/json; charset=${charset}`;
    const { reply, name } = await sent('{"name":"b"}', { "content-type": header });
    expect(problemOf(reply)).toMatchObject({
      status: 415,
      code: "UNSUPPORTED_MEDIA_TYPE",
      detail: `The body has the charset "${charset.replaceAll('"', "")}"; send UTF-8.`,
      errors: [{ pointer: "Content-Type:", value: header, reason: "has a charset that is not supported" }],
    });
    expect(name).toBe(own.name);
  },
);

test.each([
  "application/json; charset=utf-8",
  'application/json;charset="UTF-8"',
  "application/vnd.x+json; charset=utf8",
])("a body as %s is taken", async (type) => {
  expect((await sent('{"name":"b"}', { "content-type": type })).reply.status).toBe(200);
});
