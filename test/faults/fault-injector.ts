/**
 * Breaks any call that a function makes of a port. A port is an object with methods; it is wrapped without knowing it.
 * Which function is at work is carried along by AsyncLocalStorage: a call outside of one is never broken.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** What can happen to one call of a port. */
export const callFaults = ["THROWS_BEFORE", "THROWS_AFTER", "CUT_OFF_BEFORE", "CUT_OFF_AFTER"] as const;
export type CallFault = (typeof callFaults)[number];

/** Only for as long as it lasts: the call gives no response, and nobody ends the function for it. */
export type LastingFault = CallFault | "HANGS";

/** What can happen to the delivery of a function's event, whatever the function calls. */
export const deliveryFaults = ["TWICE", "TWICE_AT_ONCE", "AGAIN_LATER"] as const;
export type DeliveryFault = (typeof deliveryFaults)[number];

/** One invocation of a function, as a dry run saw it. */
export interface RecordedInvocation {
  /** The function: a step of the workflow, a worker, an operation of the API. */
  readonly actor: string;
  /** Its how manieth invocation, from 1. */
  readonly invocation: number;
  /** `port.method`, in the order of the calls. */
  readonly calls: readonly string[];
}

/** Breaks the nth call of one invocation. */
export interface CallTarget {
  readonly actor: string;
  readonly invocation: number;
  /** From 1, over all calls of the invocation. */
  readonly call: number;
  readonly fault: CallFault;
}

/** The function was ended from outside: none of its own code runs any more. */
export class CutOff extends Error {
  override readonly name = "Sandbox.Timedout";
  constructor(actor: string) {
    super(`${actor} was cut off`);
  }
}

/** What a client of the SDK throws when its service cannot respond. */
export class ServiceUnavailable extends Error {
  override readonly name = "ServiceUnavailable";
  constructor(call: string) {
    super(`arn:aws:internal:eu-west-1:123456789012 ${call} at Socket.onData (/var/task/index.js:1:1)`);
  }
}

interface Invocation {
  readonly injector: FaultInjector;
  readonly actor: string;
  readonly number: number;
  readonly calls: string[];
  dead: boolean;
  readonly cutOff: (error: CutOff) => void;
}

type Method = (...values: unknown[]) => unknown;

const isMethod = (value: unknown): value is Method => typeof value === "function";

/** One for all injectors: Node carries each of them along with every promise, also those that nobody needs any more. */
const current = new AsyncLocalStorage<Invocation>();

