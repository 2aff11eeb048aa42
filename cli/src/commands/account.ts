/** The commands about who is signed in. */
import { createInterface } from "node:readline/promises";
import { Command, Option } from "@commander-js/extra-typings";
import * as z from "zod";
import { consolePaths } from "../../../naming/console-paths";
import type { SignInClient } from "../../../tools/sign-in/authorization-code";
import { signInOnPage } from "../../../tools/sign-in/sign-in";
import { drawFacts, drawTable } from "../drawing/table";
import { CommandError, exitCodes, usageError } from "../exit-codes";
import { wholeNumber } from "../options";
import { load } from "../requests";
import { findOutputs, type LocalUser, localUsers } from "../sessions/local-cloud";
import { sessionOf } from "../sessions/open-session";
import { removeSession, type Session, sessionFile, writeSession } from "../sessions/session";
import { readClaims } from "../sessions/token-claims";
import { type Terminal, writeLine } from "../terminal";
import { apiOf, type BeginRun, remark, type Run, tell } from "./run";

interface LoginOptions {
  readonly local?: string | undefined;
  readonly user: LocalUser;
  readonly console?: string | undefined;
  readonly apiUrl?: string | undefined;
  readonly signInUrl?: string | undefined;
  readonly clientId?: string | undefined;
  readonly callback?: string | undefined;
  readonly paste?: true | undefined;
  readonly timeout: number;
}

/** The address to which the sign-in pages of the stages `local` and `dev` send a program back. */
const usualCallback = "http://localhost:5173/";

export function loginCommand(begin: BeginRun) {
  return new Command("login")
    .description("Sign in: to the local cloud by itself, to a deployment on its sign-in page")
    .option("--local <folder>", "the folder of the local cloud's repository: without it this one or one above it")
    .addOption(new Option("--user <name>", "the user of the local cloud").choices(localUsers).default("demo" as const))
    .option("--console <url>", "a deployment, by the address of its console")
    .option("--api-url <url>", "a deployment without a console: its API,")
    .option("--sign-in-url <url>", "its sign-in page,")
    .option("--client-id <id>", "and its app client (outputs of the stack Api)")
    .option("--callback <url>", `where the sign-in page sends the browser back: without it ${usualCallback}`)
    .option("--paste", "paste the address that the browser was sent to, where the browser is on another machine")
    .option("--timeout <seconds>", "wait no longer for somebody to sign in", wholeNumber({ min: 1, max: 86_400 }), 600)
    .action(async (options) => {
      const run = begin();
      const { terminal } = run;
      const session = isDeployment(options)
        ? await signInToDeployment(run, options)
        : {
            kind: "local" as const,
            outputs: findOutputs({ given: options.local, folder: terminal.folder, environment: terminal.environment }),
            user: options.user,
          };
      const opened = sessionOf(terminal, session);
      // A session is kept only if its token is good.
      const claims = readClaims(await opened.accessToken());
      await load(terminal, async () => await opened.api.GET("/usage", { signal: terminal.signal }));
      writeSession(terminal, session);
      const who = claims?.username ?? claims?.sub ?? "somebody";
      await tell(run, {
        json: { user: who, apiUrl: opened.apiUrl, kind: session.kind },
        ids: [who],
        text: `Signed in as ${who} at ${opened.apiUrl}`,
      });
    });
}

const isDeployment = (options: LoginOptions): boolean =>
  [options.console, options.apiUrl, options.signInUrl, options.clientId].some((value) => value !== undefined);

/** What of the console's configuration a sign-in needs. */
const configSchema = z.object({
  apiUrl: z.url(),
  auth: z.object({ clientId: z.string(), tokenUrl: z.url() }),
});

interface Deployment extends SignInClient {
  readonly apiUrl: string;
}

