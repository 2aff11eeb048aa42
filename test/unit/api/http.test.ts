import * as fc from "fast-check";
import * as z from "zod";
import { createCompositionSchema } from "../../../domain/schemas/api/compositions";
import { listQuerySchema } from "../../../domain/schemas/api/shared";
import { createTrainingJobSchema } from "../../../domain/schemas/api/training";
import { negotiate } from "../../../lambdas/http/accept";
import { decodeCursor, encodeCursor, requireFiltersOf } from "../../../lambdas/http/cursor";
import { isNotModified, requireMatch } from "../../../lambdas/http/entity-tag";
import { problemResponse } from "../../../lambdas/http/problem-response";
import { bodyLimitBytes, readRequest, type Request } from "../../../lambdas/http/request";
import { jsonResponse } from "../../../lambdas/http/response";
import { techniqueErrors } from "../../../lambdas/http/technique-values";
import { parseBody, parseQuery } from "../../../lambdas/http/validation";
import { jsonPointer } from "../../../lambdas/problems/json-pointer";
import { Problem } from "../../../lambdas/problems/problem";
import { TableBusy } from "../../../lambdas/stores/table";
import { trainedTechniqueIds } from "../../../naming/resource-names";
import { documentedApi, httpEvent, problemOf } from "./support/documented-api";
import { alice, bob } from "./support/items";

const requestOf = (...args: Parameters<typeof httpEvent>): Request => readRequest(httpEvent(...args));
/** Returns the problem that a call throws, with the status of its response. */
const problemThrownBy = (act: () => unknown): Problem & { readonly status: number } => {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) {
      const { status } = problemResponse(error, { requestId: "request-1", path: "/" });
      return Object.assign(error, { status });
    }
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("the wrapper", () => {
  test("returns 404 as a problem where there is no route", async () => {
    const api = documentedApi({});
    const reply = await api.call("GET", "/nothing/here");
    expect(reply.status).toBe(404);
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect(reply.body).toEqual({
      type: "urn:opencomposer:problem:not-found",
      title: "Not found",
      status: 404,
      detail: "There is nothing at /nothing/here.",
      instance: "/nothing/here",
      code: "NOT_FOUND",
      requestId: "request-1",
    });
  });

  test("turns any fault into a 500 that tells nothing, and logs it", async () => {
    const fault = new Error("table arn:aws:dynamodb:eu-west-1:123456789012:table/secret is gone");
    const api = documentedApi({
      listTracks: async () => {
        throw fault;
      },
    });
    const reply = await api.call("GET", "/tracks");
    expect(reply.status).toBe(500);
    expect(problemOf(reply).code).toBe("INTERNAL");
    expect(reply.bytes.toString()).not.toContain("secret");
    expect(api.log.lines).toContainEqual(
      expect.objectContaining({ level: "error", details: expect.objectContaining({ error: fault }) as unknown }),
    );
  });

  test("logs one line a request, without token and body", async () => {
    const api = documentedApi({ updateTrack: async () => jsonResponse({ status: 200, body: {} }) });
    await api
      .call("PATCH", "/tracks/x", { json: { name: "private words" }, headers: { authorization: "Bearer abc.def" } })
      .catch(() => undefined);
    const lines = api.log.lines.filter(({ message }) => message === "request");
    expect(lines).toHaveLength(1);
    expect(lines[0]?.details).toMatchObject({ requestId: "request-1", operation: "updateTrack", status: 200 });
    expect(JSON.stringify(api.log.lines)).not.toMatch(/private words|abc\.def/);
  });

  test("returns 503 with Retry-After when the table stayed busy", async () => {
    const api = documentedApi({
      createTrack: async () => {
        throw new TableBusy("conflicts");
      },
    });
    const reply = await api.call("POST", "/tracks");
    expect(reply.status).toBe(503);
    expect(reply.headers["retry-after"]).toBe("1");
  });
});

