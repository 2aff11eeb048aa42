import { problemWords } from "../../../console/src/api/problem-error";

test("a notice of a problem has the reason of its first error, and else what the problem says", () => {
  const detail = "1 field is not valid, see `errors`.";
  expect(problemWords({ detail: "Wait a moment." })).toBe("Wait a moment.");
  expect(problemWords({ detail, errors: [] })).toBe(detail);
  const errors = [
    { pointer: "?name", reason: "the name has no visible character", allowed: "1 to 100 characters" },
    { pointer: "?trackIndex", reason: "there is no such track", allowed: "0 to 2" },
  ];
  expect(problemWords({ detail, errors })).toBe(
    "1 field is not valid, see `errors`. ?name: the name has no visible character; allowed: 1 to 100 characters.",
  );
});
