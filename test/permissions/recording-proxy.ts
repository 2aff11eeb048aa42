/** A server in front of AWS for one function: it hands every request on and keeps what the permissions depend on. */
import { type IncomingMessage, request as forward, type ServerResponse } from "node:http";
import { type ListeningServer, startListeningServer } from "../support/listening-server";
import type { RecordedRequest } from "./requested-permissions";

export interface RecordingProxyParams {
  /** Of the local cloud. */
  readonly cloudUrl: string;
  /** Of the server that stands for SageMaker's training jobs. */
  readonly trainingUrl: string;
  /** Of the server that stands for SageMaker's endpoints. */
  readonly endpointsUrl: string;
  readonly record: (request: RecordedRequest) => void;
  /** Called before a response is handed back, which waits for it. @default nothing happens meanwhile */
  readonly beforeResponse?: (request: RecordedRequest) => Promise<void>;
  /** Tells that every listed object is older than it is. @default false */
  readonly agesObjects?: boolean;
}

const dayBefore = (time: string): string => new Date(Date.parse(time) - 2 * 86_400_000).toISOString();
const aged = (listing: string): string =>
  listing.replace(/(<LastModified>)([^<]*)/g, (_, tag: string, time: string) => `${tag}${dayBefore(time)}`);

const upstreamOf = ({ headers, url = "" }: IncomingMessage, params: RecordingProxyParams): URL => {
  if (String(headers["x-amz-target"]).startsWith("SageMaker.")) return new URL(params.trainingUrl);
  return new URL(url.startsWith("/endpoints/") ? params.endpointsUrl : params.cloudUrl);
};

/** A URL is signed for this proxy's name and port. The local cloud, which has others, would refuse its signature. */
const withoutSignature = (path: string): string => {
  const { pathname, searchParams } = new URL(path, "http://proxy");
  if (!searchParams.has("X-Amz-Signature")) return path;
  for (const name of [...searchParams.keys()]) if (/^x-amz-/i.test(name)) searchParams.delete(name);
  return `${pathname}?${searchParams.toString()}`;
};

const headersOf = (incoming: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );

export async function startRecordingProxy(params: RecordingProxyParams): Promise<ListeningServer> {
  const serve = (incoming: IncomingMessage, response: ServerResponse): void => {
    const { hostname, port } = upstreamOf(incoming, params);
    const { url: path = "", method = "" } = incoming;
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    // The local cloud responds to no other name than its own.
    const headers = { ...incoming.headers, host: `${hostname}:${port}` };
    const onward = forward({ hostname, port, path: withoutSignature(path), method, headers }, (upstream) => {
      const status = upstream.statusCode ?? 502;
      const body = Buffer.concat(parts).toString("utf8");
      const request = { method, target: path, headers: headersOf(incoming), body, status };
      params.record(request);
      if (params.agesObjects !== true) {
        const handBack = (): void => {
          response.writeHead(status, upstream.headers);
          upstream.pipe(response);
        };
        (params.beforeResponse?.(request) ?? Promise.resolve()).then(handBack, (error: unknown) => {
          response.destroy(error instanceof Error ? error : new Error(String(error)));
        });
        return;
      }
      const content: Buffer[] = [];
      upstream.on("data", (part: Buffer) => content.push(part));
      upstream.on("end", () => {
        const { "content-length": _, ...others } = upstream.headers;
        response.writeHead(status, others).end(aged(Buffer.concat(content).toString("utf8")));
      });
    });
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  };
  return await startListeningServer(serve);
}