describe("a request", () => {
  test.each([
    ["no claims", undefined],
    ["no subject", { token_use: "access" }],
    ["an id token", { sub: alice, token_use: "id" }],
    ["no use", { sub: alice }],
    ["a subject that would leave its partition", { sub: "x/../y", token_use: "access" }],
    ["a subject that is no text", { sub: 7, token_use: "access" }],
  ])("with %s is not authenticated", (_, claims) => {
    const event = httpEvent("GET", "/tracks");
    const request = readRequest({ ...event, requestContext: { authorizer: { jwt: { claims } } } });
    expect(problemThrownBy(() => request.subject())).toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
  });

  test("has its subject from an access token, whatever else the claims hold", () => {
    const claims = { sub: alice, token_use: "access", exp: 123, "cognito:groups": ["a", "b"] };
    expect(requestOf("GET", "/tracks", { claims }).subject()).toBe(alice);
  });

  test("is refused over 1 MiB, by the decoded size, and taken at 1 MiB", () => {
    const bytes = new Uint8Array(bodyLimitBytes);
    expect(requestOf("POST", "/tracks", { bytes }).body).toHaveLength(bodyLimitBytes);
    for (const call of [{ bytes: new Uint8Array(bodyLimitBytes + 1) }, { text: "é".repeat(bodyLimitBytes / 2 + 1) }]) {
      expect(problemThrownBy(() => requestOf("POST", "/tracks", call))).toMatchObject({
        status: 413,
        code: "BODY_TOO_LARGE",
      });
    }
  });

  test.each([
    ["text", { text: "hello", headers: { "content-type": "text/plain" } }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["no type", { text: "{}" }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["half JSON", { text: '{"name":', headers: { "content-type": "application/json" } }, 400, "MALFORMED_JSON"],
    ["no body", { headers: { "content-type": "application/json; charset=utf-8" } }, 400, "MALFORMED_JSON"],
    [
      "JSON that is not UTF-8",
      { bytes: Uint8Array.of(0x22, 0xff, 0x22), headers: { "content-type": "application/json" } },
      400,
      "MALFORMED_JSON",
    ],
  ])("with %s as its body is refused", (_, call, status, code) => {
    const request = requestOf("PATCH", "/tracks/x", call);
    expect(problemThrownBy(() => parseBody({ request, schema: z.strictObject({}) }))).toMatchObject({ status, code });
  });
});

describe("validation", () => {
  const jobErrors = (json: unknown) =>
    problemThrownBy(() =>
      parseBody({
        request: requestOf("POST", "/training-jobs", { json }),
        schema: createTrainingJobSchema,
        alsoCheck: (body) => techniqueErrors(body, "hyperparameters"),
      }),
    );

  test("names every broken field at once, technique-specific and unknown ones included", () => {
    const problem = jobErrors({
      name: "",
      technique: "unet-gan",
      topics: { mode: [] },
      maxRuntimeSeconds: 59,
      color: "red",
      hyperparameters: { epochs: 0, learningRate: "fast", updateRatio: 2.5, modelSize: "huge", speed: 3 },
    });
    expect(problem).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
    const byPointer = new Map(problem.errors?.map((error) => [error.pointer, error]));
    expect([...byPointer.keys()].sort()).toEqual([
      "/color",
      "/hyperparameters/epochs",
      "/hyperparameters/learningRate",
      "/hyperparameters/modelSize",
      "/hyperparameters/speed",
      "/hyperparameters/updateRatio",
      "/maxRuntimeSeconds",
      "/name",
      "/topics/mode",
    ]);
    expect(byPointer.get("/hyperparameters/epochs")).toMatchObject({ value: 0, allowed: "an integer from 1 to 2000" });
    expect(byPointer.get("/maxRuntimeSeconds")).toMatchObject({ value: 59, allowed: "an integer, 60 to 86400" });
    expect(byPointer.get("/hyperparameters/modelSize")).toMatchObject({ value: "huge", allowed: "small, large" });
    expect(byPointer.get("/color")).toMatchObject({ reason: "unknown field", value: "red" });
  });

  test.each([
    [{ name: "" }, "/name", "is too short"],
    [{ name: "x".repeat(101) }, "/name", "is too long"],
    [{ name: 5 }, "/name", "is not a string"],
    [{ technique: "x" }, "/technique", "is not one of the allowed values"],
    [{ maxRuntimeSeconds: 59 }, "/maxRuntimeSeconds", "is too small"],
    [{ maxRuntimeSeconds: 86_401 }, "/maxRuntimeSeconds", "is too large"],
    [{ maxRuntimeSeconds: 60.5 }, "/maxRuntimeSeconds", "is not an integer"],
    [{ maxRuntimeSeconds: "60" }, "/maxRuntimeSeconds", "is not a number"],
    [{ topics: { mode: [] } }, "/topics/mode", "has too few elements"],
    [{ topics: { mode: "x" } }, "/topics/mode", "is not an array"],
    [{ topics: [] }, "/topics", "is not an object"],
  ])("says in plain words what is wrong with %j", (fields, pointer, reason) => {
    const { errors = [] } = jobErrors({ name: "A", technique: "unet-gan", ...fields });
    expect(errors).toEqual([expect.objectContaining({ pointer, reason })]);
  });

  test("says how many elements an array may have", () => {
    const { errors = [] } = jobErrors({ name: "A", technique: "unet-gan", topics: { mode: [] } });
    expect(errors[0]?.allowed).toMatch(/^an array, (at least )?1 .*elements?\b/);
  });

  test("says what is missing", () => {
    const { errors = [] } = jobErrors({});
    expect(errors).toEqual([
      expect.objectContaining({ pointer: "/name", reason: "is required" }),
      expect.objectContaining({
        pointer: "/technique",
        reason: "is required",
        allowed: trainedTechniqueIds.join(", "),
      }),
    ]);
  });

  const inputErrors = (input: unknown) => {
    const json = { name: "n", technique: "unet-gan", modelId: "m", input };
    const request = requestOf("POST", "/compositions", { json });
    return problemThrownBy(() => parseBody({ request, schema: createCompositionSchema })).errors ?? [];
  };

  test("of one of several forms speaks of the one that was meant", () => {
    expect(inputErrors({ trackId: "short" })).toEqual([
      expect.objectContaining({ pointer: "/input/trackId", value: "short" }),
    ]);
    expect(inputErrors({ compositionId: "0".repeat(26), trackIndex: -1 })).toEqual([
      expect.objectContaining({ pointer: "/input/trackIndex", value: -1, allowed: "an integer, 0 to 63" }),
    ]);
    const [none, ...more] = inputErrors({});
    expect(more).toEqual([]);
    expect(none).toMatchObject({ pointer: "/input" });
    expect(none?.allowed).toMatch(/sampleMelodyId.*trackId.*compositionId/);
  });

  test.each([
    [{ trackId: "0".repeat(26), sampleMelodyId: "ode-to-joy" }, "gives sampleMelodyId and trackId at once", []],
    [{ trackId: "short", sampleMelodyId: "ode-to-joy" }, "gives sampleMelodyId and trackId at once", []],
    [
      { trackId: "0".repeat(26), compositionId: "0".repeat(26), trackIndex: 1 },
      "gives trackId and compositionId at once",
      [],
    ],
    [
      { trackId: 5, sampleMelodyId: "", compositionId: "0".repeat(26), color: "red" },
      "gives sampleMelodyId and trackId and compositionId at once",
      ["/input/color"],
    ],
  ])("of several forms at once asks for exactly one: %j", (input, reason, others) => {
    const [first, ...more] = inputErrors(input);
    expect(first).toMatchObject({
      pointer: "/input",
      reason,
      allowed: "exactly one of sampleMelodyId, trackId, compositionId",
    });
    expect(more.map(({ pointer }) => pointer)).toEqual(others);
  });

  test("of a query refuses unknown, repeated and broken parameters together", () => {
    const request = requestOf("GET", "/tracks?limit=0&page=2&cursor=a&cursor=b");
    const { errors = [], status } = problemThrownBy(() => parseQuery(request, listQuerySchema));
    expect(status).toBe(400);
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(["?cursor", "?limit", "?page"]);
    expect(parseQuery(requestOf("GET", "/tracks"), listQuerySchema)).toEqual({ limit: 20 });
    expect(parseQuery(requestOf("GET", "/tracks?limit=100"), listQuerySchema)).toEqual({ limit: 100 });
  });

  test("responds to any JSON at all with errors whose pointers lead to the values they repeat", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const { status, errors = [] } = jobErrors(json);
        expect(status).toBe(400);
        expect(errors.length).toBeGreaterThan(0);
        expect(errors.length).toBeLessThanOrEqual(100);
        for (const { pointer } of errors) expect(pointer === "" || pointer.startsWith("/")).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("keeps its response short for a body of many broken values, and says how many there are", () => {
    const values = Array.from({ length: 30 }, (_, index) => `${index}`.repeat(100));
    const topics = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`tag${index}`, values]));
    const problem = jobErrors({ name: "n", technique: "unet-gan", topics });
    expect(problem.errors).toHaveLength(100);
    expect(problem.message).toContain("900 fields");
    expect(problem.message).toContain("The first 100 are listed.");
    expect(JSON.stringify(problem.errors).length).toBeLessThan(50_000);
  });

  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  test.each<[string, unknown, string, RegExp, RegExp]>([
    [
      "101 fields",
      { input: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`f${index}`, 0])) },
      "/input",
      /has 101 fields/,
      /at most 100 fields/,
    ],
    ["1001 elements", { topics: { a: Array(1001).fill("") } }, "/topics/a", /has 1001 elements/, /at most 1000 /],
    ["17 levels", { name: nested(16) }, `/name${"/0".repeat(15)}`, /nested too deeply/, /at most 16 levels/],
    ["a name of 201 characters", { ["k".repeat(201)]: 0 }, `/${"k".repeat(100)}`, /201 characters/, /at most 200 /],
    [
      "20,001 values",
      { topics: Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`t${index}`, Array(900).fill(0)])) },
      "",
      /more than 20000 values/,
      /at most 20000 values/,
    ],
  ])(
    "refuses a body of %s before it asks the schema, and says which limit it breaks",
    (_, json, pointer, reason, allowed) => {
      expect(jobErrors(json)).toMatchObject({
        status: 400,
        code: "INVALID_REQUEST",
        errors: [
          {
            pointer,
            reason: expect.stringMatching(reason) as unknown,
            allowed: expect.stringMatching(allowed) as unknown,
          },
        ],
      });
    },
  );

  test.each([
    ["", '{"__proto__":{"a":1},"name":"A","technique":"unet-gan"}', "/__proto__"],
    ["topics", '{"topics":{"__proto__":["x"]},"name":"A","technique":"unet-gan"}', "/topics/__proto__"],
    [
      "hyperparameters",
      '{"hyperparameters":{"__proto__":1},"name":"A","technique":"unet-gan"}',
      "/hyperparameters/__proto__",
    ],
    ["an array", '{"topics":{"a":[{"__proto__":1}]},"name":"A","technique":"unet-gan"}', "/topics/a/0/__proto__"],
  ])("refuses __proto__ in %s as an unknown field", (_, text, pointer) => {
    const request = requestOf("POST", "/training-jobs", { text, headers: { "content-type": "application/json" } });
    expect(problemThrownBy(() => parseBody({ request, schema: createTrainingJobSchema }))).toMatchObject({
      code: "INVALID_REQUEST",
      errors: [{ pointer, reason: "unknown field" }],
    });
  });

  test("refuses __proto__ in a query as an unknown parameter", () => {
    const request = requestOf("GET", "/tracks?__proto__=1");
    expect(problemThrownBy(() => parseQuery(request, listQuerySchema))).toMatchObject({
      errors: [{ pointer: "?__proto__", reason: "unknown query parameter", value: "1" }],
    });
  });

  test("writes JSON pointers that can be read back", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 })), (path) => {
        const parts = jsonPointer(path).split("/").slice(1);
        expect(parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))).toEqual(path);
      }),
    );
  });
});

