/** A client as the API's document asks for one, and what all clients of a run have seen together. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

export interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Asked {
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bounds how many requests are under way, and counts what came of them. */
export class Traffic {
  private readonly statuses = new Map<string, number>();
  private readonly bad: string[] = [];
  private readonly waiting: (() => void)[] = [];
  private underWay = 0;

  constructor(private readonly maxConcurrent: number) {}

  async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.underWay >= this.maxConcurrent) await new Promise<void>((resume) => this.waiting.push(resume));
    else this.underWay += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The place is handed on, so that nobody comes between.
      if (next === undefined) this.underWay -= 1;
      else next();
    }
  }

  count(status: string): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  fault(what: string): void {
    this.bad.push(what);
  }

  faults(): readonly string[] {
    return this.bad;
  }

  describe(): string {
    const sorted = [...this.statuses].sort(([one], [other]) => (one < other ? -1 : 1));
    return `responses ${sorted.map(([status, count]) => `${status}: ${count}`).join(", ")}`;
  }
}

const maxWaitSeconds = 60;
const responseSeconds = 120;

export class PoliteClient {
  constructor(
    private readonly apiUrl: string,
    private readonly token: string,
    private readonly traffic: Traffic,
  ) {}

  /**
   * Asks until there is a response that is no "later": 429 of the throttle and 503 are asked again after Retry-After,
   * as are a fault of the service and a broken connection, with the same Idempotency-Key. A quota that is reached is a
   * response.
   *
   * @returns undefined when there was none within so many tries
   */
  async ask(method: string, path: string, asked: Asked = {}, maxTries = 20): Promise<Response | undefined> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.token}`,
      ...(asked.json === undefined ? {} : { "content-type": "application/json" }),
      ...(asked.bytes === undefined ? {} : { "content-type": "audio/midi" }),
      ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
      ...asked.headers,
    };
    const body = asked.json === undefined ? asked.bytes : JSON.stringify(asked.json);
    for (let tries = 1; tries <= maxTries; tries += 1) {
      const response = await this.traffic.inTurn(async () => await this.once(method, path, headers, body));
      if (response === undefined) {
        await sleep(1_000 * Math.min(tries, 10));
        continue;
      }
      const retryAfter = response.headers.get("retry-after");
      const isLater =
        response.status === 503 || (response.status === 429 && !response.text.includes("USER_QUOTA_REACHED"));
      if (response.status < 500 && !isLater) return response;
      if (isLater && retryAfter === null && response.status === 503) {
        this.traffic.fault(`${method} ${path} ${response.status} without Retry-After ${response.text.slice(0, 200)}`);
      }
      if (response.status >= 500 && !isLater) {
        this.traffic.fault(`${method} ${path} ${response.status} ${response.text.slice(0, 200)}`);
      }
      const seconds = retryAfter === null ? tries : Number(retryAfter);
      await sleep(Math.min(maxWaitSeconds, Math.max(0.2, seconds)) * 1_000 * (1 + Math.random() / 2));
    }
    return undefined;
  }

  private async once(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array | undefined,
  ): Promise<Response | undefined> {
    try {
      const response = await fetch(new URL(path, this.apiUrl), {
        method,
        headers,
        signal: AbortSignal.timeout(responseSeconds * 1_000),
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      this.traffic.count(String(response.status));
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      this.traffic.count("none");
      this.traffic.fault(`${method} ${path} no response: ${cause}`);
      return undefined;
    }
  }
}
