/** Makes the responses of operations. `withHttp` makes the Lambda's results of them. */

export type Headers = Readonly<Record<string, string>>;

export interface Response {
  readonly status: number;
  readonly headers?: Headers;
  /** The body: text (JSON) or bytes (MIDI). It is absent for 204 and 304. */
  readonly body?: string | Uint8Array;
}

export interface JsonResponseParams {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Headers | undefined;
}

/** Returns a response with a JSON body. */
export function jsonResponse({ status, body, headers = {} }: JsonResponseParams): Response & { readonly body: string } {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

export const noContent: Response = { status: 204 };

/** Returns the header Retry-After in whole seconds, as RFC 9110 wants them; none if there is nothing to wait for. */
export function retryAfter(seconds: number | undefined): Headers {
  return seconds === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(seconds))) };
}
