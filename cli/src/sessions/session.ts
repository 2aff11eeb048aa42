/** Who is signed in, and where. It is kept in a file that only its user may read. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { CommandError, exitCodes } from "../exit-codes";
import type { Terminal } from "../terminal";
import { localUsers } from "./local-cloud";

const sessionSchema = z.discriminatedUnion("kind", [
  /** A local cloud. Its addresses change at each start, so the file that names them is kept. */
  z.strictObject({ kind: z.literal("local"), outputs: z.string(), user: z.enum(localUsers) }),
  /** A deployment with a sign-in page. */
  z.strictObject({
    kind: z.literal("deployment"),
    apiUrl: z.url(),
    signInUrl: z.url(),
    clientId: z.string(),
    accessToken: z.string(),
    refreshToken: z.string().optional(),
  }),
  /** An access token that somebody else has got, for scripts. It is never kept. */
  z.strictObject({ kind: z.literal("token"), apiUrl: z.url(), accessToken: z.string() }),
]);
export type Session = z.infer<typeof sessionSchema>;

/** The variables of the environment that stand for a session. */
export const sessionVariables = { apiUrl: "OPENCOMPOSER_API_URL", accessToken: "OPENCOMPOSER_TOKEN" } as const;

type Surroundings = Pick<Terminal, "environment" | "home">;

export function sessionFile({ environment, home }: Surroundings): string {
  const configured = environment["XDG_CONFIG_HOME"];
  const folder = configured === undefined || configured === "" ? join(home, ".config") : configured;
  return join(folder, "opencomposer", "session.json");
}

/**
 * Returns the session of the environment, else that of the file; undefined if nobody is signed in.
 * @throws CommandError if either is damaged
 */
export function readSession(surroundings: Surroundings): Session | undefined {
  const { environment } = surroundings;
  const accessToken = environment[sessionVariables.accessToken];
  const apiUrl = environment[sessionVariables.apiUrl];
  if (accessToken !== undefined || apiUrl !== undefined) {
    const session = sessionSchema.safeParse({ kind: "token", apiUrl, accessToken });
    if (session.success) return session.data;
    throw new CommandError(
      exitCodes.usage,
      `${sessionVariables.apiUrl} and ${sessionVariables.accessToken} belong together: the address of an API, and an access token for it.`,
    );
  }
  const file = sessionFile(surroundings);
  if (!existsSync(file)) return undefined;
  try {
    return sessionSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new CommandError(exitCodes.notSignedIn, `${file} is damaged. Sign in again: opencomposer login`, {
      cause: error,
    });
  }
}

export function writeSession(surroundings: Surroundings, session: Session): void {
  const file = sessionFile(surroundings);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // A new file under another name: an older one may be open to others, and a half one would be no session.
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(session)}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, file);
}

export function removeSession(surroundings: Surroundings): void {
  rmSync(sessionFile(surroundings), { force: true });
}
