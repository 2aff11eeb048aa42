/** How a run of the command line ends. README.md of this folder has the same table, which a test holds. */
import type { Problem } from "../../client/client";

export const exitCodes = {
  /** Done. */
  done: 0,
  /** What was asked for has failed: a composition, a training job, a check of the doctor. */
  failed: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** Nobody is signed in, or the token is good no longer. */
  notSignedIn: 3,
  /** The API has refused the request. */
  refused: 4,
  /** The API gave no response, or could not carry the request out. The same command may succeed later. */
  unavailable: 5,
  /** The time of `--timeout` has passed. What was waited for goes on. */
  deadline: 6,
  /** Ctrl-C. */
  canceled: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the command with a message and an exit code. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const usageError = (message: string): CommandError => new CommandError(exitCodes.usage, message);

/** A request that the API has refused or could not carry out. */
export class RefusedRequest extends CommandError {
  override readonly name = "RefusedRequest";
  constructor(readonly problem: Problem) {
    super(exitCodeOfProblem(problem), describeProblem(problem));
  }
}

function exitCodeOfProblem({ status, code }: Problem): ExitCode {
  if (status === 401) return exitCodes.notSignedIn;
  // A user's quota has the status 429, and waiting does not help.
  if (status >= 500 || (status === 429 && code !== "USER_QUOTA_REACHED")) return exitCodes.unavailable;
  return exitCodes.refused;
}

/** Returns a problem for people: what it is, then each broken field with its value and what is allowed. */
export function describeProblem({ code, detail, errors = [], usedBy = [], usedByMore, requestId }: Problem): string {
  const fields = errors.map(({ pointer, reason, value, allowed }) => {
    const given = value === undefined ? "" : ` (given: ${JSON.stringify(value)})`;
    return `  ${pointer} ${reason}${given}; allowed: ${allowed}`;
  });
  const users = usedBy.map(({ type, id, name }) => `  used by the ${type} ${id}: ${name}`);
  return [
    `${code}: ${detail}`,
    ...fields,
    ...users,
    ...(usedByMore === undefined ? [] : [`  and by ${usedByMore} more`]),
    ...(code === "UNAUTHENTICATED" ? ["Sign in: opencomposer login"] : []),
    ...(requestId === "unknown" ? [] : [`The request's id is ${requestId}.`]),
  ].join("\n");
}
