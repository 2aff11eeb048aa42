import { ProblemError } from "../../../console/src/api/problem-error";
import { mayRetry, nextLook, retryDelay } from "../../../console/src/api/retries";

const problem = (code: string, status: number, retryAfterSeconds?: number): ProblemError =>
  new ProblemError(
    { type: "about:blank", title: code, status, detail: "", instance: "", code, requestId: "r-1" },
    retryAfterSeconds,
  );

test("a resource is looked at again as soon as its answer asks for, and a final one not at all", () => {
  expect(nextLook({ retryAfterSeconds: 3, error: null, failures: 0 })).toBe(3000);
  expect(nextLook({ error: null, failures: 0 })).toBe(false);
});

test("after overload the next look comes no sooner than asked for, and not for all at the same moment", () => {
  const looks = Array.from({ length: 50 }, () =>
    Number(nextLook({ retryAfterSeconds: 1, error: problem("OVERLOADED", 503, 7), failures: 0 })),
  );
  expect(Math.min(...looks)).toBeGreaterThanOrEqual(7000);
  expect(Math.max(...looks)).toBeLessThanOrEqual(8750);
  expect(new Set(looks).size).toBeGreaterThan(1);
});

test("a refusal is not looked at again", () => {
  expect(nextLook({ retryAfterSeconds: 3, error: problem("NOT_FOUND", 404), failures: 0 })).toBe(false);
  expect(nextLook({ retryAfterSeconds: 3, error: problem("UNAUTHENTICATED", 401), failures: 0 })).toBe(false);
});

test("a broken connection is looked at again, more and more slowly", () => {
  const failure = problem("NETWORK_FAILURE", 503);
  const waits = [0, 1, 2, 3].map((failures) => Number(nextLook({ error: failure, failures })));
  for (const [index, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(1000 * 2 ** index);
    expect(wait).toBeLessThanOrEqual(1250 * 2 ** index);
  }
});

test("a request is repeated twice if the same one may succeed later", () => {
  const passing = problem("INTERNAL", 500);
  expect([0, 1, 2].map((failures) => mayRetry(failures, passing))).toEqual([true, true, false]);
  expect(mayRetry(0, problem("USER_QUOTA_REACHED", 429))).toBe(false);
  expect(mayRetry(0, new Error("a mistake of ours"))).toBe(false);
});

test("a repetition keeps to Retry-After", () => {
  expect(retryDelay(0, problem("BUSY", 503, 5))).toBeGreaterThanOrEqual(5000);
});