export class FaultInjector {
  readonly recorded: RecordedInvocation[] = [];
  /** Whether the fault that was asked for came to pass. */
  struck = false;
  /** Also broken: every call of these (`port.method`, or an actor's name and a call) while it says so. */
  always: (actor: string, call: string) => LastingFault | undefined = () => undefined;
  /** What else happens before one call, once: another request that overtakes this one. */
  meanwhile: { readonly target: Omit<CallTarget, "fault">; readonly act: () => Promise<void> } | undefined;

  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly target: CallTarget | undefined,
    /** How long a function may run: so much time has passed when it is cut off. */
    private readonly passTimeOut: (actor: string) => void,
  ) {}

  /** How often the function has been invoked so far. */
  invocationsOf(actor: string): number {
    return this.numbers.get(actor) ?? 0;
  }

  /** Runs a function; its calls of watched ports may break. @throws CutOff, or what the function throws */
  async invoke<Response>(actor: string, work: () => Promise<Response>): Promise<Response> {
    const number = this.invocationsOf(actor) + 1;
    this.numbers.set(actor, number);
    const calls: string[] = [];
    this.recorded.push({ actor, invocation: number, calls });
    let cutOff: (error: CutOff) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      cutOff = reject;
    });
    const invocation: Invocation = { injector: this, actor, number, calls, dead: false, cutOff };
    const result = current.run(invocation, work);
    // What a function that was cut off still throws is heard by nobody.
    result.catch(() => undefined);
    return await Promise.race([result, ended]);
  }

  /**
   * Gives work up that hangs, as a timer does. Whatever is awake works in promises alone, which are all done before the
   * next turn of the event loop: what is not done by then hangs.
   * @param passTime - so much time has passed then
   */
  async inTime<Result>(work: Promise<Result>, passTime: () => void): Promise<Result> {
    const invocation = current.getStore();
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    const tooLate = new Promise<never>((_, reject) => {
      setImmediate(() => {
        // Of a function that was cut off nothing goes on.
        if (isDone || invocation?.dead === true) return;
        passTime();
        reject(new Error("it took too long"));
      });
    });
    return await Promise.race([done, tooLate]);
  }

  /** The same port, whose calls may break. */
  watched<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (!isMethod(value) || typeof property !== "string") return value;
        return (...values: unknown[]) => this.call(`${name}.${property}`, () => Reflect.apply(value, target, values));
      },
    });
  }

  /** Watches a port where others hold it already. @param methods - those that are the port's */
  watchInPlace(name: string, port: object, methods: readonly string[]): void {
    for (const method of methods) {
      const value: unknown = Reflect.get(port, method);
      if (!isMethod(value)) throw new Error(`${name} has no method ${method}`);
      const wrapped = (...values: unknown[]) =>
        this.call(`${name}.${method}`, () => Reflect.apply(value, port, values));
      Object.defineProperty(port, method, { value: wrapped });
    }
  }

  private call(name: string, effect: () => unknown): unknown {
    const invocation = current.getStore();
    if (invocation?.injector !== this) return effect();
    if (invocation.dead) return new Promise(() => undefined);
    invocation.calls.push(name);
    const number = invocation.calls.length;
    const { meanwhile } = this;
    const isAt = (target: Omit<CallTarget, "fault"> | undefined): boolean =>
      target?.actor === invocation.actor && target.invocation === invocation.number && target.call === number;
    const overtaken = isAt(meanwhile?.target) ? meanwhile : undefined;
    if (overtaken !== undefined) this.meanwhile = undefined;
    const fault = isAt(this.target) ? this.target?.fault : this.always(invocation.actor, name);
    if (overtaken === undefined && fault === undefined) return effect();
    this.struck = true;
    return new Broken(async () => {
      if (overtaken !== undefined) await current.exit(overtaken.act);
      if (fault === "THROWS_BEFORE") throw new ServiceUnavailable(name);
      if (fault === "CUT_OFF_BEFORE") return await this.cut(invocation);
      if (fault === "HANGS") return await new Promise<never>(() => undefined);
      const result = await effect();
      if (fault === "THROWS_AFTER") throw new ServiceUnavailable(name);
      if (fault === "CUT_OFF_AFTER") return await this.cut(invocation);
      return result;
    });
  }

  private async cut(invocation: Invocation): Promise<never> {
    invocation.dead = true;
    this.passTimeOut(invocation.actor);
    invocation.cutOff(new CutOff(invocation.actor));
    return await new Promise<never>(() => undefined);
  }
}

/** Awaited like a promise, or walked through like a list that comes in pages. */
class Broken implements PromiseLike<unknown>, AsyncIterable<unknown> {
  constructor(private readonly result: () => Promise<unknown>) {}

  then<Kept = unknown, Failed = never>(
    onKept?: ((value: unknown) => Kept | PromiseLike<Kept>) | null,
    onFailed?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): PromiseLike<Kept | Failed> {
    return this.result().then(onKept, onFailed);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<unknown> {
    const pages = await this.result();
    if (isAsyncIterable(pages)) yield* pages;
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;

/** Returns what recognizes the calls of a watched port's methods, or of all its methods where none is named. */
export const isCallOf = (port: string, methods: readonly string[] = []): ((call: string) => boolean) => {
  const calls = methods.map((method) => `${port}.${method}`);
  return (call) => (calls.length === 0 ? call.startsWith(`${port}.`) : calls.includes(call));
};

/**
 * Every way to break a call, once for each kind of invocation: two invocations of a function that make the same calls are
 * of one kind.
 */
export function callTargets(recorded: readonly RecordedInvocation[]): readonly CallTarget[] {
  const seen = new Set<string>();
  return recorded.flatMap(({ actor, invocation, calls }) => {
    const kind = `${actor}: ${calls.join(" ")}`;
    if (seen.has(kind)) return [];
    seen.add(kind);
    return calls.flatMap((_, index) => callFaults.map((fault) => ({ actor, invocation, call: index + 1, fault })));
  });
}