async function signInToDeployment(run: Run, options: LoginOptions): Promise<Session> {
  const { terminal } = run;
  const deployment = await deploymentOf(terminal, options);
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new CommandError(exitCodes.deadline, `Nobody has signed in within ${options.timeout} s.`));
  }, options.timeout * 1000);
  const signal = AbortSignal.any([terminal.signal, late.signal]);
  try {
    const { accessToken, refreshToken } = await signInOnPage({
      client: deployment,
      tell: (line) => {
        terminal.errors.stream.write(`${line}\n`);
      },
      paste: options.paste === true,
      readLine: async () => await readLine(terminal, signal),
      signal,
    });
    const { apiUrl, signInUrl, clientId } = deployment;
    return {
      kind: "deployment",
      apiUrl,
      signInUrl,
      clientId,
      accessToken,
      ...(refreshToken === undefined ? {} : { refreshToken }),
    };
  } catch (error) {
    terminal.signal.throwIfAborted();
    if (error instanceof CommandError) throw error;
    throw new CommandError(exitCodes.notSignedIn, error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function deploymentOf(terminal: Terminal, options: LoginOptions): Promise<Deployment> {
  const { console: consoleUrl, apiUrl, signInUrl, clientId, callback, paste } = options;
  const broken = Object.entries({ console: consoleUrl, "api-url": apiUrl, "sign-in-url": signInUrl, callback }).filter(
    ([, value]) => value !== undefined && !/^https?:\/\//.test(URL.canParse(value) ? value : ""),
  );
  if (broken.length > 0) {
    throw usageError(
      broken
        .map(([name, value]) => `--${name} is "${value}"; it must be an address that begins with https://.`)
        .join("\n"),
    );
  }
  if (consoleUrl === undefined) {
    if (apiUrl === undefined || signInUrl === undefined || clientId === undefined) {
      throw usageError(
        "A deployment is named by --console URL, or by --api-url, --sign-in-url and --client-id together.",
      );
    }
    return { apiUrl, signInUrl: signInUrl.replace(/\/+$/, ""), clientId, callback: callback ?? usualCallback };
  }
  if ([apiUrl, signInUrl, clientId].some((value) => value !== undefined)) {
    throw usageError(
      "The console says where its API and its sign-in are; leave --api-url, --sign-in-url and --client-id out.",
    );
  }
  const file = new URL(consolePaths.config, consoleUrl).href;
  const config = configSchema.safeParse(await fetchConfig(file, terminal.signal));
  if (!config.success) {
    throw new CommandError(exitCodes.unavailable, `${file} is not of a console:\n${z.prettifyError(config.error)}`);
  }
  const { auth } = config.data;
  return {
    apiUrl: config.data.apiUrl,
    signInUrl: new URL(auth.tokenUrl).origin,
    clientId: auth.clientId,
    // The console's own address is the one callback that every deployment with a console knows.
    callback: callback ?? (paste === true ? new URL(consolePaths.signedIn, consoleUrl).href : usualCallback),
  };
}

async function fetchConfig(file: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(file, { signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(exitCodes.unavailable, `${file} cannot be read: ${why}`, { cause: error });
  }
}

async function readLine({ input }: Terminal, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input, signal });
  try {
    for await (const line of lines) return line;
    return undefined;
  } finally {
    lines.close();
  }
}

export function logoutCommand(begin: BeginRun) {
  return new Command("logout").description("Forget who is signed in on this machine").action(async () => {
    const { terminal } = begin();
    removeSession(terminal);
    await writeLine(terminal.errors, `${sessionFile(terminal)} is removed.`);
  });
}

export function whoamiCommand(begin: BeginRun) {
  return new Command("whoami").description("Tell who is signed in, and where").action(async () => {
    const run = begin();
    const opened = run.open();
    const claims = readClaims(await opened.accessToken());
    const facts = {
      user: claims?.username ?? "unknown",
      sub: claims?.sub ?? "unknown",
      groups: claims?.["cognito:groups"] ?? [],
      apiUrl: opened.apiUrl,
      tokenGoodUntil: claims === undefined ? undefined : new Date(claims.exp * 1000).toISOString(),
    };
    const text = drawFacts([
      ["User", facts.user],
      ["Id", facts.sub],
      ["Groups", facts.groups.length === 0 ? undefined : facts.groups.join(", ")],
      ["API", facts.apiUrl],
      ["Token good until", facts.tokenGoodUntil],
    ]);
    await tell(run, { json: facts, ids: [facts.user], text });
  });
}

export function usageCommand(begin: BeginRun) {
  return new Command("usage").description("Tell your quotas, and what you use of them").action(async () => {
    const run = begin();
    const usage = await load(run.terminal, async () => await apiOf(run).GET("/usage", { signal: run.terminal.signal }));
    const used: Readonly<Record<string, number>> = usage.used;
    const quotas: readonly (readonly [string, number])[] = Object.entries(usage.quotas);
    const rows = quotas.map(([name, quota]) => ({ name, quota, used: used[name] ?? 0 }));
    const text = drawTable(
      [
        { title: "QUOTA", cell: ({ name }) => name },
        { title: "USED", cell: (row) => row.used, right: true },
        { title: "OF", cell: ({ quota }) => quota, right: true },
      ],
      rows,
    );
    await tell(run, { json: usage, ids: rows.map(({ name, used: held }) => `${name} ${held}`), text });
    const reached = rows.filter(({ quota, used: held }) => held >= quota).map(({ name }) => name);
    if (reached.length > 0) await remark(run, `Reached: ${reached.join(", ")}. Delete some before you make new ones.`);
  });
}
