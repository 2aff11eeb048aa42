/** The typed client against servers on this machine that respond as the API, API Gateway and proxies do. */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type ApiClient,
  asProblem,
  compositionEditEventColumns,
  compositionMidiUrl,
  createClient,
  readProblem,
  trackMidiUrl,
  waitForComposition,
  waitForTrainingJob,
} from "../../../client/client";
import { type Clock, systemClock } from "../../../client/retry";
import { type ListeningServer, startListeningServer } from "../../support/listening-server";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}
type Respond = (response: ServerResponse, asked: Asked) => void;

const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

/** A server that responds by the function, and remembers its requests. */
async function serving(respond: Respond): Promise<{ asked: Asked[]; client: ApiClient; baseUrl: string }> {
  const asked: Asked[] = [];
  const server = await startListeningServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: Buffer.concat(parts) };
      asked.push(one);
      respond(response, one);
    });
  });
  servers.push(server);
  const baseUrl = server.url;
  return { asked, baseUrl, client: createClient({ baseUrl, accessToken: () => "token-1" }) };
}

const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Respond =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };

const ours = {
  type: "urn:opencomposer:problem:not-ready",
  title: "Not ready",
  status: 409,
  detail: "The composition is RUNNING",
  instance: "/compositions/x/midi",
  code: "NOT_READY",
  requestId: "request-1",
};
const midi = Buffer.from([0x4d, 0x54, 0x68, 0x64, 0, 255, 10, 13]);

