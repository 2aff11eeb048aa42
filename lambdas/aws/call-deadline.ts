/**
 * The instant after which a function begins no call of AWS and waits for none, because its time is nearly over. The
 * deadline travels with the work (AsyncLocalStorage), so that no operation has to hand it on.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Patience } from "../../naming/time-limits";

/** Thrown when there is no time left for a call of AWS. The SDK does not try again after this error. */
export class CallDeadlinePassed extends Error {
  override readonly name = "CallDeadlinePassed";
  constructor() {
    super("there was no time left to call AWS");
  }
}

const deadlines = new AsyncLocalStorage<number>();

/**
 * Runs work. Its calls of AWS end at the deadline.
 * @param at - epoch milliseconds
 */
export async function withCallDeadline<Result>(at: number, work: () => Promise<Result>): Promise<Result> {
  return await deadlines.run(at, work);
}

const millisecondsLeft = (): number => {
  const at = deadlines.getStore();
  return at === undefined ? Number.POSITIVE_INFINITY : at - Date.now();
};

type HandleParameters = Parameters<NodeHttpHandler["handle"]>;

/** The SDK's own handler, which waits no longer than the deadline allows. */
export class DeadlineHandler extends NodeHttpHandler {
  private readonly requestMilliseconds: number;

  constructor({ connectionMilliseconds, requestMilliseconds }: Omit<Patience, "tries">) {
    super({
      connectionTimeout: connectionMilliseconds,
      requestTimeout: requestMilliseconds,
      socketTimeout: requestMilliseconds,
      // Without this option the handler only warns, and waits for ever.
      throwOnRequestTimeout: true,
    });
    this.requestMilliseconds = requestMilliseconds;
  }

  override async handle(
    request: HandleParameters[0],
    options: HandleParameters[1] = {},
  ): ReturnType<NodeHttpHandler["handle"]> {
    const left = millisecondsLeft();
    if (left <= 0) throw new CallDeadlinePassed();
    return await super.handle(request, { ...options, requestTimeout: Math.min(this.requestMilliseconds, left) });
  }
}
