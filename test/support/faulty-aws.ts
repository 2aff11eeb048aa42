/** A server in front of the local cloud that responds to some calls as AWS does when it is overloaded or broken. */
import { type IncomingMessage, request as forward, type ServerResponse } from "node:http";
import { startListeningServer } from "./listening-server";

export type Service = "dynamodb" | "s3";

export interface AwsFault {
  readonly service: Service;
  readonly name: string;
  /** Responds instead of AWS; the operation is DynamoDB's, or the HTTP method. */
  readonly respond: (response: ServerResponse, operation: string) => void;
  /** Operations that can meet it; all when it is not said. */
  readonly only?: RegExp;
}

export interface FaultyAws {
  readonly url: string;
  /** Calls of a service so far. */
  readonly calls: Record<Service, number>;
  /** @param times - how many of the next calls meet it; every one when it is not said */
  meet(fault: AwsFault | undefined, times?: number): void;
  stop(): Promise<void>;
}

const json =
  (status: number, type: string, more: object = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "fault", ...more }));
  };
const xml = (status: number, code: string) => (response: ServerResponse) => {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>fault</Message></Error>`);
};
const reset = (response: ServerResponse): void => {
  response.destroy();
};
/** The client gives up first. */
const silence = (): void => undefined;

const dynamodb = (name: string, respond: AwsFault["respond"], only?: RegExp): AwsFault => ({
  service: "dynamodb",
  name: `DynamoDB: ${name}`,
  respond,
  ...(only === undefined ? {} : { only }),
});
const plainWrites = /^(?:PutItem|UpdateItem|DeleteItem)$/;
const transactions = /^TransactWriteItems$/;

export const dynamodbFaults: readonly AwsFault[] = [
  dynamodb("ThrottlingException", json(400, "ThrottlingException")),
  dynamodb("ProvisionedThroughputExceededException", json(400, "ProvisionedThroughputExceededException")),
  dynamodb("RequestLimitExceeded", json(400, "RequestLimitExceeded")),
  dynamodb("InternalServerError", json(500, "InternalServerError")),
  dynamodb("503", json(503, "ServiceUnavailable")),
  dynamodb("a connection that breaks", reset),
  dynamodb("TransactionConflictException", json(400, "TransactionConflictException"), plainWrites),
  dynamodb("TransactionInProgressException", json(400, "TransactionInProgressException"), transactions),
  dynamodb(
    "a transaction that conflicts",
    json(400, "TransactionCanceledException", { CancellationReasons: [{ Code: "TransactionConflict" }] }),
    transactions,
  ),
  dynamodb(
    "a transaction that is throttled",
    json(400, "TransactionCanceledException", { CancellationReasons: [{ Code: "ThrottlingError" }] }),
    transactions,
  ),
];
const s3 = (name: string, respond: AwsFault["respond"]): AwsFault => ({ service: "s3", name: `S3: ${name}`, respond });
export const s3Faults: readonly AwsFault[] = [
  s3("503 SlowDown", xml(503, "SlowDown")),
  s3("500 InternalError", xml(500, "InternalError")),
  s3("400 RequestTimeout", xml(400, "RequestTimeout")),
  s3("a connection that breaks", reset),
];
export const silences: readonly AwsFault[] = [dynamodb("silence", silence), s3("silence", silence)];

export async function startFaultyAws(target: string): Promise<FaultyAws> {
  const { hostname, port } = new URL(target);
  const calls: Record<Service, number> = { dynamodb: 0, s3: 0 };
  let current: AwsFault | undefined;
  let left = 0;

  const serve = (incoming: IncomingMessage, response: ServerResponse): void => {
    const header = incoming.headers["x-amz-target"];
    const [, operation] = /^DynamoDB_\d+\.(\w+)$/.exec(typeof header === "string" ? header : "") ?? [];
    const service: Service = operation === undefined ? "s3" : "dynamodb";
    const called = operation ?? incoming.method ?? "";
    calls[service] += 1;
    if (current?.service === service && left > 0 && (current.only?.test(called) ?? true)) {
      left -= 1;
      const { respond } = current;
      incoming.resume();
      incoming.on("end", () => {
        respond(response, called);
      });
      return;
    }
    const { url: path, method } = incoming;
    // The local cloud responds to no other name than its own.
    const headers = { ...incoming.headers, host: `${hostname}:${port}` };
    const onward = forward({ hostname, port, path, method, headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, upstream.headers);
      upstream.pipe(response);
    });
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  };

  const { url, stop } = await startListeningServer(serve);
  return {
    url,
    calls,
    meet: (fault, times = Number.POSITIVE_INFINITY) => {
      current = fault;
      left = fault === undefined ? 0 : times;
    },
    stop,
  };
}