describe("a call", () => {
  test("sends the token, fills in paths, and sends JSON as JSON", async () => {
    const { asked, client } = await serving(json(200, { items: [] }));
    const { data } = await client.GET("/tracks", { params: { query: { limit: 5 } } });
    expect(data?.items).toEqual([]);
    await client.PATCH("/tracks/{trackId}", { params: { path: { trackId: "x" } }, body: { name: "New" } });
    expect(asked[0]).toMatchObject({ url: "/tracks?limit=5", headers: { authorization: "Bearer token-1" } });
    expect(asked[1]).toMatchObject({ url: "/tracks/x", headers: { "content-type": "application/json" } });
    expect(asked[1]?.body.toString()).toBe('{"name":"New"}');
  });

  test.each<[string, () => File | Blob | ArrayBuffer | Uint8Array]>([
    ["a File", () => new File([midi], "tune.mid", { type: "audio/midi" })],
    ["a File whose type the system does not know", () => new File([midi], "tune.mid")],
    ["a Blob", () => new Blob([midi])],
    ["an ArrayBuffer", () => new Uint8Array(midi).buffer],
    ["a Uint8Array", () => new Uint8Array(midi)],
    ["a Buffer", () => midi],
  ])("uploads %s as it is", async (_, body) => {
    const { asked, client } = await serving(json(201, { id: "1" }));
    const { data, error } = await client.POST("/tracks", {
      params: { query: { name: "A tune" }, header: { "Idempotency-Key": "k" } },
      body: body(),
    });
    expect(error).toBeUndefined();
    expect(data?.id).toBe("1");
    expect(asked[0]?.headers).toMatchObject({ "content-type": "audio/midi", "idempotency-key": "k" });
    expect(asked[0]?.body).toEqual(midi);
  });

  test("uploads bytes under another type where one is given, and forms as forms", async () => {
    const { asked, client } = await serving(json(201, { id: "1" }));
    await client.POST("/tracks", { body: midi, headers: { "content-type": "application/octet-stream" } });
    expect(asked[0]?.headers["content-type"]).toBe("application/octet-stream");
    const form = new FormData();
    form.append("file", new File([midi], "tune.mid"));
    await client.POST("/tracks", { body: form });
    expect(asked[1]?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(asked[1]?.body.toString("latin1")).toContain('filename="tune.mid"');
  });

  test.each(["with a length", "in chunks"])("downloads bytes sent %s", async (how) => {
    const { client } = await serving((response) => {
      const length = how === "in chunks" ? {} : { "content-length": String(midi.length) };
      response.writeHead(200, { "content-type": "audio/midi", etag: '"7"', ...length });
      response.write(midi.subarray(0, 3));
      response.end(midi.subarray(3));
    });
    const path = { compositionId: "x" };
    const { data, response } = await client.GET("/compositions/{compositionId}/midi", { params: { path } });
    // Its type is ArrayBuffer, without a cast.
    const bytes: ArrayBuffer | undefined = data;
    expect(Buffer.from(bytes ?? new ArrayBuffer(0))).toEqual(midi);
    expect(response.headers.get("etag")).toBe('"7"');
    const blob = await client.GET("/compositions/{compositionId}/midi", { params: { path }, parseAs: "blob" });
    expect(Buffer.from((await blob.data?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(midi);
    const sample = { trainingJobId: "j", epoch: "1", melodyId: "m" };
    const sampled = await client.GET("/training-jobs/{trainingJobId}/samples/{epoch}/{melodyId}", {
      params: { path: sample },
    });
    expect(sampled.data?.byteLength).toBe(midi.length);
  });

  test.each([
    ["a piece", compositionMidiUrl, "/compositions/ready/midi"],
    ["a track", trackMidiUrl, "/tracks/ready/midi"],
  ] as const)("gets the URL of %s, or why there is none", async (_, midiUrl, path) => {
    const url = { url: "https://bucket.example/x", expiresAt: "2026-01-31T12:05:00.000Z" };
    const { asked, client } = await serving((response, { url: target }) => {
      if (target.includes("ready")) json(200, url)(response, { method: "", url: "", headers: {}, body: midi });
      else json(409, ours)(response, { method: "", url: "", headers: {}, body: midi });
    });
    expect(await midiUrl(client, "ready")).toMatchObject({ data: url, response: { status: 200 } });
    expect(asked[0]).toMatchObject({ url: path, headers: { accept: "application/json" } });
    expect(await midiUrl(client, "other")).toMatchObject({ error: ours, response: { status: 409 } });
    const ended = AbortSignal.abort(new Error("enough"));
    await expect(midiUrl(client, "ready", { signal: ended })).rejects.toThrow("enough");
  });
});

test("edit events in columns are got, or why there are none", async () => {
  const columns = { step: [1], pitch: [60], added: [1], original: [0], pass: [0], probability: [0.5] };
  const type = "application/vnd.opencomposer.edits+json";
  const { asked, client } = await serving((response, { url: path }) => {
    const request = { method: "", url: "", headers: {}, body: midi };
    if (path.includes("ready")) json(200, columns, { "content-type": type })(response, request);
    else json(409, ours)(response, request);
  });
  expect(await compositionEditEventColumns(client, "ready")).toMatchObject({
    data: columns,
    response: { status: 200 },
  });
  expect(asked[0]?.headers.accept).toBe(type);
  expect(await compositionEditEventColumns(client, "other")).toMatchObject({ error: ours, response: { status: 409 } });
});

describe("an error", () => {
  const getOne = async (client: ApiClient) =>
    await client.GET("/compositions/{compositionId}", { params: { path: { compositionId: "x" } } });

  test("of ours is given as it is, with its headers", async () => {
    const headers = { "content-type": "application/problem+json", "retry-after": "2" };
    const { client } = await serving(json(409, ours, headers));
    const { error, response } = await getOne(client);
    expect(asProblem(error)).toEqual(ours);
    expect(response.headers.get("retry-after")).toBe("2");
  });

  test.each([
    [401, { message: "Unauthorized" }, "UNAUTHENTICATED"],
    [403, { message: "Forbidden" }, "FORBIDDEN"],
    [413, { message: "Request Entity Too Large" }, "BODY_TOO_LARGE"],
    [429, { message: "Too Many Requests" }, "TOO_MANY_REQUESTS"],
    [503, { message: "Service Unavailable" }, "UNAVAILABLE"],
  ])("of API Gateway (%i) has the same shape", async (status, body, code) => {
    const { client } = await serving(json(status, body, { "apigw-requestid": "gateway-1" }));
    const { error, response } = await getOne(client);
    expect(response.status).toBe(status);
    expect(asProblem(error)).toMatchObject({ status, code, detail: body.message, requestId: "gateway-1" });
  });

  test.each(["", "<html>Bad gateway</html>", "null", '"text"', "[1]"])("may have any body: %j", async (text) => {
    const problem = await readProblem(new Response(text, { status: 502 }));
    expect(problem).toMatchObject({ status: 502, code: "UNAVAILABLE" });
    const { client } = await serving((response) => {
      response.writeHead(502, { "content-length": String(text.length) });
      response.end(text);
    });
    expect(asProblem((await getOne(client)).error)).toMatchObject({ status: 502, code: "UNAVAILABLE" });
  });

  test.each([
    ["text/html", "<html>Please log in</html>"],
    ["application/json", '{"half":'],
    ["application/json", ""],
  ])("is every response of success that is not the API's: %s %j", async (type, text) => {
    const { client } = await serving((response) => {
      response.writeHead(200, { "content-type": type });
      response.end(text);
    });
    const { data, error } = await getOne(client);
    expect(data).toBeUndefined();
    expect(asProblem(error)).toMatchObject({ code: "UNEXPECTED_RESPONSE", status: 502 });
  });

  test("is a connection that breaks, or that there is not", async () => {
    const { client } = await serving((response) => {
      response.destroy();
    });
    expect(asProblem((await getOne(client)).error)).toMatchObject({ code: "NETWORK_FAILURE", status: 503 });
    const { baseUrl } = await serving(json(200, {}));
    await servers.pop()?.stop();
    const { error } = await getOne(createClient({ baseUrl }));
    expect(asProblem(error)).toMatchObject({ code: "NETWORK_FAILURE", instance: "/compositions/x" });
  });

  test("is thrown only where the caller aborts", async () => {
    const { client, asked } = await serving(() => undefined);
    const abort = new AbortController();
    const path = { compositionId: "x" };
    const call = client.GET("/compositions/{compositionId}", { params: { path }, signal: abort.signal });
    const deadline = Date.now() + 20_000;
    while (asked.length === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("waiting", () => {
  /** A clock that jumps to the end of each sleep, and remembers them. */
  function jumping(random = 0): Clock & { readonly sleeps: number[] } {
    let now = 0;
    const sleeps: number[] = [];
    return {
      sleeps,
      now: () => now,
      random: () => random,
      sleep: async (milliseconds, signal) => {
        signal?.throwIfAborted();
        sleeps.push(milliseconds);
        now += milliseconds;
      },
    };
  }
  const composition = (state: string): object => ({ id: "x", state, name: "A piece" });
  /** Sends the responses in this order, and the last one for ever. */
  const inTurn = (...responders: readonly Respond[]): Respond => {
    let next = 0;
    return (response, asked) => {
      const responder = responders[Math.min(next, responders.length - 1)];
      next += 1;
      responder?.(response, asked);
    };
  };
  const notModified: Respond = (response) => {
    response.writeHead(304, { etag: '"1"', "retry-after": "5" });
    response.end();
  };

  test("asks as the API says, fetches only what changed, and ends with the final state", async () => {
    const clock = jumping();
    const { client, asked } = await serving(
      inTurn(
        json(200, composition("PENDING"), { etag: '"1"', "retry-after": "1" }),
        notModified,
        notModified,
        json(200, composition("RUNNING"), { etag: '"2"' }),
        json(200, composition("COMPLETED"), { etag: '"3"' }),
      ),
    );
    const seen: string[] = [];
    const outcome = await waitForComposition(client, "x", {
      deadlineSeconds: 600,
      clock,
      onChange: ({ state }) => seen.push(state),
    });
    expect(outcome).toMatchObject({ outcome: "final", resource: { state: "COMPLETED" } });
    expect(seen).toEqual(["PENDING", "RUNNING", "COMPLETED"]);
    expect(asked.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"1"', '"1"', '"1"', '"2"']);
    expect(clock.sleeps).toEqual([1000, 5000, 5000, 3000]);
  });

  test.each(["READY", "FAILED", "STOPPED"])("ends when a training job is %s", async (state) => {
    const { client } = await serving(json(200, { id: "j", state }, { etag: '"1"' }));
    const outcome = await waitForTrainingJob(client, "j", { deadlineSeconds: 5, clock: jumping() });
    expect(outcome).toMatchObject({ outcome: "final", resource: { state } });
  });

  test("ends as soon as a version is as asked, which is not the end of the resource", async () => {
    const { client, asked } = await serving(
      inTurn(
        json(200, { id: "j", state: "QUEUED" }),
        json(200, { id: "j", state: "TRAINING" }),
        json(200, { id: "j", state: "READY" }),
      ),
    );
    const params = { deadlineSeconds: 60, clock: jumping() };
    const begun = await waitForTrainingJob(client, "j", { ...params, until: ({ state }) => state === "TRAINING" });
    expect(begun).toEqual({ outcome: "reached", resource: { id: "j", state: "TRAINING" } });
    expect(asked).toHaveLength(2);
    const ended = await waitForTrainingJob(client, "j", { ...params, until: () => true });
    expect(ended).toMatchObject({ outcome: "final", resource: { state: "READY" } });
  });

  test("heeds a signal that was aborted before its sleep", async () => {
    const reason = new Error("enough");
    await expect(systemClock.sleep(3_600_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    const { client } = await serving(json(200, composition("RUNNING"), { "retry-after": "3600" }));
    const onChange = (): void => {
      abort.abort(reason);
    };
    const params = { deadlineSeconds: 7200, signal: abort.signal, onChange };
    await expect(waitForComposition(client, "x", params)).rejects.toBe(reason);
  });

  test("goes on through overload and broken connections, ever slower within bounds, and no sooner than told", async () => {
    const clock = jumping();
    const broken: Respond = (response) => {
      response.destroy();
    };
    const busy = json(429, { message: "Too Many Requests" });
    const { client } = await serving(
      inTurn(
        json(503, { message: "Service Unavailable" }, { "retry-after": "7" }),
        broken,
        busy,
        busy,
        busy,
        busy,
        busy,
        busy,
        json(200, composition("RUNNING"), { "retry-after": "1" }),
        busy,
        json(200, composition("FAILED")),
      ),
    );
    const outcome = await waitForComposition(client, "x", { deadlineSeconds: 3600, clock });
    expect(outcome).toMatchObject({ outcome: "final", resource: { state: "FAILED" } });
    expect(clock.sleeps.map((ms) => ms / 1000)).toEqual([7, 2, 4, 8, 16, 30, 30, 30, 1, 1]);
  });

  test("adds a bounded share by chance, so that clients do not ask together", async () => {
    const clock = jumping(1);
    const responders = inTurn(
      json(200, composition("RUNNING"), { "retry-after": "4" }),
      json(200, composition("FAILED")),
    );
    await waitForComposition((await serving(responders)).client, "x", { deadlineSeconds: 60, clock });
    expect(clock.sleeps).toEqual([5000]);
  });

  test("reads a Retry-After that is a date", async () => {
    const clock = jumping();
    const date = new Date(9000).toUTCString();
    const responders = inTurn(
      json(200, composition("RUNNING"), { "retry-after": date }),
      json(200, composition("FAILED")),
    );
    await waitForComposition((await serving(responders)).client, "x", { deadlineSeconds: 60, clock });
    expect(clock.sleeps).toEqual([9000]);
  });

  test("ends at its deadline, with what it last saw", async () => {
    const clock = jumping();
    const { client } = await serving(json(200, composition("RUNNING"), { "retry-after": "30" }));
    const outcome = await waitForComposition(client, "x", { deadlineSeconds: 100, clock });
    expect(outcome).toMatchObject({ outcome: "deadline", resource: { state: "RUNNING" } });
    expect(clock.now()).toBe(100_000);
    const down = await serving(json(503, { message: "Service Unavailable" }));
    const failed = await waitForComposition(down.client, "x", { deadlineSeconds: 10, clock: jumping() });
    expect(failed).toMatchObject({ outcome: "deadline", resource: undefined, problem: { code: "UNAVAILABLE" } });
  });

  test("ends at its deadline also while a server keeps silent", async () => {
    const { client } = await serving(() => undefined);
    expect(await waitForComposition(client, "x", { deadlineSeconds: 0.2 })).toMatchObject({ outcome: "deadline" });
  });

  test.each([401, 403, 404])("ends at once with a problem that does not pass: %i", async (status) => {
    const { client, asked } = await serving(json(status, { message: "No" }));
    const outcome = await waitForComposition(client, "x", { deadlineSeconds: 600, clock: jumping() });
    expect(outcome).toMatchObject({ outcome: "refused", problem: { status, detail: "No" } });
    expect(asked).toHaveLength(1);
  });

  test.each(["while it asks", "while it waits"])("is aborted by its signal %s", async (when) => {
    const abort = new AbortController();
    const { client } = await serving((response, asked) => {
      if (when === "while it waits") {
        json(200, composition("RUNNING"), { "retry-after": "3600" })(response, asked);
        // The client is in its sleep once it has read the response; a signal that comes before is heeded, too.
        response.on("finish", () =>
          setImmediate(() => {
            abort.abort(new Error("enough"));
          }),
        );
      } else abort.abort(new Error("enough"));
    });
    const waiting = waitForComposition(client, "x", { deadlineSeconds: 7200, signal: abort.signal });
    await expect(waiting).rejects.toThrow("enough");
  });
});
