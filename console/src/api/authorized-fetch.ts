import type { Session } from "../sign-in/session";

type SessionTokens = Pick<Session, "accessToken" | "replaceToken">;

/**
 * Returns a fetch that sends the user's token. If the API refuses it, the token is renewed and the request is sent once
 * more. While nobody is signed in, requests go without one.
 */
export function createAuthorizedFetch(
  session: SessionTokens,
  send: (request: Request) => Promise<Response> = fetch,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const token = await session.accessToken();
    if (token === undefined) return await send(request);
    // The body can be read once, so the second request is made before the first is sent.
    const again = request.clone();
    request.headers.set("authorization", `Bearer ${token}`);
    const response = await send(request);
    if (response.status !== 401) return response;
    const renewed = await session.replaceToken(token);
    if (renewed === undefined) return response;
    again.headers.set("authorization", `Bearer ${renewed}`);
    return await send(again);
  };
}
