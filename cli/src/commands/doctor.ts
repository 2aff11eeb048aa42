/** `opencomposer doctor`: why something does not work, from this machine's point of view. */
import { Command } from "@commander-js/extra-typings";
import { type CallResult, createClient, problemOf } from "../../../client/client";
import { version } from "../../package.json";
import { CommandError, exitCodes } from "../exit-codes";
import type { OpenSession } from "../sessions/open-session";
import { apiOf, type BeginRun, type Run, tell } from "./run";

export interface Finding {
  readonly isRight: boolean;
  readonly what: string;
  /** What to do, if it is not right. */
  readonly advice?: string;
}

/** The oldest Node that is supported, as `engines` of package.json says. */
const oldestNode = [20, 19] as const;

export function checkNode(running: string): Finding {
  const [major = 0, minor = 0] = running.replace(/^v/, "").split(".").map(Number);
  const isRight = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return {
    isRight,
    what: `Node ${running}`,
    ...(isRight ? {} : { advice: `Install Node ${oldestNode.join(".")} or newer.` }),
  };
}

/** The difference of clocks at which tokens are still good. */
const mostSecondsApart = 60;

/** @param date the header `Date` of a response */
export function checkClock(date: string | null, now: number): Finding {
  const apart = date === null ? Number.NaN : Math.round(Math.abs(Date.parse(date) - now) / 1000);
  if (Number.isNaN(apart)) return { isRight: true, what: "clock: the API does not tell its time" };
  const isRight = apart <= mostSecondsApart;
  const advice = "Set this machine's clock: tokens that are not yet or no longer good by the API's are refused.";
  return { isRight, what: `clock: ${apart} s from the API's`, ...(isRight ? {} : { advice }) };
}

export function checkVersions(api: string | undefined, own: string): Finding {
  const isRight = api === own;
  const what = `versions: command line ${own}, API ${api ?? "unknown"}`;
  return { isRight, what, ...(isRight ? {} : { advice: "Install the command line of the API's version." }) };
}

/** Checks that there is room for one more of everything that has a quota. */
export function checkQuotas(quotas: Readonly<Record<string, number>>, used: Readonly<Record<string, number>>): Finding {
  const reached = Object.entries(quotas).filter(([name, quota]) => (used[name] ?? 0) >= quota);
  const list = reached.map(([name, quota]) => `${name} (${quota})`).join(", ");
  return reached.length === 0
    ? { isRight: true, what: "quotas: there is room in all of them" }
    : { isRight: false, what: `quotas: reached ${list}`, advice: "Delete some of these, or wait for what is running." };
}

/** Checks that each technique that needs a model has one in stock. */
export function checkModels(
  techniques: readonly { readonly id: string; readonly byRule: boolean }[],
  models: readonly { readonly technique: string; readonly stock: boolean }[],
): Finding {
  const missing = techniques
    .filter(({ id, byRule }) => !byRule && !models.some((model) => model.stock && model.technique === id))
    .map(({ id }) => id);
  return missing.length === 0
    ? { isRight: true, what: "models: each technique has a stock model" }
    : {
        isRight: false,
        what: `models: ${missing.join(", ")} has none in stock`,
        advice: "Whoever runs this deployment seeds them: npm run seed -- --stage STAGE",
      };
}

export function doctorCommand(begin: BeginRun) {
  return new Command("doctor")
    .description("Check this machine, the session and the API, and say what to do")
    .action(async () => {
      const run = begin();
      const findings = await examine(run);
      const text = findings
        .map(
          ({ isRight, what, advice }) => `${isRight ? "✓" : "✗"} ${what}${advice === undefined ? "" : `\n  ${advice}`}`,
        )
        .join("\n");
      const wrong = findings.filter(({ isRight }) => !isRight);
      await tell(run, { json: findings, ids: wrong.map(({ what }) => what), text });
      if (wrong.length > 0)
        throw new CommandError(exitCodes.failed, `${wrong.length} of ${findings.length} checks failed.`);
    });
}

async function examine(run: Run): Promise<readonly Finding[]> {
  const node = checkNode(process.version);
  let opened: OpenSession;
  try {
    opened = run.open();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [node, { isRight: false, what: "session", advice: error.message }];
  }
  const { signal } = run.terminal;
  const visitor = createClient({ baseUrl: opened.apiUrl });
  const health = await visitor.GET("/health", { signal });
  const responds = asFinding(
    `the API responds at ${opened.apiUrl}`,
    health,
    "Is it still deployed, or the local cloud up?",
  );
  if (!responds.isRight) return [node, responds];
  const document: CallResult<unknown> = await visitor.GET("/openapi.json", { signal });
  const clock = checkClock(health.response.headers.get("date"), Date.now());
  const versions = checkVersions(versionOf(document.data), version);
  const found = [node, responds, clock, versions];
  try {
    await opened.accessToken();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [...found, { isRight: false, what: "the session is good", advice: error.message }];
  }
  const usage = await apiOf(run).GET("/usage", { signal });
  const token = asFinding("the session is good", usage, "Sign in again: opencomposer login");
  if (usage.data === undefined) return [...found, token];
  const techniques = await visitor.GET("/techniques", { signal });
  const models = await apiOf(run).GET("/models", { params: { query: { limit: 100 } }, signal });
  return [
    ...found,
    token,
    checkQuotas(usage.data.quotas, usage.data.used),
    checkModels(techniques.data?.items ?? [], models.data?.items ?? []),
  ];
}

function asFinding(what: string, result: CallResult<unknown>, advice: string): Finding {
  if (result.response.ok) return { isRight: true, what };
  const { code, detail } = problemOf(result);
  return { isRight: false, what: `${what}: ${code}, ${detail}`, advice };
}

function versionOf(document: unknown): string | undefined {
  if (typeof document !== "object" || document === null || !("info" in document)) return undefined;
  const { info } = document;
  if (typeof info !== "object" || info === null || !("version" in info)) return undefined;
  return typeof info.version === "string" ? info.version : undefined;
}
