import { setTimeout as sleep } from "node:timers/promises";

/** Asks again until the response is there. @throws Error saying what was awaited when the time is over */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  seconds = 20,
): Promise<T> {
  const deadline = Date.now() + seconds * 1_000;
  let problem: unknown;
  while (Date.now() < deadline) {
    try {
      const response = await ask();
      if (response !== undefined) return response;
    } catch (error) {
      problem = error;
    }
    await sleep(25);
  }
  throw new Error(`waited ${seconds} s in vain until ${what}`, problem === undefined ? {} : { cause: problem });
}
