/** What front ends lean on, over real HTTP on the whole local cloud: the typed client, HEAD, CORS, uploads, 304. */
import { apiRoutes } from "../../../naming/api-routes";
import { type ApiSession, openSession } from "../api-session";
import { randomMelody } from "../random-melody";
import { firstCalls } from "./client-calls";
import { newUserToken, oneCloud } from "./support/one-cloud";

const { apiUrl } = oneCloud.outputs();
let token: string;
let api: ApiSession;

beforeAll(async () => {
  token = await newUserToken();
  api = openSession(oneCloud.outputs(), token);
});

test("the typed client uploads a File, waits, and downloads bytes", async () => {
  const file = new File([new Uint8Array(randomMelody(8).midi)], "tune.mid", { type: "audio/midi" });
  const { uploadStatus, states, midi, midiOfUrl, broken } = await firstCalls({
    baseUrl: apiUrl,
    token,
    file,
    deadlineSeconds: 300,
  });
  expect(uploadStatus).toBe(201);
  expect(states.at(-1)).toBe("COMPLETED");
  expect(Buffer.from(midi).subarray(0, 4).toString()).toBe("MThd");
  expect(Buffer.from(midiOfUrl)).toEqual(Buffer.from(midi));
  expect(broken).toMatchObject({ status: 422, code: "UNREADABLE_MIDI" });
});

test.each(["audio/mid", "audio/x-midi", "application/x-midi", "application/octet-stream"])(
  "bytes sent as %s arrive unchanged",
  async (type) => {
    const { midi } = randomMelody(4);
    const response = await api.call("POST", "/tracks", { bytes: midi, headers: { "content-type": type } });
    expect(response.status).toBe(201);
  },
  600_000,
);

test("a form with one file arrives unchanged, with the name that it gives", async () => {
  const form = new FormData();
  form.append("name", "Für Elise");
  form.append("file", new File([new Uint8Array(randomMelody(4).midi)], "elise.mid"));
  const response = await fetch(new URL("/tracks", apiUrl), {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  expect(await response.json()).toMatchObject({ name: "Für Elise", noteCount: expect.any(Number) });
  expect(response.status).toBe(201);
});

test("HEAD has the status and the headers of GET, and no body, on every path without parameters", async () => {
  const paths = Object.values(apiRoutes).filter(({ method, path }) => method === "GET" && !path.includes("{"));
  const varying = ["x-request-id", "apigw-requestid", "date", "connection", "keep-alive", "x-amzn-requestid"];
  const headersOf = (headers: Headers): unknown =>
    Object.fromEntries([...headers].filter(([name]) => !varying.includes(name)));
  for (const { path } of paths) {
    const get = await api.call("GET", path);
    const head = await api.call("HEAD", path);
    expect({ path, status: head.status, bytes: head.bytes.length }).toEqual({ path, status: get.status, bytes: 0 });
    expect({ path, headers: headersOf(head.headers) }).toEqual({ path, headers: headersOf(get.headers) });
  }
  const anonymous = await fetch(new URL("/tracks", apiUrl), { method: "HEAD" });
  expect(anonymous.status).toBe(401);
});

test("browsers may read the headers that the contract names", async () => {
  const origin = "http://localhost:5173";
  const headers = { authorization: `Bearer ${token}`, origin };
  const response = await fetch(new URL("/tracks", apiUrl), { headers });
  expect(response.headers.get("access-control-allow-origin")).not.toBeNull();
  expect(response.headers.get("access-control-expose-headers")).toBe(
    "ETag,Location,Retry-After,X-Request-Id,Content-Disposition,Idempotent-Replayed,Apigw-Requestid",
  );
  // Responses of API Gateway itself have its own id alone.
  for (const authorization of [headers.authorization, "Bearer false"]) {
    const { headers: sent } = await fetch(new URL("/tracks", apiUrl), {
      headers: { origin, authorization },
    });
    expect(sent.get("apigw-requestid")).toMatch(/^[\w+/]{15}=$/);
  }
  const preflight = await fetch(new URL("/tracks", apiUrl), {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  });
  for (const name of ["authorization", "content-type", "accept", "idempotency-key", "if-match", "if-none-match"]) {
    expect(preflight.headers.get("access-control-allow-headers")).toContain(name);
  }
});

test("lists that are polled are sent once", async () => {
  const json = { name: "Short", technique: "unet-gan", topics: { length: ["short"] }, hyperparameters: { epochs: 1 } };
  const created = await api.call("POST", "/training-jobs", { json });
  expect(created.status).toBe(202);
  const location = created.headers.get("location") ?? "";
  for (const path of [`${location}/metrics?afterEpoch=1000`, `${location}/samples`]) {
    const first = await api.call("GET", path);
    expect(first.status).toBe(200);
    const again = await api.call("GET", path, { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
    // A sample may come between the two.
    expect(path.endsWith("samples") ? [200, 304] : [304]).toContain(again.status);
  }
  // It would keep the only training slot from the other files.
  expect((await api.call("POST", `${location}/stop`)).status).toBe(202);
});
