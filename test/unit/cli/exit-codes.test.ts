/** The exit codes, and how problems are told. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeProblem, exitCodes, RefusedRequest } from "../../../cli/src/exit-codes";
import { repository } from "../../../tools/repository";

const problem = (more: object) => ({
  type: "about:blank",
  title: "Refused",
  status: 422,
  detail: "It is refused.",
  instance: "/compositions",
  code: "INVALID_REQUEST",
  requestId: "r1",
  ...more,
});

test("the README has a line for each exit code, and for no other", () => {
  const readme = readFileSync(join(repository, "cli", "README.md"), "utf8");
  const codes = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(exitCodes));
});

test.each([
  [{ status: 401, code: "UNAUTHENTICATED" }, exitCodes.notSignedIn],
  [{ status: 404, code: "NOT_FOUND" }, exitCodes.refused],
  [{ status: 422, code: "INVALID_REQUEST" }, exitCodes.refused],
  [{ status: 429, code: "USER_QUOTA_REACHED" }, exitCodes.refused],
  [{ status: 429, code: "TOO_MANY_REQUESTS" }, exitCodes.unavailable],
  [{ status: 503, code: "NETWORK_FAILURE" }, exitCodes.unavailable],
])("a problem %j ends with its code", (more, code) => {
  expect(new RefusedRequest(problem(more)).exitCode).toBe(code);
});

test("each broken field is told with its value and what is allowed, and each user of a resource by its name", () => {
  const errors = [
    { pointer: "/hyperparameters/epochs", reason: "is too large", value: 9000, allowed: "1 to 2000" },
    { pointer: "/name", reason: "is missing", allowed: "1 to 100 characters" },
  ];
  const usedBy = [{ type: "training-job" as const, id: "j1", name: "Minor" }];
  expect(describeProblem(problem({ errors, usedBy, usedByMore: 2 })).split("\n")).toEqual([
    "INVALID_REQUEST: It is refused.",
    "  /hyperparameters/epochs is too large (given: 9000); allowed: 1 to 2000",
    "  /name is missing; allowed: 1 to 100 characters",
    "  used by the training-job j1: Minor",
    "  and by 2 more",
    "The request's id is r1.",
  ]);
});
