/** Failures that are told in a notice, because no form shows them. */
import { useCallback } from "react";
import { useNotices } from "../app/notices";
import { ProblemError, problemWords } from "./problem-error";

/** Returns a function that tells of the API's problem in a notice. Any other error is a fault of ours, and thrown. */
export function useFailureNotice(): (error: unknown) => void {
  const { tell } = useNotices();
  return useCallback(
    (error) => {
      if (!(error instanceof ProblemError)) throw error;
      tell({ type: "error", text: problemWords(error.problem), requestId: error.problem.requestId });
    },
    [tell],
  );
}
