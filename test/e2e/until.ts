const [shortestPause, longestPause] = [250, 500];

/** Milliseconds between two questions. A long wait has longer ones: each question takes time of the machine that works. */
const pauseAfter = (waitedMilliseconds: number): number =>
  Math.min(Math.max(shortestPause, waitedMilliseconds / 20), longestPause);

/** How many times longer than on an idle machine a wait may last: CI runs several suites on two slow cores. */
const patience = 4;

/**
 * Asks again until there is a response, for `deadlineSeconds` of an idle machine.
 * @throws Error that names what was waited for when the deadline passes; an error of `ask` ends the wait at once.
 */
export async function until<Response>(
  what: string,
  deadlineSeconds: number,
  ask: () => Promise<Response | undefined | false> | Response | undefined | false,
): Promise<Response> {
  const began = Date.now();
  for (;;) {
    const response = await ask();
    if (response !== undefined && response !== false) return response;
    const waited = Date.now() - began;
    if (waited > deadlineSeconds * patience * 1000)
      throw new Error(`not within ${deadlineSeconds * patience} s: ${what}`);
    await new Promise((resume) => setTimeout(resume, pauseAfter(waited)));
  }
}
