/** Ports whose n-th call fails: to see what an operation leaves behind, wherever it is cut off. */

/** The function was killed: nothing that it would have done after this moment is done. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** A fault of AWS, as the SDK throws it when its own tries are over. */
export class AwsTimeout extends Error {
  override readonly name = "TimeoutError";
}

export interface Fault {
  /** Which call, from 1, of all ports together. */
  readonly at: number;
  /** Whether the call has had its effect. */
  readonly moment: "BEFORE" | "AFTER";
  /** A kill ends the function; a time-out is one call's. */
  readonly kind: "KILL" | "TIME_OUT";
}

export interface FaultyPorts {
  readonly wrap: <Port extends object>(port: Port) => Port;
  /** How many calls there were. */
  readonly calls: () => number;
}

/** @param fault - none: the calls are only counted */
export function faultyPorts(fault?: Fault): FaultyPorts {
  let calls = 0;
  const isHit = (call: number): boolean =>
    fault !== undefined && (fault.kind === "KILL" ? call >= fault.at : call === fault.at);
  const failure = (): Error => (fault?.kind === "KILL" ? new Killed() : new AwsTimeout());
  return {
    calls: () => calls,
    wrap: (port) =>
      new Proxy(port, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== "function") return method;
          return async (...parameters: unknown[]): Promise<unknown> => {
            calls += 1;
            const call = calls;
            // A killed function's later calls never happen; the one that it died in may have been carried out.
            if (isHit(call) && !(fault?.moment === "AFTER" && call === fault.at)) throw failure();
            const response: unknown = await Reflect.apply(method, target, parameters);
            if (isHit(call)) throw failure();
            return response;
          };
        },
      }),
  };
}

/** Every fault that an operation of so many calls can meet. */
export const everyFault = (calls: number): readonly Fault[] =>
  Array.from({ length: calls }, (_, index) => index + 1).flatMap((at) =>
    (["KILL", "TIME_OUT"] as const).flatMap((kind) =>
      (["BEFORE", "AFTER"] as const).map((moment) => ({ at, moment, kind })),
    ),
  );