describe("cursors", () => {
  const scope = { kind: "TRACK", sub: alice };
  const after = { id: "0".repeat(26), sortText: "2026-01-31T12:00:00.000Z" };
  const text = fc.string({ minLength: 1, maxLength: 100 }).filter((one) => Buffer.from(one).toString() === one);
  const name = fc.constantFrom("q", "sort", "technique", "state");
  test("go round for every place and all filters, and fit into a query", () => {
    fc.assert(
      fc.property(text, text, fc.dictionary(name, text, { noNullPrototype: true }), (id, sortText, filters) => {
        const content = { filters, after: { id, sortText } };
        const cursor = encodeCursor(scope, content);
        expect(decodeCursor(scope, cursor)).toEqual(content);
      }),
    );
    const longest = "\u3042".repeat(100);
    const content = { filters: { q: longest, sort: "name" }, after: { id: "0".repeat(26), sortText: longest } };
    const query = new URLSearchParams({ cursor: encodeCursor(scope, content) });
    expect(parseQuery(requestOf("GET", `/tracks?${query.toString()}`), listQuerySchema).cursor).toBe(
      query.get("cursor"),
    );
  });
  test("keep their filters, and name each one that differs", () => {
    const kept = { filters: { technique: "unet-gan", q: "joy" }, after };
    for (const given of [{}, { q: "joy" }, { technique: "unet-gan", q: "joy" }]) requireFiltersOf(kept, given);
    const problem = problemThrownBy(() => {
      requireFiltersOf(kept, { technique: "ar-cnn", q: "joy", state: "FAILED" });
    });
    expect(problem).toMatchObject({ status: 400, code: "INVALID_CURSOR" });
    expect(problem.errors).toEqual([
      expect.objectContaining({ pointer: "?technique", value: "ar-cnn", allowed: "`unet-gan`, or no value" }),
      expect.objectContaining({ pointer: "?state", value: "FAILED", allowed: expect.stringContaining("no value") }),
    ]);
  });
  test("of another user or another list are refused", () => {
    const cursor = encodeCursor(scope, { filters: {}, after });
    expect(problemThrownBy(() => decodeCursor({ ...scope, sub: bob }, cursor))).toMatchObject({
      code: "INVALID_CURSOR",
    });
    expect(problemThrownBy(() => decodeCursor({ ...scope, kind: "MODEL" }, cursor))).toMatchObject({
      code: "INVALID_CURSOR",
    });
    expect(cursor).not.toContain(alice);
    expect(Buffer.from(cursor, "base64url").toString()).not.toContain(alice);
  });
  test("that we did not write are refused, whatever they are", () => {
    const base = encodeCursor(scope, { filters: {}, after });
    const foreign = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString("base64url")),
      fc.constantFrom(`${base}=`, `${base} `, base.slice(1), `${base}AA`),
    );
    fc.assert(
      fc.property(foreign, (cursor) => {
        expect(problemThrownBy(() => decodeCursor(scope, cursor))).toMatchObject({
          status: 400,
          code: "INVALID_CURSOR",
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe("entity tags", () => {
  test.each([
    ['"3"', true],
    ['W/"3"', true],
    ['"1", "3"', true],
    ["*", true],
    ['"4"', false],
    ["3", false],
    ["", false],
  ])("If-None-Match: %s", (header, same) => {
    expect(isNotModified(requestOf("GET", "/x", { headers: { "if-none-match": header } }), '"3"')).toBe(same);
  });
  test.each([
    ['"3"', true],
    ["*", true],
    ['"2", "3"', true],
    ['W/"3"', false],
    ['"4"', false],
  ])("If-Match: %s", (header, same) => {
    const request = requestOf("PATCH", "/x", { headers: { "If-Match": header } });
    if (same) requireMatch(request, '"3"');
    else
      expect(
        problemThrownBy(() => {
          requireMatch(request, '"3"');
        }),
      ).toMatchObject({ status: 412 });
  });
});

describe("negotiation", () => {
  test.each([
    [undefined, "audio/midi"],
    ["*/*", "audio/midi"],
    ["audio/*", "audio/midi"],
    ["application/json", "application/json"],
    ["application/json, */*;q=0.1", "application/json"],
    ["audio/midi;q=0.2, application/json;q=0.9", "application/json"],
    ["application/json, text/plain, */*", "audio/midi"],
    ["application/*;q=0.5, audio/midi;q=0", "application/json"],
  ])("Accept: %s gives %s", (accept, type) => {
    const request = requestOf("GET", "/x", accept === undefined ? {} : { headers: { accept } });
    expect(negotiate(request, ["audio/midi", "application/json"])).toBe(type);
  });
  test("refuses what it cannot send", () => {
    const request = requestOf("GET", "/x", { headers: { accept: "text/html" } });
    expect(problemThrownBy(() => negotiate(request, ["audio/midi", "application/json"]))).toMatchObject({
      status: 406,
    });
  });
});
