const pauseMilliseconds = 250;

/**
 * Asks again until there is an answer.
 * @throws Error that names what was waited for when the deadline passes; an error of `ask` ends the wait at once.
 */
export async function until<Answer>(
  what: string,
  deadlineSeconds: number,
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
): Promise<Answer> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${deadlineSeconds} s: ${what}`);
    await new Promise((resume) => setTimeout(resume, pauseMilliseconds));
  }
}
