/** What all commands have in common: the options that each takes, and how results are told. */
import type { ApiClient } from "../../../client/client";
import { usageError } from "../exit-codes";
import { type OpenSession, openSession } from "../sessions/open-session";
import { type Terminal, write, writeLine } from "../terminal";

/** Options that every command takes, before or after its name. */
export interface SharedOptions {
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
}

/** One run of a command. */
export interface Run extends SharedOptions {
  readonly terminal: Terminal;
  /** Opens the session. @throws CommandError if nobody is signed in */
  readonly open: () => OpenSession;
}

/** Returns the run, with the options that were given. It is called when a command begins, not when it is declared. */
export type BeginRun = () => Run;

export function runOf(terminal: Terminal, options: SharedOptions): Run {
  if (options.json === true && options.quiet === true) throw usageError("--json and --quiet exclude each other.");
  let opened: OpenSession | undefined;
  return { terminal, ...options, open: () => (opened ??= openSession(terminal)) };
}

/** The API of whoever is signed in. */
export const apiOf = (run: Run): ApiClient => run.open().api;

/** The forms of a result. */
export interface Result {
  /** What `--json` prints. */
  readonly json: unknown;
  /** What `--quiet` prints, one a line. */
  readonly ids: readonly string[];
  /** What people read. */
  readonly text: string;
}

/** Prints a result in the form that was asked for. */
export async function tell({ terminal, json, quiet }: Run, result: Result): Promise<void> {
  if (json === true) await writeLine(terminal.output, JSON.stringify(result.json, undefined, 2));
  else if (quiet === true) await write(terminal.output, result.ids.map((id) => `${id}\n`).join(""));
  else await writeLine(terminal.output, result.text);
}

/** Tells a person something that is no result. Scripts do not see it on the standard output. */
export const remark = async ({ terminal, quiet }: Run, text: string): Promise<void> => {
  if (quiet !== true) await writeLine(terminal.errors, text);
};
