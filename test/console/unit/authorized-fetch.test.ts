import { createAuthorizedFetch } from "../../../console/src/api/authorized-fetch";

const answer = (status: number): Response => new Response(null, { status });

interface Sent {
  readonly authorization: string | null;
  readonly body: string;
}

/** An API that accepts one token, and a session that holds another until it is renewed. */
function withTokens(params: { readonly accepted: string; readonly held?: string; readonly renewed?: string }) {
  const { accepted, held, renewed } = params;
  const sent: Sent[] = [];
  const refused: string[] = [];
  const send = async (request: Request): Promise<Response> => {
    const authorization = request.headers.get("authorization");
    sent.push({ authorization, body: await request.text() });
    return answer(authorization === `Bearer ${accepted}` ? 200 : 401);
  };
  const session = {
    accessToken: async () => held,
    replaceToken: async (token: string) => {
      refused.push(token);
      return renewed;
    },
  };
  return { fetch: createAuthorizedFetch(session, send), sent, refused };
}

const request = (): Request => new Request("https://api.example.org/tracks", { method: "POST", body: "notes" });

test("a request has the user's token", async () => {
  const { fetch, sent, refused } = withTokens({ accepted: "good", held: "good" });
  expect((await fetch(request())).status).toBe(200);
  expect(sent).toEqual([{ authorization: "Bearer good", body: "notes" }]);
  expect(refused).toEqual([]);
});

test("a refused token is renewed, and the whole request is sent once more", async () => {
  const { fetch, sent, refused } = withTokens({ accepted: "new", held: "old", renewed: "new" });
  expect((await fetch(request())).status).toBe(200);
  expect(sent).toEqual([
    { authorization: "Bearer old", body: "notes" },
    { authorization: "Bearer new", body: "notes" },
  ]);
  expect(refused).toEqual(["old"]);
});

test("a renewed token that is refused, too, is not renewed again", async () => {
  const { fetch, sent } = withTokens({ accepted: "none", held: "old", renewed: "new" });
  expect((await fetch(request())).status).toBe(401);
  expect(sent).toHaveLength(2);
});

test("if the session is not renewed, the refusal is the answer", async () => {
  const { fetch, sent } = withTokens({ accepted: "none", held: "old" });
  expect((await fetch(request())).status).toBe(401);
  expect(sent).toHaveLength(1);
});

test("while nobody is signed in, requests have no token", async () => {
  const { fetch, sent, refused } = withTokens({ accepted: "none" });
  expect((await fetch(request())).status).toBe(401);
  expect(sent).toEqual([{ authorization: null, body: "notes" }]);
  expect(refused).toEqual([]);
});
