import { asProblem, createClient, readProblem } from "../../../client/client";

/** A server that answers everything the same way, and remembers what it was asked. */
function server(answer: () => Response) {
  const asked: Request[] = [];
  const client = createClient({
    baseUrl: "https://api.example",
    accessToken: () => "token-1",
    fetch: async (request) => {
      asked.push(request);
      return answer();
    },
  });
  return { asked, client };
}

const json = (status: number, body: unknown, type = "application/json"): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": type, "apigw-requestid": "gateway-1" } });

const ours = {
  type: "urn:opencomposer:problem:not-ready",
  title: "Not ready",
  status: 409,
  detail: "The composition is RUNNING",
  instance: "/compositions/x/midi",
  code: "NOT_READY",
  requestId: "request-1",
};

describe("the typed client", () => {
  test("sends the token and fills in paths", async () => {
    const { asked, client } = server(() => json(200, { items: [] }));
    const { data } = await client.GET("/tracks", { params: { query: { limit: 5 } } });
    expect(data?.items).toEqual([]);
    expect(asked[0]?.url).toBe("https://api.example/tracks?limit=5");
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer token-1");
  });

  test("gives our problems as they are", async () => {
    const { client } = server(() => json(409, ours, "application/problem+json"));
    const { error } = await client.GET("/compositions/{compositionId}", { params: { path: { compositionId: "x" } } });
    expect(asProblem(error)).toEqual(ours);
  });

  test.each([
    [401, { message: "Unauthorized" }, "UNAUTHENTICATED"],
    [403, { message: "Forbidden" }, "FORBIDDEN"],
    [413, { message: "Request Entity Too Large" }, "BODY_TOO_LARGE"],
    [429, { message: "Too Many Requests" }, "TOO_MANY_REQUESTS"],
    [503, { message: "Service Unavailable" }, "UNAVAILABLE"],
  ])("gives API Gateway's %i in the same shape", async (status, body, code) => {
    const { client } = server(() => json(status, body));
    const { error, response } = await client.GET("/tracks");
    expect(response.status).toBe(status);
    expect(asProblem(error)).toMatchObject({ status, code, detail: body.message, requestId: "gateway-1" });
  });

  test.each(["", "<html>Bad gateway</html>", "null", '"text"', "[1]"])("reads any error body: %j", async (text) => {
    const problem = await readProblem(new Response(text, { status: 502 }));
    expect(problem).toMatchObject({ status: 502, code: "UNAVAILABLE" });
  });
});
