/** What the console says to do next about whatever the API refuses. */
import { nextStep } from "../../../console/src/api/next-steps";
import { problemCodes } from "../../../domain/schemas/api/problem-codes";

test.each(Object.entries(problemCodes))("%s has a next step of its own, in a whole sentence", (code, { status }) => {
  const step = nextStep({ code, status });
  expect(step).toMatch(/^[A-Z“].*\.$/);
  // It is more than what every refusal of this status gets.
  expect(step).not.toBe(nextStep({ code: "A_LATER_CODE", status }) ?? "");
});

test("a code that this console does not know yet gets a step where waiting helps", () => {
  expect(nextStep({ code: "A_LATER_CODE", status: 503 })).toMatch(/Try again/);
  expect(nextStep({ code: "A_LATER_CODE", status: 429 })).toMatch(/Try again/);
  expect(nextStep({ code: "A_LATER_CODE", status: 409 })).toBeUndefined();
});
