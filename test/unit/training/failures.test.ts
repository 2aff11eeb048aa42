import fc from "fast-check";
import { failureSchema } from "../../../domain/schemas/failure";
import {
  compositionAbandoned,
  withAdvice,
  workflowAborted,
  workflowFailed,
  workflowTimedOut,
  workNotEnded,
} from "../../../domain/states/failures";

const failures = [workflowFailed, workflowTimedOut, workflowAborted, workNotEnded, compositionAbandoned];

test.each(failures)("$code can be written into a row", (failure) => {
  expect(failureSchema.parse(failure)).toEqual(failure);
});

test("advice follows what went wrong, and depends on the checkpoint alone", () => {
  fc.assert(
    fc.property(fc.constantFrom(...failures), fc.boolean(), (failure, resumable) => {
      const advised = withAdvice(failure, { resumable });
      expect(advised).toMatchObject({ code: failure.code, retryable: failure.retryable });
      expect(advised.message.startsWith(`${failure.message} `)).toBe(true);
      expect(advised.message.includes("resumed")).toBe(resumable);
    }),
  );
});
