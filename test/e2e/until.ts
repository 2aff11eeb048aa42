const pauseMilliseconds = 250;

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
  const deadline = Date.now() + deadlineSeconds * patience * 1000;
  for (;;) {
    const response = await ask();
    if (response !== undefined && response !== false) return response;
    if (Date.now() > deadline) throw new Error(`not within ${deadlineSeconds * patience} s: ${what}`);
    await new Promise((resume) => setTimeout(resume, pauseMilliseconds));
  }
}
